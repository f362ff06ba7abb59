import type { ReactNode } from 'react';
import { CircleAlert, Info, TriangleAlert } from 'lucide-react';
import type { Diagnostic } from '#app/core/errors.ts';
import { cx } from '../ui/index.ts';
import { texts } from '../text/texts.ts';

const looks = {
  error: { icon: CircleAlert, tone: 'text-bad-ink' },
  warning: { icon: TriangleAlert, tone: 'text-warn-ink' },
  info: { icon: Info, tone: 'text-muted' },
} as const;

/** The sign of a severity: colour and shape. */
export function SeverityIcon({ severity, size = 15 }: { readonly severity: Diagnostic['severity']; readonly size?: number }) {
  const { icon: Icon, tone } = looks[severity];
  return <Icon size={size} className={cx('shrink-0', tone)} role="img" aria-label={texts.results.severities[severity]} />;
}

/** A diagnostic where the result would be: what is wrong, what to do, and a button that does it where there is one. */
export function Notice({ diagnostic, action, className }: { readonly diagnostic: Diagnostic; readonly action?: ReactNode; readonly className?: string }) {
  return (
    <div role="alert" className={cx('flex h-full min-h-24 items-center justify-center p-6', className)}>
      <div className="flex max-w-[60ch] gap-3">
        <div className="pt-0.5">
          <SeverityIcon severity={diagnostic.severity} size={18} />
        </div>
        <div className="selectable min-w-0">
          <p className="text-sm text-ink">{diagnostic.message}</p>
          {diagnostic.remedy ? <p className="text-sm text-muted">{diagnostic.remedy}</p> : null}
          {action ? <div className="mt-3 flex gap-2">{action}</div> : null}
        </div>
      </div>
    </div>
  );
}
