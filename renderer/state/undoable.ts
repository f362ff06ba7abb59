import { diagnosticOf } from '../rpc/client.ts';
import { texts } from '../text/texts.ts';
import { notify } from './notices.ts';

/** Says what was done outside of documents, and offers for a moment to take it back. */
export function tellUndoable(message: string, takeBack: () => Promise<unknown>): void {
  notify({ severity: 'info', message, lasting: true, action: { label: texts.common.undo, run: () => void takeBack().catch((error: unknown) => notify(diagnosticOf(error))) } });
}
