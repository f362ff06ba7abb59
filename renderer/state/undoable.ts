import { diagnosticOf } from '../rpc/client.ts';
import { texts } from '../text/texts.ts';
import { notify } from './notices.ts';
import { lastStepBack } from './pipeline.ts';

/** Says what was done outside of documents, and offers for a moment to take it back. */
export function tellUndoable(message: string, takeBack: () => Promise<unknown>): void {
  notify({ severity: 'info', message, lasting: true, action: { label: texts.common.undo, run: () => void takeBack().catch((error: unknown) => notify(diagnosticOf(error))) } });
}

/** Says what was just done to the pipeline, and offers to take this step back: this one, or none where something was edited since. */
export function tellStep(message: string): void {
  const back = lastStepBack();
  const run = (): void => {
    if (back?.() === false) notify({ severity: 'info', message: texts.state.notLast, remedy: texts.state.notLastWhy });
  };
  notify({ severity: 'info', message, action: back === null ? undefined : { label: texts.common.undo, run } });
}
