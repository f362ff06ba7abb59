import { create } from 'zustand';
import type { Command } from '#app/pipeline/commands.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import type { Finding } from '#app/pipeline/lint/index.ts';
import { client } from '../rpc/client.ts';
import { editRoot, usePipeline } from './pipeline.ts';
import { texts } from '../text/texts.ts';
import { tellStep } from './undoable.ts';

/** The document that the leaks now shown were found in; their fixes are edits of it and of no other. */
const useLinted = create<{ readonly document: PipelineDocument | null }>(() => ({ document: null }));

let underWay: AbortController | null = null;

/** Time until rows that were still being looked at are asked about again, in ms. */
const again = 1000;

/** Looks for leaks; a later question takes the place of one under way. `found` may be called again when more is known. */
export function findLeaks(document: PipelineDocument, found: (findings: readonly Finding[]) => void): void {
  underWay?.abort();
  const mine = new AbortController();
  underWay = mine;
  const ask = async (): Promise<void> => {
    const { findings, complete } = await client.lint.leaks({ document }, { signal: mine.signal });
    if (mine.signal.aborted) return;
    useLinted.setState({ document });
    // Commands are checked when they are applied.
    found(findings as unknown as readonly Finding[]);
    if (!complete) setTimeout(() => !mine.signal.aborted && start(), again);
  };
  // A warning is a courtesy; what is wrong with the pipeline is said by configuring it.
  const start = (): void => void ask().catch(() => undefined);
  start();
}

/** False while the pipeline is another than the one looked at: for the moment between an edit and the next answer. */
export function useCanFix(): boolean {
  const linted = useLinted((store) => store.document);
  const shown = usePipeline((store) => store.root);
  return isSame(linted, shown);
}

export const canFix = (): boolean => isSame(useLinted.getState().document, usePipeline.getState().root);

/** Layout and notes do not count. */
const isSame = (linted: PipelineDocument | null, shown: PipelineDocument | null): boolean => linted !== null && linted.nodes === shown?.nodes && linted.edges === shown.edges;

/** Makes the edit that mends a finding: one step of undo. */
export function applyFix({ fix }: Finding): void {
  if (fix === undefined) return;
  const label = capital(fix.title);
  if (editRoot(fix.command as Command, { label })) tellStep(texts.state.fixed(fix.title));
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
