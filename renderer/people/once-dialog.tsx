import { Copy } from 'lucide-react';
import { notify } from '../state/notices.ts';
import { Button, Dialog } from '../ui/index.ts';

interface OnceDialogProps {
  readonly title: string;
  /** That it is shown once, and what follows from it. */
  readonly once: string;
  /** The link or token. */
  readonly secret: string;
  readonly copy: string;
  readonly copied: string;
  readonly hint?: string;
  readonly testId: string;
  readonly onClose: () => void;
}

/** Something that is shown once: to be copied now or never. */
export function OnceDialog({ title, once, secret, copy, copied, hint, testId, onClose }: OnceDialogProps) {
  const take = (): void => void navigator.clipboard.writeText(secret).then(() => notify({ severity: 'info', message: copied }));
  return (
    <Dialog open onOpenChange={(open) => (open ? undefined : onClose())} title={title} size="sm" footer={<Button variant="primary" icon={<Copy size={14} />} onClick={take}>{copy}</Button>}>
      <div className="flex flex-col gap-2">
        <p role="status" className="text-sm">{once}</p>
        <code tabIndex={0} data-testid={testId} className="selectable break-all rounded-md bg-sunken p-2 font-mono text-xs">{secret}</code>
        {hint === undefined ? null : <p className="text-xs text-muted">{hint}</p>}
      </div>
    </Dialog>
  );
}
