import { useCallback, useEffect, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { BarChart3, Copy, Rows3 } from 'lucide-react';
import type { Diagnostic } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import { client, diagnosticOf } from '../../rpc/client.ts';
import { Button, EmptyState, IconButton, Spinner } from '../../ui/index.ts';
import { Notice, SeverityIcon } from '../notice.tsx';
import { useQuery } from '../use-query.ts';
import { ColumnJump } from './column-jump.tsx';
import { copyCells } from './copy-cells.ts';
import { FilterBox } from './filter-box.tsx';
import { filterExample } from './filter-example.ts';
import { extentOf } from './selection.ts';
import type { Selection } from './selection.ts';
import { TableGrid } from './table-grid.tsx';
import { TableSkeleton } from './table-skeleton.tsx';
import type { Subject } from './table-subject.ts';
import { useTablePages } from './use-table-pages.ts';
import type { SortKey, TableQuery } from './use-table-pages.ts';

interface TableViewProps {
  readonly subject: Subject;
  readonly port: string;
  /** Runs the node; offered where there is nothing to show yet. */
  readonly runAction?: ReactNode;
}

/** A table of any length: pages come as they are looked at; sorting and filtering happen in the engine. */
export function TableView({ subject, port, runAction }: TableViewProps) {
  const [query, setQuery] = useState<TableQuery>({ sort: [], filter: '' });
  const [selected, setSelected] = useState<{ readonly key: string; readonly selection: Selection } | null>(null);
  const [charts, setCharts] = useState(true);
  const [jump, setJump] = useState<{ column: number } | null>(null);
  const [copied, setCopied] = useState<string | null>(null);
  const { shown, error, loading, version, retry } = useTablePages(subject, port, query);

  const about = { document: subject.document, nodeId: subject.nodeId, port };
  const counting = (filter: string) => JSON.stringify([subject.key, port, filter]);
  const ready = shown !== null;
  const total = useQuery(ready ? counting('') : null, (signal) => client.data.count({ ...about, filter: '' }, { signal }));
  const filter = shown?.query.filter ?? '';
  const matching = useQuery(ready && filter !== '' ? counting(filter) : null, (signal) => client.data.count({ ...about, filter }, { signal }));
  const profile = useQuery(ready && charts ? counting(filter) : null, (signal) => client.data.profile({ ...about, filter }, { signal }));
  const profiles = useMemo(() => (profile.data ? new Map(profile.data.columns.map((column) => [column.name, column])) : null), [profile.data]);

  const first = shown?.pages.at(0);
  const known = first?.status === 'ready' ? first.page.rows : 0;
  const example = useMemo(() => (first?.status === 'ready' ? filterExample(first.page) : null), [first]);
  const rows = (filter === '' ? total.data?.rows : matching.data?.rows) ?? known;

  // Positions mean nothing in another order of rows.
  const shownKey = shown?.key ?? '';
  const selection = selected?.key === shownKey ? selected.selection : null;
  const setSelection = useCallback((next: Selection | null) => setSelected(next === null ? null : { key: shownKey, selection: next }), [shownKey]);
  useEffect(() => {
    if (copied === null) return;
    const timer = setTimeout(() => setCopied(null), 2500);
    return () => clearTimeout(timer);
  }, [copied]);

  const sort = useCallback((keys: readonly SortKey[]) => setQuery((before) => ({ ...before, sort: keys })), []);
  const applyFilter = useCallback((text: string) => setQuery((before) => ({ ...before, filter: text })), []);
  const copy = () => {
    if (!shown || !selection) return;
    copyCells(subject, port, shown, selection)
      .then(async ({ text, rows: count, columns }) => {
        await navigator.clipboard.writeText(text);
        setCopied(`Copied ${formatCount(count)} × ${formatCount(columns)} cells`);
      })
      .catch((failure: unknown) => setCopied(diagnosticOf(failure).message));
  };

  if (shown === null) {
    return (
      <div data-testid="table-view" className="h-full">
        {error ? (
          <Notice diagnostic={error} action={runAction ?? <Button onClick={retry}>Try again</Button>} />
        ) : (
          <TableSkeleton />
        )}
      </div>
    );
  }

  const pageFailure = shown.pages.failure;
  const filterFailed = error !== null && query.filter !== '';
  return (
    <div data-testid="table-view" className="relative flex h-full min-h-0 flex-col">
      <div className="flex h-9 shrink-0 items-center gap-2 border-b border-line px-3">
        <span data-testid="table-row-count" aria-live="polite" className="shrink-0 whitespace-nowrap text-xs tabular-nums text-muted">
          <RowCount rows={total.data?.rows ?? null} matching={filter === '' ? null : (matching.data?.rows ?? null)} filtered={filter !== ''} />
        </span>
        {loading ? <Spinner size={13} label="Loading rows" /> : null}
        <FilterBox key={`${subject.nodeId} ${port}`} schema={shown.schema} applied={query.filter} onApply={applyFilter} example={example} error={filterFailed ? error : null} />
        <span aria-live="polite" className="ml-auto truncate text-xs text-muted">
          {copied ?? selectionWords(selection)}
        </span>
        {query.sort.length > 0 ? (
          <Button size="sm" variant="quiet" onClick={() => sort([])}>
            Clear sorting
          </Button>
        ) : null}
        <IconButton label="Copy selected cells" keys="Ctrl+C" size="sm" disabled={selection === null} onClick={copy}>
          <Copy size={14} />
        </IconButton>
        <IconButton label={charts ? 'Hide column charts' : 'Show column charts'} size="sm" pressed={charts} onClick={() => setCharts(!charts)}>
          <BarChart3 size={14} />
        </IconButton>
        <ColumnJump schema={shown.schema} onJump={(column) => setJump({ column })} />
      </div>
      {error !== null && !filterFailed ? <FailureBar diagnostic={error} onRetry={retry} /> : null}
      {error === null && pageFailure !== null ? <FailureBar diagnostic={diagnosticOf(pageFailure)} onRetry={() => shown.pages.retry()} /> : null}
      <TableGrid
        table={shown}
        rows={rows}
        version={version}
        profiles={profiles}
        charts={charts}
        outdated={loading}
        selection={selection}
        onSelect={setSelection}
        onSort={sort}
        onCopy={copy}
        jump={jump}
      />
      {rows === 0 && !loading ? (
        <div className="pointer-events-none absolute inset-x-0 bottom-6">
          <EmptyState icon={<Rows3 />} title={filter === '' ? 'This table has no rows' : 'No row matches the filter'} />
        </div>
      ) : null}
    </div>
  );
}

function FailureBar({ diagnostic, onRetry }: { readonly diagnostic: Diagnostic; readonly onRetry: () => void }) {
  return (
    <div role="alert" className="flex shrink-0 items-center gap-2 border-b border-line bg-bad-soft px-3 py-1 text-xs">
      <SeverityIcon severity="error" size={14} />
      <span className="selectable min-w-0 flex-1 truncate">
        {diagnostic.message} {diagnostic.remedy}
      </span>
      <Button size="sm" onClick={onRetry}>
        Try again
      </Button>
    </div>
  );
}

function RowCount({ rows, matching, filtered }: { readonly rows: number | null; readonly matching: number | null; readonly filtered: boolean }) {
  if (rows === null) return 'Counting rows…';
  const noun = rows === 1 ? 'row' : 'rows';
  return filtered && matching !== null ? `${formatCount(matching)} of ${formatCount(rows)} ${noun}` : `${formatCount(rows)} ${noun}`;
}

function selectionWords(selection: Selection | null): string {
  if (selection === null || selection.focus.row < 0) return '';
  const { firstRow, lastRow, firstColumn, lastColumn } = extentOf(selection);
  const rows = lastRow - firstRow + 1;
  const columns = lastColumn - firstColumn + 1;
  return rows * columns === 1 ? '' : `${formatCount(rows)} × ${formatCount(columns)} cells`;
}
