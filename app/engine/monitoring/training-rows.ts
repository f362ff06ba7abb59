import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { PenstockError } from '#app/core/errors.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import type { ReferenceServices } from '#app/sdk/monitoring.ts';
import type { TableValue } from '#app/sdk/ports.ts';
import { readProjectText } from '#app/sealing/files.ts';
import type { Analysis } from '../analysis/analyse.ts';
import { writeFileAtomically } from '../project/atomic-file.ts';
import type { ProjectStore } from '../project/project-store.ts';
import { isMissing, type PortValueResolver } from '../results/port-values.ts';

export interface TrainingRowsOptions {
  readonly store: ProjectStore;
  readonly projectDir: string;
  analyse(document: PipelineDocument, signal: AbortSignal): Promise<Analysis>;
  resolver(analysis: Analysis): PortValueResolver;
  readonly signal: AbortSignal;
}

/** The rows that a registered model version was fitted on, as far as they are there still; and profiles of them, which are kept. */
export function referenceServices({ store, projectDir, analyse, resolver, signal }: TrainingRowsOptions): ReferenceServices {
  const folder = path.join(projectDir, 'references');
  return {
    async ofModel(reference) {
      const record = store.models.resolve(reference);
      const name = `${record.name}@${record.version}`;
      const file = path.join(folder, `${name}.profile.json`);
      return {
        name,
        saved: await readProjectText(file).then((text): unknown => JSON.parse(text), () => null),
        save: async (profile) => {
          if (store.readOnly) return;
          await mkdir(folder, { recursive: true });
          await writeFileAtomically(file, JSON.stringify(profile));
        },
        rows: async (): Promise<TableValue> => {
          const { runId, nodeId } = record;
          const gone = (why: string): PenstockError => new PenstockError('training-rows-gone', `The rows that ${name} was trained on cannot be read any more: ${why}.`, { remedy: 'Connect the training table to the reference input, or train and register the model again.', place: { param: ['model'] } });
          const run = runId === null ? null : store.records.get(runId);
          if (run === null || nodeId === null) throw gone('the version does not come from a run of this project');
          const analysis = await analyse(run.document, signal);
          const trainer = trainerOf(analysis.document, nodeId);
          if (trainer === null) throw gone('no train node is behind it');
          const before = run.nodes.find((node) => node.nodeId === trainer)?.cacheKey ?? null;
          const now = analysis.nodes.get(trainer);
          if (now === undefined || before === null || now.key !== before) throw gone('the data have changed since');
          const found = await resolver(analysis).inputs(now);
          if (isMissing(found)) throw gone(`“${found.missing.title}” has no result any more`);
          const table = Object.values(found).flat().find((value) => value.kind === 'table');
          if (table?.kind !== 'table') throw gone('the train node had no table');
          return table;
        },
      };
    },
  };
}

/** The node that fitted the model which `nodeId` was given: follows its model inputs up to a node that takes a table and gives the model. */
function trainerOf({ nodes, edges }: PipelineDocument, nodeId: string): string | null {
  let at = nodeId;
  for (let step = 0; step < nodes.length; step++) {
    const into = edges.filter(({ to }) => to.node === at);
    const model = into.find(({ to }) => to.port === 'model');
    if (model === undefined) return into.some(({ to }) => to.port === 'table') ? at : null;
    at = model.from.node;
  }
  return null;
}
