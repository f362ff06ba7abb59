import { toDiagnostic } from '#app/core/errors.ts';
import { texts } from '../text/texts.ts';
import { told } from '../text/told.ts';
import { announce } from './announce.ts';
import { notify } from './notices.ts';

export type Direction = 'undo' | 'redo';

interface Steppable {
  readonly undoLabel: string | null;
  readonly redoLabel: string | null;
  undo(): unknown;
  redo(): unknown;
}

/**
 * Takes the last step of a history back, or makes the next again; a screen reader is told which. `taken` is what is done with the document that
 * it leads to. Where the step does not fit any more nothing is changed, and the person is told.
 */
export function takeStep(history: Steppable, direction: Direction, taken: () => void): void {
  const label = direction === 'undo' ? history.undoLabel : history.redoLabel;
  try {
    history[direction]();
  } catch (error) {
    notify(toDiagnostic(error));
    return;
  }
  taken();
  if (label !== null) announce(direction === 'undo' ? texts.outline.undone(told(label)) : texts.outline.redone(told(label)));
}
