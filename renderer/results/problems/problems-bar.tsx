import { RefreshCw } from 'lucide-react';
import type { Severity } from '#app/core/errors.ts';
import { lookAgain, useProjectProblems } from '../../state/project-problems.ts';
import { texts } from '../../text/texts.ts';
import { IconButton, SearchInput, Segmented, Spinner, cx } from '../../ui/index.ts';
import { SeverityIcon } from '../notice.tsx';
import { countSeverities, type ProblemGroup } from './problem-groups.ts';
import { toggleSeverity, useProblemsView } from './problems-store.ts';

const severityOrder = ['error', 'warning', 'info'] as const;

/** Which pipelines, which severities, which words. */
export function ProblemsBar({ open, all }: { readonly open: ProblemGroup; readonly all: readonly ProblemGroup[] }) {
  const { scope, text } = useProblemsView();
  const inAll = all.flatMap(({ problems }) => problems);
  const counts = countSeverities(scope === 'all' ? inAll : open.problems);
  const count = (problems: number, title: string) => (problems === 0 ? title : `${title} (${problems})`);
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line px-3 py-1.5">
      <div className="w-80">
        <Segmented
          label={texts.help.problems.scope}
          value={scope}
          onChange={(next) => useProblemsView.setState({ scope: next === 'all' ? 'all' : 'this' })}
          items={[
            { value: 'this', label: count(open.problems.length, texts.help.problems.thisOne) },
            { value: 'all', label: count(inAll.length, texts.help.problems.allOfThem) },
          ]}
        />
      </div>
      <div role="group" aria-label={texts.help.problems.severity} className="flex items-center gap-1">
        {severityOrder.map((severity) => (
          <SeverityToggle key={severity} severity={severity} count={counts[severity]} />
        ))}
      </div>
      <SearchInput value={text} onChange={(next) => useProblemsView.setState({ text: next })} label={texts.help.problems.filter} placeholder={texts.help.problems.filter} data-testid="problems-filter" className="w-52" />
      {scope === 'all' ? <Looking /> : null}
    </div>
  );
}

function SeverityToggle({ severity, count }: { readonly severity: Severity; readonly count: number }) {
  const shown = useProblemsView((store) => store.severities.includes(severity));
  return (
    <button
      type="button"
      aria-pressed={shown}
      data-testid={`problems-${severity}`}
      title={texts.help.problems.severities[severity]}
      aria-label={`${texts.help.problems.severities[severity]}: ${count}`}
      onClick={() => toggleSeverity(severity)}
      className={cx('flex h-7 items-center gap-1.5 rounded-md border px-2 text-xs tabular-nums', shown ? 'border-line-strong bg-active text-ink' : 'border-line text-faint opacity-60')}
    >
      <SeverityIcon severity={severity} size={13} />
      {count}
    </button>
  );
}

function Looking() {
  const { busy, looked, total } = useProjectProblems();
  return (
    <span className="flex items-center gap-1.5 text-xs tabular-nums text-muted">
      {busy && total > 0 ? (
        <>
          <Spinner size={12} label={texts.help.problems.looking} /> {texts.help.problems.lookedAt(looked, total)}
        </>
      ) : (
        <IconButton label={texts.help.problems.again} size="sm" onClick={() => void lookAgain()}>
          <RefreshCw size={13} />
        </IconButton>
      )}
    </span>
  );
}
