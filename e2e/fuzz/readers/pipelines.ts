import path from 'node:path';
import { PenstockError, type Diagnostic } from '#app/core/errors.ts';
import { fixtureDocument } from '#app/engine/testing.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import type { Ground } from './reader.ts';

type Step = { readonly id: string; readonly type: string; readonly params: Record<string, unknown> };

export function pipelineOf({ test }: Ground, nodes: readonly Step[], edges: readonly [string, string][] = []): PipelineDocument {
  return fixtureDocument({ nodes: [...nodes], edges: [...edges] }, test.engine.catalogue);
}

/** The first error of a pipeline, from configuring or from running it, thrown as what it is. */
export async function runOrThrow({ test }: Ground, document: PipelineDocument): Promise<void> {
  const configured = await test.engine.configure(document);
  throwFirst(configured.diagnostics);
  const run = await test.run(document);
  for (const node of Object.values(run.nodes)) throwFirst(node.diagnostics);
  if (run.status !== 'succeeded') throw new Error(`the run is ${run.status} and no node says why`);
}

function throwFirst(diagnostics: readonly Diagnostic[]): void {
  const found = diagnostics.find(({ severity }) => severity === 'error');
  if (found === undefined) return;
  if (found.code === 'unexpected') throw new Error(`unexpected: ${found.message}`);
  throw new PenstockError(found.code, found.message, { ...(found.remedy === undefined ? {} : { remedy: found.remedy }), ...(found.place === undefined ? {} : { place: found.place }) });
}

export const inProject = (file: string, { test }: Ground): string => path.relative(test.projectDir, file).split(path.sep).join('/');
