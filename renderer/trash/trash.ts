import { client, diagnosticOf } from '../rpc/client.ts';
import { notify } from '../state/notices.ts';
import { texts } from '../text/texts.ts';

/** Tells that something was deleted, with the way to have it back. */
export function tellDeleted(title: string, trashed: string, then: () => void): void {
  notify({ severity: 'info', message: texts.common.deleted(title), action: { label: texts.common.undo, run: () => void restore(title, trashed).then((done) => done && then()) } });
}

/** False where it could not be brought back; the person is told. */
export async function restore(title: string, trashed: string): Promise<boolean> {
  try {
    await client.trash.restore({ trashed });
    notify({ severity: 'info', message: texts.common.restored(title) });
    return true;
  } catch (error) {
    notify(diagnosticOf(error));
    return false;
  }
}
