import { client, diagnosticOf } from '../rpc/client.ts';
import { dismissNotice, notify, useNotices, type Notice } from '../state/notices.ts';
import { texts } from '../text/texts.ts';

/** Ways back that notices offer, until one was gone. */
const offers = new Map<string, NonNullable<Notice['action']>>();

/** Tells that something was deleted, with the way to have it back. */
export function tellDeleted(title: string, trashed: string, then: () => void, message = texts.common.deleted(title)): void {
  const action = { label: texts.common.undo, run: () => void restore(title, trashed).then((done) => done && then()) };
  offers.set(trashed, action);
  notify({ severity: 'info', message, lasting: true, action });
}

/** False where it could not be brought back; the person is told. */
export async function restore(title: string, trashed: string): Promise<boolean> {
  withdraw(trashed);
  try {
    await client.trash.restore({ trashed });
    notify({ severity: 'info', message: texts.common.restored(title) });
    return true;
  } catch (error) {
    notify(diagnosticOf(error));
    return false;
  }
}

/** @throws what the engine says. */
export async function removeForGood(title: string, trashed: string): Promise<void> {
  await client.trash.remove({ trashed });
  withdraw(trashed);
  notify({ severity: 'info', message: texts.common.goneForGood(title) });
}

/** @throws what the engine says. */
export async function emptyTrash(): Promise<void> {
  await client.trash.empty();
  for (const trashed of offers.keys()) withdraw(trashed);
  notify({ severity: 'info', message: texts.common.trashEmptied });
}

/** Also where it was brought back by the list, or is gone for good: the notice does not offer it any more. */
function withdraw(trashed: string): void {
  const offer = offers.get(trashed);
  for (const { id, action } of useNotices.getState().notices) if (action !== undefined && action === offer) dismissNotice(id);
  offers.delete(trashed);
}
