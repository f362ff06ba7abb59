import { useState } from 'react';
import { diagnosticOf } from '../rpc/client.ts';
import { notify } from '../state/notices.ts';
import { texts } from '../text/texts.ts';
import { Button, Dialog } from '../ui/index.ts';

/** Asks before something that others feel at once. */
export function ConfirmDialog({ title, what, go, onGo, onClose }: { readonly title: string; readonly what: string; readonly go: string; readonly onGo: () => Promise<void>; readonly onClose: () => void }) {
  const [busy, setBusy] = useState(false);
  const run = async (): Promise<void> => {
    setBusy(true);
    try {
      // Before, so that what the work shows next is not closed with this.
      onClose();
      await onGo();
    } catch (error) {
      notify(diagnosticOf(error));
    }
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={title}
      size="sm"
      footer={
        <>
          <Button onClick={onClose}>{texts.common.cancel}</Button>
          <Button variant="danger" busy={busy} data-testid="confirm" onClick={() => void run()}>
            {go}
          </Button>
        </>
      }
    >
      <p className="text-sm">{what}</p>
    </Dialog>
  );
}
