import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { categoryOf, iconOf } from '../../state/catalogue.ts';
import { texts } from '../../text/texts.ts';
import { Badge, NodeTile, cx } from '../../ui/index.ts';
import { SeverityIcon } from '../notice.tsx';
import { FixAll } from './fix-all.tsx';
import { FixButton } from './fix-button.tsx';
import { openProblem } from './open-problem.ts';
import { countSeverities, rowsOf, type ListRow, type ProblemGroup } from './problem-groups.ts';
import { toggleFolded, useProblemsView } from './problems-store.ts';

/** px of a row of one line, before it is measured: messages wrap. */
const rowHeight = 32;
/** Rows drawn beyond what is visible, on either side. */
const overscan = 8;

interface ProblemListProps {
  readonly groups: readonly ProblemGroup[];
  /** With a header for each pipeline. */
  readonly headed: boolean;
  readonly openPath: string | null;
}

/**
 * Arrow keys walk the rows, Home and End go to the ends, Left and Right fold a pipeline, Enter goes to where the problem is. Only what is in
 * sight is on the page; the header of the pipeline that is looked at stays at the top.
 */
export function ProblemList({ groups, headed, openPath }: ProblemListProps) {
  const folded = useProblemsView((store) => store.folded);
  const rows = useMemo(() => rowsOf(groups, headed, folded), [groups, headed, folded]);
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<string | null>(null);
  const found = rows.findIndex(({ key }) => key === active);
  const headers = useMemo(() => rows.flatMap(({ kind }, index) => (kind === 'header' ? [index] : [])), [rows]);
  const sticky = useRef(-1);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan,
    rangeExtractor: (range) => {
      sticky.current = headers.findLast((index) => index <= range.startIndex) ?? -1;
      // The row that has the focus stays, however far it is scrolled away.
      return [...new Set([...defaultRangeExtractor(range), ...(sticky.current >= 0 ? [sticky.current] : []), ...(found >= 0 ? [found] : [])])].sort((a, b) => a - b);
    },
  });
  /** A key moved to a row that may not be on the page yet. */
  const goesTo = useRef<string | null>(null);
  useLayoutEffect(() => {
    if (goesTo.current === null) return;
    const row = [...(list.current?.querySelectorAll<HTMLElement>('[data-problem-row]') ?? [])].find(({ dataset }) => dataset['key'] === goesTo.current);
    if (row === undefined) return;
    goesTo.current = null;
    row.focus({ preventScroll: true });
  });

  const onKeyDown = (event: KeyboardEvent) => {
    const at = rows.findIndex(({ key }) => key === (document.activeElement instanceof HTMLElement ? document.activeElement.dataset['key'] : undefined));
    const row = rows[at];
    if (row === undefined) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 200) / rowHeight) - 1);
    const steps: Readonly<Record<string, number>> = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: rows.length - 1 };
    const step = steps[event.key];
    if (step !== undefined) {
      const next = Math.min(rows.length - 1, Math.max(0, step));
      goesTo.current = rows[next]?.key ?? null;
      setActive(goesTo.current);
      virtual.scrollToIndex(next, { align: 'auto' });
    } else if (row.kind === 'header' && event.key === (row.folded ? 'ArrowRight' : 'ArrowLeft')) toggleFolded(row.group.path);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div ref={scroller} className="h-full overflow-auto py-1" data-testid="problem-list">
      <div ref={list} role="list" aria-label={texts.help.problems.list} onKeyDown={onKeyDown} className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start, key }) => {
          const row = rows[index];
          if (row === undefined) return null;
          const sticks = index === sticky.current && row.kind === 'header';
          return (
            <div
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              role="listitem"
              aria-setsize={rows.length}
              aria-posinset={index + 1}
              onFocus={() => setActive(row.key)}
              className={cx('left-0 top-0 w-full', sticks ? 'sticky z-10' : 'absolute')}
              style={sticks ? undefined : { transform: `translateY(${start}px)` }}
            >
              <Row row={row} headed={headed} openPath={openPath} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Row({ row, headed, openPath }: { readonly row: ListRow; readonly headed: boolean; readonly openPath: string | null }) {
  const { group } = row;
  if (row.kind === 'header') return <GroupHeader row={row} current={group.path === openPath} />;
  if (row.kind === 'rest') return <p className="px-10 py-1 text-sm text-muted">{texts.help.problems.notListed(group.more)}</p>;
  const isOpen = !headed || group.path === openPath;
  return (
    <div className="flex items-start">
      <ProblemRow row={row} indented={headed} />
      {isOpen && row.same !== null ? <FixAll findings={row.same} /> : null}
      {isOpen ? <FixButton finding={row.problem.diagnostic} className="my-1 mr-3 max-w-80" /> : null}
    </div>
  );
}

function GroupHeader({ row, current }: { readonly row: Extract<ListRow, { kind: 'header' }>; readonly current: boolean }) {
  const { group, folded } = row;
  const counts = countSeverities(group.problems);
  const Chevron = folded ? ChevronRight : ChevronDown;
  return (
    <h3 className="bg-surface">
      <button
        type="button"
        data-problem-row
        data-testid="problem-group"
        data-path={group.path}
        data-key={row.key}
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

function ProblemRow({ row, indented }: { readonly row: Extract<ListRow, { kind: 'problem' }>; readonly indented: boolean }) {
  const { diagnostic, node } = row.problem;
  const { path } = row.group;
  const param = diagnostic.place?.param?.filter((part) => typeof part === 'string').join(' ');
  return (
    <button
      type="button"
      data-problem-row
      data-testid={`problem-${row.index}`}
      data-path={path}
      data-key={row.key}
      onClick={() => void openProblem(path === '' ? null : path, row.problem)}
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
