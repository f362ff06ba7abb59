import { Copy } from 'lucide-react';
import { texts } from '../text/texts.ts';
import { Button } from '../ui/index.ts';

/** A recovery key, the one time that it is shown. */
export function RecoveryKey({ value }: { readonly value: string }) {
  const words = texts.settings.encryption;
  return (
    <div className="flex flex-col gap-3">
      <p className="text-sm">{words.keep}</p>
      <div className="flex items-center justify-between gap-3 rounded-md border border-line bg-sunken px-3 py-2">
        <code data-testid="recovery-key" className="selectable font-mono text-sm tracking-wide">
          {value}
        </code>
        <Button size="sm" icon={<Copy size={13} />} onClick={() => void navigator.clipboard.writeText(value)}>
          {words.copy}
        </Button>
      </div>
      <p className="text-sm text-muted">{words.lost}</p>
    </div>
  );
}
