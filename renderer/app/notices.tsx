import { CircleX, Info, TriangleAlert, X } from 'lucide-react';
import { dismissNotice, useNotices } from '../state/notices.ts';
import { texts } from '../text/texts.ts';

const icons = { error: CircleX, warning: TriangleAlert, info: Info } as const;
const tones = { error: 'text-bad-ink', warning: 'text-warn-ink', info: 'text-accent-ink' } as const;

/** Short messages above the canvas' lower edge. */
export function Notices() {
  const notices = useNotices((store) => store.notices);
  return (
    <div aria-live="polite" className="pointer-events-none fixed inset-x-0 bottom-6 z-[85] flex flex-col items-center gap-2">
      {notices.map((notice) => {
        const Icon = icons[notice.severity];
        return (
          <div key={notice.id} role={notice.severity === 'error' ? 'alert' : 'status'} data-testid="notice" className="pointer-events-auto flex max-w-[560px] animate-appear items-start gap-2 rounded-lg bg-raised py-2 pl-3 pr-1.5 text-sm shadow-float">
            <Icon size={16} className={`mt-0.5 shrink-0 ${tones[notice.severity]}`} />
            <p className="selectable min-w-0">
              {notice.message}
              {notice.remedy ? <span className="text-muted"> {notice.remedy}</span> : null}
            </p>
            {notice.action ? (
              <button type="button" onClick={() => (dismissNotice(notice.id), notice.action?.run())} className="shrink-0 rounded-sm px-1.5 font-medium text-accent-ink hover:bg-hover">
                {notice.action.label}
              </button>
            ) : null}
            <button type="button" aria-label={texts.app.dismiss} onClick={() => dismissNotice(notice.id)} className="inline-flex size-5 shrink-0 items-center justify-center rounded-sm text-faint hover:bg-hover hover:text-ink">
              <X size={13} />
            </button>
          </div>
        );
      })}
    </div>
  );
}
