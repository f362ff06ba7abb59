import { client, diagnosticOf } from '../rpc/client.ts';
import { dismissNotice, notify, useNotices, type Notice } from '../state/notices.ts';
import { texts } from '../text/texts.ts';

/** Ways back that notices offer, until one was gone. */
const offers = new Map<string, NonNullable<Notice['action']>>();

/** Tells that something was deleted, with the way to have it back. */
export function tellDeleted(title: string, trashed: string, then: () => void): void {
  const action = { label: texts.common.undo, run: () => void restore(title, trashed).then((done) => done && then()) };
  offers.set(trashed, action);
  notify({ severity: 'info', message: texts.common.deleted(title), lasting: true, action });
}

/** False where it could not be brought back; the person is told. */
export async function restore(title: string, trashed: string): Promise<boolean> {
  const offer = offers.get(trashed);
  // Also where it was brought back by the list.
  for (const { id, action } of useNotices.getState().notices) if (action !== undefined && action === offer) dismissNotice(id);
  offers.delete(trashed);
  try {
    await client.trash.restore({ trashed });
    notify({ severity: 'info', message: texts.common.restored(title) });
    return true;
  } catch (error) {
    notify(diagnosticOf(error));
    return false;
  }
}
