import { useState, type FormEvent, type ReactNode } from 'react';
import type { Diagnostic } from '#app/core/errors.ts';
import { Notice } from '../results/notice.tsx';
import { diagnosticOf } from '../rpc/client.ts';
import { Button, Dialog } from '../ui/index.ts';
import { registryChanged } from './models-store.ts';
import { texts } from '../text/texts.ts';

interface AskDialogProps {
  readonly title: string;
  readonly what: string;
  readonly go: string;
  /** Of the button that goes on where the engine refused for one of `over`. */
  readonly anyway?: string;
  readonly over?: readonly string[];
  readonly danger?: boolean;
  readonly disabled?: boolean;
  readonly onGo: (anyway: boolean) => Promise<void>;
  readonly onClose: () => void;
  readonly children?: ReactNode;
}

/** A question before a change of the registry. What the engine refuses stays before the eyes, with a way on where there is one. */
export function AskDialog({ title, what, go, anyway, over = [], danger = false, disabled = false, onGo, onClose, children }: AskDialogProps) {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Diagnostic | null>(null);
  const run = async (isAnyway: boolean) => {
    setBusy(true);
    try {
      await onGo(isAnyway);
      registryChanged();
      onClose();
    } catch (error) {
      setRefusal(diagnosticOf(error));
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!disabled && !busy) void run(false);
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={title}
      description={what}
      size="sm"
      footer={
        <>
          <Button onClick={onClose}>{texts.common.cancel}</Button>
          {anyway !== undefined && refusal !== null && over.includes(refusal.code) ? (
            <Button variant="danger" busy={busy} data-testid="anyway" onClick={() => void run(true)}>
              {anyway}
            </Button>
          ) : (
            <Button variant={danger ? 'danger' : 'primary'} busy={busy} disabled={disabled} data-testid="go" onClick={() => void run(false)}>
              {go}
            </Button>
          )}
        </>
      }
    >
      <form onSubmit={submit} className="flex flex-col gap-3 text-sm">
        {children}
        {refusal === null ? null : <Notice diagnostic={refusal} />}
      </form>
    </Dialog>
  );
}
