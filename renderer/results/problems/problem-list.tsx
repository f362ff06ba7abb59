import { ChevronDown, ChevronRight } from 'lucide-react';
import { useMemo, useState, type KeyboardEvent } from 'react';
import type { Finding } from '#app/pipeline/lint/index.ts';
import { categoryOf, iconOf } from '../../state/catalogue.ts';
import { texts } from '../../text/texts.ts';
import { Badge, NodeTile, cx } from '../../ui/index.ts';
import { SeverityIcon } from '../notice.tsx';
import { FixAll } from './fix-all.tsx';
import { FixButton } from './fix-button.tsx';
import { openProblem } from './open-problem.ts';
import { countSeverities, type ListedProblem, type ProblemGroup } from './problem-groups.ts';
import { toggleFolded, useProblemsView } from './problems-store.ts';

/** Problems of one pipeline that are drawn before a person asks for the rest. */
const atFirst = 60;

interface ProblemListProps {
  readonly groups: readonly ProblemGroup[];
  /** With a header for each pipeline. */
  readonly headed: boolean;
  readonly openPath: string | null;
}

/** Arrow keys walk the rows, Home and End go to the ends, Left and Right fold a pipeline, Enter goes to where the problem is. */
export function ProblemList({ groups, headed, openPath }: ProblemListProps) {
  const folded = useProblemsView((store) => store.folded);
  return (
    <div role="group" aria-label={texts.help.problems.list} onKeyDown={walk} className="py-1">
      {groups.map((group) => {
        const hidden = headed && folded.includes(group.path);
        return (
          <section key={group.path} aria-label={group.title} data-testid="problem-group" data-path={group.path}>
            {headed ? <GroupHeader group={group} folded={hidden} current={group.path === openPath} /> : null}
            {hidden ? null : <Rows group={group} indented={headed} isOpen={!headed || group.path === openPath} />}
          </section>
        );
      })}
    </div>
  );
}

function walk(event: KeyboardEvent<HTMLElement>): void {
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-problem-row]')];
  const at = rows.findIndex((row) => row === document.activeElement);
  if (at < 0) return;
  const steps: Readonly<Record<string, number>> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 };
  const next = steps[event.key];
  const header = rows[at]?.dataset['header'];
  if (next !== undefined) rows[Math.min(rows.length - 1, Math.max(0, next))]?.focus();
  else if (header !== undefined && event.key === (rows[at]?.getAttribute('aria-expanded') === 'true' ? 'ArrowLeft' : 'ArrowRight')) toggleFolded(header);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function GroupHeader({ group, folded, current }: { readonly group: ProblemGroup; readonly folded: boolean; readonly current: boolean }) {
  const counts = countSeverities(group.problems);
  const Chevron = folded ? ChevronRight : ChevronDown;
  return (
    <h3 className="sticky top-0 z-10 bg-surface">
      <button
        type="button"
        data-problem-row
        data-header={group.path}
        aria-expanded={!folded}
        onClick={() => toggleFolded(group.path)}
        className="flex w-full items-center gap-2 px-2 py-1 text-left text-sm -outline-offset-2 hover:bg-hover"
      >
        <Chevron size={14} className="shrink-0 text-faint" aria-hidden />
        <span className={cx('min-w-0 truncate font-medium', current && 'text-accent-ink')}>{group.title}</span>
        <span className="min-w-0 truncate text-xs text-faint">{current ? texts.help.problems.openNow : group.path}</span>
        <span className="ml-auto flex shrink-0 gap-1 pr-1">
          {counts.error > 0 ? <Badge tone="bad">{counts.error}</Badge> : null}
          {counts.warning > 0 ? <Badge tone="warn">{counts.warning}</Badge> : null}
          {counts.info > 0 ? <Badge>{counts.info}</Badge> : null}
        </span>
      </button>
    </h3>
  );
}

function Rows({ group, indented, isOpen }: { readonly group: ProblemGroup; readonly indented: boolean; readonly isOpen: boolean }) {
  const [all, setAll] = useState(false);
  const shown = all ? group.problems : group.problems.slice(0, atFirst);
  const rest = group.problems.length - shown.length;
  const kinds = useMemo(() => sameKind(group.problems), [group.problems]);
  return (
    <ul>
      {shown.map((problem, index) => (
        <li key={`${problem.node?.id ?? ''} ${problem.diagnostic.code} ${index}`} className="flex items-start">
          <ProblemRow path={group.path} problem={problem} index={index} indented={indented} />
          {isOpen ? <KindFix kinds={kinds} problem={problem} /> : null}
          {isOpen ? <FixButton finding={problem.diagnostic} className="my-1 mr-3 max-w-80" /> : null}
        </li>
      ))}
      {rest > 0 ? (
        <li>
          <button type="button" data-problem-row onClick={() => setAll(true)} className="px-10 py-1 text-sm text-accent-ink underline underline-offset-2">
            {texts.help.problems.showMore(rest)}
          </button>
        </li>
      ) : null}
      {rest === 0 && group.more > 0 ? <li className="px-10 py-1 text-sm text-muted">{texts.help.problems.notListed(group.more)}</li> : null}
    </ul>
  );
}

/** Findings by code, where several have the same, in the order of the list. */
function sameKind(problems: readonly ListedProblem[]): ReadonlyMap<string, readonly Finding[]> {
  const byCode = new Map<string, Finding[]>();
  for (const { diagnostic } of problems) byCode.set(diagnostic.code, [...(byCode.get(diagnostic.code) ?? []), diagnostic]);
  return new Map([...byCode].filter(([, findings]) => findings.length > 1));
}

/** At the first problem of a kind: all of them at once. */
function KindFix({ kinds, problem: { diagnostic } }: { readonly kinds: ReadonlyMap<string, readonly Finding[]>; readonly problem: ListedProblem }) {
  const findings = kinds.get(diagnostic.code);
  return findings?.[0] === diagnostic ? <FixAll findings={findings} /> : null;
}

function ProblemRow({ path, problem, index, indented }: { readonly path: string; readonly problem: ListedProblem; readonly index: number; readonly indented: boolean }) {
  const { diagnostic, node } = problem;
  const param = diagnostic.place?.param?.filter((part) => typeof part === 'string').join(' ');
  return (
    <button
      type="button"
      data-problem-row
      data-testid={`problem-${index}`}
      onClick={() => void openProblem(path === '' ? null : path, problem)}
      className={cx('flex min-w-0 flex-1 items-start gap-3 py-1.5 pr-3 text-left -outline-offset-2 hover:bg-hover', indented ? 'pl-8' : 'pl-3')}
    >
      <span className="pt-0.5">
        <SeverityIcon severity={diagnostic.severity} />
      </span>
      <span className="min-w-0 flex-1 text-sm">
        {diagnostic.message}
        {diagnostic.remedy ? <span className="text-muted"> {diagnostic.remedy}</span> : null}
      </span>
      {node ? (
        <span className="flex max-w-64 shrink-0 items-center gap-2 text-xs text-muted">
          <NodeTile svg={iconOf(node.type)} category={categoryOf(node.type)} size={20} />
          <span className="truncate">
            {node.title}
            {param ? <span className="text-faint"> · {param}</span> : null}
          </span>
        </span>
      ) : null}
    </button>
  );
}
