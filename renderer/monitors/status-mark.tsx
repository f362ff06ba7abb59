import { AlertTriangle, CheckCircle2, OctagonAlert } from 'lucide-react';
import type { BatchStatus } from '#app/sdk/monitoring.ts';
import { texts } from '../text/texts.ts';

const icons = { ok: CheckCircle2, warning: AlertTriangle, critical: OctagonAlert } as const;
const inks = { ok: 'text-good-ink', warning: 'text-warn-ink', critical: 'text-bad-ink' } as const;

/** How a batch stands, by colour and shape. */
export function StatusMark({ status, size = 16 }: { readonly status: BatchStatus; readonly size?: number }) {
  const Icon = icons[status];
  return (
    <span title={texts.monitors.status[status]} className={`inline-flex shrink-0 ${inks[status]}`}>
      <Icon size={size} aria-hidden />
      <span className="sr-only">{texts.monitors.status[status]}</span>
    </span>
  );
}
