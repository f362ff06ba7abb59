import { Check, ThumbsDown, ThumbsUp, X } from 'lucide-react';
import type { VersionDetail } from '#app/protocol/sections/registry.ts';
import { TimeAgo } from '../runs/time-ago.tsx';
import { Button } from '../ui/index.ts';
import { personName } from './metric-words.ts';
import type { Stage } from './stage-chip.tsx';
import { Part } from './version-detail.tsx';
import { texts } from '../text/texts.ts';

/** Who said what of a version, and saying it oneself. */
export function Approvals({ detail, onVerdict }: { readonly detail: VersionDetail; readonly onVerdict: (verdict: 'approved' | 'rejected') => void }) {
  return (
    <Part
      title={texts.registry.approvals}
      actions={
        <span className="flex gap-1">
          <Button needs="operate" size="sm" variant="quiet" icon={<ThumbsUp size={13} />} data-testid="approve" onClick={() => onVerdict('approved')}>
            {texts.registry.verdictDialog.approveGo}
          </Button>
          <Button needs="operate" size="sm" variant="quiet" icon={<ThumbsDown size={13} />} data-testid="reject" onClick={() => onVerdict('rejected')}>
            {texts.registry.verdictDialog.rejectGo}
          </Button>
        </span>
      }
    >
      {detail.approvals.length === 0 ? (
        <p className="text-sm text-muted">{texts.registry.noApprovals}</p>
      ) : (
        <ul className="flex flex-col gap-2 rounded-md border border-line bg-surface px-3 py-2 text-sm">
          {detail.approvals.map(({ actor, verdict, note, at }) => (
            <li key={actor} className="flex gap-2">
              {verdict === 'approved' ? <Check size={15} aria-hidden className="mt-0.5 shrink-0 text-good-ink" /> : <X size={15} aria-hidden className="mt-0.5 shrink-0 text-bad-ink" />}
              <span className="min-w-0">
                <span className="font-medium">{personName(actor)}</span> {verdict === 'approved' ? texts.registry.approvedWord : texts.registry.rejectedWord}, <span className="text-muted"><TimeAgo at={at} /></span>
                {note === '' ? null : <span className="selectable block text-muted">{note}</span>}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Part>
  );
}

/** What the audit log has of a version, newest first. */
export function VersionHistory({ detail }: { readonly detail: VersionDetail }) {
  if (detail.history.length === 0) return null;
  return (
    <Part title={texts.registry.history}>
      <ol data-testid="version-history" tabIndex={0} aria-label={texts.registry.history} className="max-h-80 overflow-auto pl-1 text-sm -outline-offset-2">
        {detail.history.map((event) => (
          <li key={event.seq} className="relative border-l-2 border-line pb-3 pl-3 last:border-transparent before:absolute before:-left-[5px] before:top-1.5 before:size-2 before:rounded-full before:bg-muted">
            <span className="font-medium">{personName(event.actor)}</span> {eventWords(event)} <span className="block text-xs text-muted"><TimeAgo at={event.at} /></span>
          </li>
        ))}
      </ol>
    </Part>
  );
}

/** An entry of the audit log as the end of a sentence that begins with who did it. */
export function eventWords({ action, details }: Pick<VersionDetail['history'][number], 'action' | 'details'>): string {
  const text = (key: string): string => (typeof details[key] === 'string' || typeof details[key] === 'number' ? String(details[key]) : '');
  const stage = (key: string): string => texts.registry.stages[text(key) as Stage] ?? text(key);
  switch (action) {
    case 'model.stage':
      if (details['rollback'] === true) return texts.registry.rollbackEvent;
      return text('for') === '' ? texts.registry.stageEvent(stage('from'), stage('to')) : texts.registry.archivedFor(text('for'));
    case 'model.alias':
      return details['to'] === null ? texts.registry.aliasGone(text('alias')) : texts.registry.aliasSet(text('alias'));
    case 'model.approval':
      return texts.registry.verdictEvent(text('verdict') === 'rejected' ? texts.registry.rejectedWord : texts.registry.approvedWord, text('note'));
    default:
      return texts.registry.events[action] ?? action;
  }
}
