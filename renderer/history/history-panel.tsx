import { useEffect, useMemo, useState } from 'react';
import { FileInput, Flag, GitBranch, GitCommitVertical, History, Play, Redo2, Tag, Undo2, X, type LucideIcon } from 'lucide-react';
import { Notice } from '../results/notice.tsx';
import { presentDocument } from '../state/pipeline.ts';
import { EmptyState, IconButton, Panel, cx } from '../ui/index.ts';
import { Button } from '../ui/index.ts';
import { groupItems, type HistoryItem } from './group-moments.ts';
import { CommitForm } from './commit-form.tsx';
import { HistoryDetail } from './history-detail.tsx';
import { backToNow, closeHistory, loadHistory, lookAt, useHistory } from './history-store.ts';
import { dayOf, itemSentence, timeOf } from './item-words.ts';
import { locale } from '../text/locale.ts';
import { texts } from '../text/texts.ts';

const step = 200;

/** Every edit and run of the pipeline, newest first; choosing one shows the canvas as it was. */
export function HistoryPanel() {
  const items = useHistory((store) => store.items);
  const error = useHistory((store) => store.error);
  const at = useHistory((store) => store.at);
  const [shown, setShown] = useState(step);
  const days = useMemo(() => groupItems(items.slice(-shown)), [items, shown]);
  useEffect(() => {
    void loadHistory();
  }, []);
  return (
    <div className="flex h-full flex-col bg-chrome" data-testid="history-panel">
      <div className="min-h-0 flex-1">
        <Panel
          label={texts.history.title}
          title={texts.history.title}
          actions={
            <IconButton label={texts.history.close} size="sm" onClick={closeHistory}>
              <X size={14} />
            </IconButton>
          }
        >
          {error ? <Notice diagnostic={error} action={<Button onClick={() => void loadHistory()}>{texts.common.tryAgain}</Button>} /> : null}
          {items.length === 0 && !error ? (
            <EmptyState icon={<History />} title={texts.history.nothing} className="h-auto py-8">
              {presentDocument() === null ? texts.history.openFirst : texts.history.willBeListed}
            </EmptyState>
          ) : (
            <ol className="flex flex-col pb-3">
              <li className="px-1.5 pt-1.5">
                <Row icon={GitCommitVertical} text={texts.history.now} time="" current={at === null} testId="history-now" onChoose={backToNow} />
              </li>
              {days.map(({ day, sessions }) => (
                <li key={day}>
                  <h3 className="sticky top-0 z-10 bg-chrome px-3 pb-0.5 pt-2 text-xs font-semibold text-muted">{dayOf(day)}</h3>
                  {sessions.map((session) => (
                    <section key={session.key} aria-label={texts.history.session(timeOf(session.from), timeOf(session.to))} className="px-1.5 pb-1">
                      {sessions.length > 1 ? <p className="px-1.5 pb-0.5 pt-1 text-xs tabular-nums text-faint">{session.from === session.to ? timeOf(session.from) : `${timeOf(session.from)} – ${timeOf(session.to)}`}</p> : null}
                      <ol>
                        {session.items.map((item) => (
                          <li key={item.id}>
                            <ItemRow item={item} current={item.id === at} />
                          </li>
                        ))}
                      </ol>
                    </section>
                  ))}
                </li>
              ))}
            </ol>
          )}
          {items.length > shown ? (
            <div className="px-3 pb-3">
              <Button variant="quiet" size="sm" onClick={() => setShown(shown + step)}>
                {texts.history.showEarlier}
              </Button>
            </div>
          ) : null}
        </Panel>
      </div>
      {at === null ? <CommitForm /> : <HistoryDetail />}
    </div>
  );
}

const editIcons: Readonly<Record<'start' | 'edit' | 'undo' | 'redo' | 'outside', LucideIcon>> = { start: Flag, edit: GitCommitVertical, undo: Undo2, redo: Redo2, outside: FileInput };

function ItemRow({ item, current }: { readonly item: HistoryItem; readonly current: boolean }) {
  const chosen = useHistory((store) => store.compare === 'chosen' && store.chosen === item.id);
  const name = item.kind === 'edit' ? item.moment.name : null;
  const tone = item.kind === 'run' ? (item.run.status === 'succeeded' ? 'text-good-ink' : item.run.status === 'failed' ? 'text-bad-ink' : 'text-muted') : 'text-faint';
  return (
    <Row
      icon={item.kind === 'run' ? Play : item.kind === 'commit' ? GitBranch : editIcons[item.moment.kind]}
      iconTone={tone}
      text={itemSentence(item)}
      name={name}
      time={timeOf(item.at)}
      exact={new Date(item.at).toLocaleString(locale, { dateStyle: 'full', timeStyle: 'medium' })}
      current={current}
      base={chosen}
      testId={`history-${item.kind}`}
      onChoose={() => void lookAt(item.id)}
    />
  );
}

interface RowProps {
  readonly icon: LucideIcon;
  readonly iconTone?: string;
  readonly text: string;
  readonly name?: string | null;
  readonly time: string;
  readonly exact?: string;
  readonly current: boolean;
  /** What is compared with. */
  readonly base?: boolean;
  readonly testId: string;
  readonly onChoose: () => void;
}

function Row({ icon: Icon, iconTone = 'text-faint', text, name = null, time, exact, current, base = false, testId, onChoose }: RowProps) {
  return (
    <button
      type="button"
      data-testid={testId}
      aria-current={current ? 'step' : undefined}
      onClick={onChoose}
      className={cx('flex w-full items-start gap-2 rounded-md px-1.5 py-1 text-left text-sm leading-[18px] hover:bg-hover focus-visible:-outline-offset-2', current && 'bg-accent-soft')}
    >
      <Icon size={13} aria-hidden className={cx('mt-[3px] shrink-0', iconTone)} />
      <span className="min-w-0 flex-1">
        {name === null ? null : (
          <span className="flex items-center gap-1 font-semibold text-accent-ink">
            <Tag size={11} aria-hidden className="shrink-0" />
            <span className="truncate">{name}</span>
          </span>
        )}
        <span className={cx('line-clamp-3 break-words', name !== null && 'text-muted')} title={text}>
          {text}
        </span>
        {base ? <span className="text-xs text-warn-ink">{texts.history.comparedWith}</span> : null}
      </span>
      {time === '' ? null : (
        <time title={exact} className="shrink-0 text-xs leading-[18px] tabular-nums text-faint">
          {time}
        </time>
      )}
    </button>
  );
}
