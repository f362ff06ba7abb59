import { formatDuration } from '#app/core/units.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { announce } from './announce.ts';
import { titleOf } from './catalogue.ts';
import { isRunning, useRun } from './run.ts';
import { texts } from '../text/texts.ts';

type RunState = ReturnType<typeof useRun.getState>;

/** Failures of one moment that are told one by one. */
const mostFailures = 2;

/** What is worth saying of a run between two moments of it: that it began, each node that failed, how it ended. */
export function runWords(before: RunState, after: RunState): readonly string[] {
  const words: string[] = [];
  if (after.status === 'running' && before.status !== 'running') words.push(texts.outline.runStarted);
  if (isRunning(before) || isRunning(after)) {
    const failed = Object.entries(after.nodes).filter(([id, run]) => {
      const known = before.involved[id] !== undefined && before.nodes[id]?.status === 'failed';
      return run !== before.nodes[id] && run.status === 'failed' && after.involved[id] !== undefined && !known;
    });
    for (const [id, run] of failed.slice(0, mostFailures)) {
      const message = run.diagnostics.find(({ severity }) => severity === 'error')?.message;
      const title = titleIn(after.document, id);
      words.push(message === undefined ? texts.outline.nodeFailed(title) : texts.outline.nodeFailedAs(title, message));
    }
    if (failed.length > mostFailures) words.push(texts.outline.moreFailed(failed.length - mostFailures));
  }
  if (before.status === 'running' && after.status !== 'running' && after.status !== 'starting' && after.status !== null) {
    const runs = Object.keys(after.involved).map((id) => after.nodes[id]?.status);
    const done = runs.filter((status) => status === 'succeeded' || status === 'cached').length;
    const ended = texts.outline.runEnded[after.status];
    words.push(texts.outline.doneOf(after.ms === null ? ended : texts.outline.after(ended, formatDuration(after.ms)), done, runs.length));
  }
  return words;
}

function titleIn(document: PipelineDocument | null, id: string): string {
  const node = document?.nodes.find((candidate) => candidate.id === id);
  return node ? titleOf(node) : id;
}

/** Says how runs go, for the life of the page. */
export function startRunWords(): void {
  useRun.subscribe((state, before) => {
    if (state.status === before.status && state.nodes === before.nodes) return;
    for (const words of runWords(before, state)) announce(words);
  });
}
