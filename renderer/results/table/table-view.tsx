import { memo, useCallback, useEffect, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { BarChart3, Copy, Route, Rows3 } from 'lucide-react';
import type { Diagnostic } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import type { ColumnProfile } from '#app/protocol/schema.ts';
import type { Schema } from '#app/relation/types.ts';
import { client, diagnosticOf } from '../../rpc/client.ts';
import { Button, ContextMenu, EmptyState, IconButton, SearchInput, Spinner } from '../../ui/index.ts';
import { traceColumn, traceRow } from '../../state/lineage.ts';
import { noteTable } from '../../reports/view-adding.ts';
import { useAskedColumn } from '../../state/asked-column.ts';
import { columnText, sliceFilter, useSlices } from '../../state/slices.ts';
import { Notice, SeverityIcon } from '../notice.tsx';
import { useQuery } from '../use-query.ts';
import { brushBins } from './brush.ts';
import { ColumnDetails } from './column-details.tsx';
import { ColumnJump } from './column-jump.tsx';
import type { ColumnActions } from './column-menu.tsx';
import { copyCells } from './copy-cells.ts';
import { FilterBox } from './filter-box.tsx';
import { filterExample } from './filter-example.ts';
import { extentOf } from './selection.ts';
import type { Selection } from './selection.ts';
import { TableGrid } from './table-grid.tsx';
import { allOf, searchCondition } from './table-search.ts';
import { TableSkeleton } from './table-skeleton.tsx';
import { askedOf, type Subject } from './table-subject.ts';
import { useTablePages } from './use-table-pages.ts';
import type { ShownTable, SortKey, TableQuery } from './use-table-pages.ts';
import { texts } from '../../text/texts.ts';

interface TableViewProps {
  readonly subject: Subject;
  readonly port: string;
  /** Runs the node; offered where there is nothing to show yet. */
  readonly runAction?: ReactNode;
}

/** A table of any length: pages come as they are looked at; sorting and filtering happen in the engine. */
export const TableView = memo(function TableView({ subject, port, runAction }: TableViewProps) {
  const [query, setQuery] = useState<TableQuery>({ sort: [], filter: '' });
  const [selected, setSelected] = useState<{ readonly key: string; readonly selection: Selection } | null>(null);
  const [charts, setCharts] = useState(true);
  const [jump, setJump] = useState<{ column: number } | null>(null);
  const [copied, setCopied] = useState<string | null>(null);
  const [search, setSearch] = useState('');
  const [details, setDetails] = useState<string | null>(null);
  const [schema, setSchema] = useState<Schema>([]);
  const slices = useSlices((state) => state.slices);
  const sliced = sliceFilter(slices, { nodeId: subject.nodeId, port }, '');
  const asked = useMemo((): TableQuery => ({ sort: query.sort, filter: allOf(query.filter, searchCondition(search, schema).condition, sliced) }), [query, search, schema, sliced]);
  const { shown, error, loading, version, retry } = useTablePages(subject, port, asked);
  if (shown !== null && shown.schema !== schema) setSchema(shown.schema);
  useEffect(() => noteTable(subject.nodeId, port, asked), [subject.nodeId, port, asked]);
  const wanted = useAskedColumn((state) => state.asked);
  useEffect(() => {
    if (wanted?.nodeId !== subject.nodeId || wanted.port !== port) return;
    const column = schema.findIndex(({ name }) => name === wanted.column);
    if (column >= 0) setJump({ column });
  }, [wanted, schema, subject.nodeId, port]);

  const about = { ...askedOf(subject), nodeId: subject.nodeId, port };
  const counting = (filter: string) => JSON.stringify([subject.key, port, filter]);
  const ready = shown !== null;
  // A file that was never read is looked at by its first rows, until something else is asked of it.
  const [readAll, setReadAll] = useState<string | null>(null);
  const glimpsed = useQuery(ready ? counting('') : null, (signal) => client.data.count({ ...about, filter: '', glimpse: true }, { signal }));
  const whole = glimpsed.data?.atLeast === true && (readAll === subject.key || asked.filter !== '' || asked.sort.length > 0);
  const counted = useQuery(ready && whole ? counting('') : null, (signal) => client.data.count({ ...about, filter: '' }, { signal }));
  const total = whole && counted.data !== null ? counted.data : glimpsed.data;
  // Statistics of the first rows would be taken for those of the table.
  const headers = charts && total?.atLeast !== true;
  const filter = shown?.query.filter ?? '';
  const matching = useQuery(ready && filter !== '' ? counting(filter) : null, (signal) => client.data.count({ ...about, filter }, { signal }));
  const profile = useQuery(ready && charts ? `${counting(filter)} ${whole}` : null, (signal) => client.data.profile({ ...about, filter, glimpse: !whole }, { signal }));
  // A column that was brushed keeps its whole histogram, or the brush could not be moved.
  const unsliced = allOf(query.filter, searchCondition(search, schema).condition);
  // Every view of this table has the same headers, whichever window it is in.
  const ofHeader = `header ${subject.nodeId} ${port} `;
  const brushed = useMemo(() => new Set(Object.entries(slices).flatMap(([view, slice]) => (slice.nodeId === subject.nodeId && slice.port === port && view.startsWith(ofHeader) ? [view.slice(ofHeader.length)] : []))), [slices, subject.nodeId, port, ofHeader]);
  const wholeProfile = useQuery(ready && charts && brushed.size > 0 ? counting(unsliced) : null, (signal) => client.data.profile({ ...about, filter: unsliced }, { signal }));
  const profiles = useMemo(() => {
    if (!profile.data) return null;
    const whole = new Map((wholeProfile.data?.columns ?? []).map((column) => [column.name, column]));
    return new Map(profile.data.columns.map((column) => [column.name, (brushed.has(column.name) ? whole.get(column.name) : undefined) ?? column]));
  }, [profile.data, wholeProfile.data, brushed]);

  const first = shown?.pages.at(0);
  const known = first?.status === 'ready' ? first.page.rows : 0;
  const example = useMemo(() => (first?.status === 'ready' ? filterExample(first.page) : null), [first]);
  const rows = (filter === '' ? total?.rows : matching.data?.rows) ?? known;

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
  const setSlice = useSlices((state) => state.set);
  const onBrush = useCallback(
    (brushedProfile: ColumnProfile, from: number, to: number) => {
      const view = `${ofHeader}${brushedProfile.name}`;
      const chosen = brushBins(brushedProfile, from, to);
      const before = useSlices.getState().slices[view];
      // The same bins again take the slice away.
      setSlice(view, chosen === null || before?.filter === chosen.filter ? null : { nodeId: subject.nodeId, port, ...chosen });
    },
    [setSlice, subject.nodeId, port, ofHeader],
  );
  const actions = useMemo(
    (): ColumnActions => ({
      sort: (column, descending) => sort([{ column, descending }]),
      details: setDetails,
      missing: (column) => setQuery((before) => ({ ...before, filter: allOf(before.filter, `${columnText(column)} is null`) })),
      lineage: (column) => traceColumn({ nodeId: subject.nodeId, port, column }),
    }),
    [sort, subject.nodeId, port],
  );
  const copy = () => {
    if (!shown || !selection) return;
    copyCells(subject, port, shown, selection)
      .then(async ({ text, rows: count, columns }) => {
        await navigator.clipboard.writeText(text);
        setCopied(texts.table.copied(formatCount(count), formatCount(columns)));
      })
      .catch((failure: unknown) => setCopied(diagnosticOf(failure).message));
  };

  const focused = selection !== null && selection.focus.row >= 0 ? selection.focus.row : null;
  const sources = () => {
    if (shown !== null && focused !== null) traceRow({ nodeId: subject.nodeId, port, row: focused, filter: shown.query.filter, sort: shown.query.sort, cells: wholeCells(shown, focused) });
  };

  if (shown === null) {
    return (
      <div data-testid="table-view" className="h-full">
        {error ? (
          <Notice diagnostic={error} action={runAction !== undefined ? runAction : <Button onClick={retry}>{texts.common.tryAgain}</Button>} />
        ) : (
          <TableSkeleton />
        )}
      </div>
    );
  }

  const pageFailure = shown.pages.failure;
  const filterFailed = error !== null && query.filter !== '' && search === '';
  return (
    <div data-testid="table-view" className="relative flex h-full min-h-0 flex-col">
      <div className="flex min-h-9 shrink-0 flex-wrap items-center gap-x-2 gap-y-1 border-b border-line px-3 py-1">
        <span data-testid="table-row-count" aria-live="polite" className="shrink-0 whitespace-nowrap text-xs tabular-nums text-muted">
          <RowCount rows={total?.rows ?? null} more={total?.atLeast === true} matching={filter === '' ? null : (matching.data?.rows ?? null)} filtered={filter !== ''} />
        </span>
        {total?.atLeast === true ? (
          <Button size="sm" variant="quiet" busy={counted.loading} title={texts.table.firstRows} onClick={() => setReadAll(subject.key)}>
            {texts.table.readAll}
          </Button>
        ) : null}
        {loading ? <Spinner size={13} label={texts.table.loadingRows} /> : null}
        <FilterBox key={`${subject.nodeId} ${port}`} schema={shown.schema} applied={query.filter} onApply={applyFilter} example={example} error={filterFailed ? error : null} />
        <SearchBox value={search} onChange={setSearch} />
        <span aria-live="polite" className="ml-auto truncate text-xs text-muted">
          {copied ?? selectionWords(selection)}
        </span>
        {query.sort.length > 0 ? (
          <Button size="sm" variant="quiet" onClick={() => sort([])}>
            {texts.table.clearSorting}
          </Button>
        ) : null}
        <IconButton label={texts.table.whereFrom} size="sm" disabled={focused === null} onClick={sources}>
          <Route size={14} />
        </IconButton>
        <IconButton label={texts.table.copyCells} keys="Ctrl+C" size="sm" disabled={selection === null} onClick={copy}>
          <Copy size={14} />
        </IconButton>
        <IconButton label={charts ? texts.table.hideCharts : texts.table.showCharts} size="sm" pressed={charts} onClick={() => setCharts(!charts)}>
          <BarChart3 size={14} />
        </IconButton>
        <ColumnJump schema={shown.schema} onJump={(column) => setJump({ column })} />
      </div>
      {error !== null && !filterFailed ? <FailureBar diagnostic={error} onRetry={retry} /> : null}
      {error === null && pageFailure !== null ? <FailureBar diagnostic={diagnosticOf(pageFailure)} onRetry={() => shown.pages.retry()} /> : null}
      <div className="flex min-h-0 flex-1">
        <ContextMenu
          items={() => [
            { id: 'sources', label: texts.table.whereFrom, icon: <Route />, disabled: focused === null, onSelect: sources },
            { id: 'copy', label: texts.common.copy, icon: <Copy />, keys: 'Ctrl+C', disabled: selection === null, onSelect: copy },
          ]}
        >
          <div className="flex min-h-0 min-w-0 flex-1">
            <TableGrid
              table={shown}
              rows={rows}
              version={version}
              profiles={profiles}
              charts={headers}
              outdated={loading}
              selection={selection}
              onSelect={setSelection}
              onSort={sort}
              onCopy={copy}
              jump={jump}
              actions={actions}
              brushed={brushed}
              onBrush={onBrush}
            />
          </div>
        </ContextMenu>
        {details === null ? null : <ColumnDetails subject={subject} port={port} column={details} filter={filter} onClose={() => setDetails(null)} />}
      </div>
      {rows === 0 && !loading ? (
        <div className="pointer-events-none absolute inset-x-0 bottom-6">
          <EmptyState icon={<Rows3 />} title={filter === '' ? texts.table.noRows : texts.table.noMatch} />
        </div>
      ) : null}
    </div>
  );
});

/** Finds text anywhere in the table; applied after a pause. */
function SearchBox({ value, onChange }: { readonly value: string; readonly onChange: (text: string) => void }) {
  const [text, setText] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => onChange(text), 300);
    return () => clearTimeout(timer);
  }, [text, onChange]);
  return (
    <div className="max-w-44 min-w-24 flex-1">
      <SearchInput label={texts.table.searchAll} placeholder={texts.table.searchAll} value={text} onChange={setText} />
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
        {texts.common.tryAgain}
      </Button>
    </div>
  );
}

function RowCount({ rows, more, matching, filtered }: { readonly rows: number | null; /** There are more than `rows`. */ readonly more: boolean; readonly matching: number | null; readonly filtered: boolean }) {
  if (rows === null) return texts.table.counting;
  if (more) return texts.table.moreThan(formatCount(rows));
  const all = texts.common.rowCount(formatCount(rows), rows === 1);
  return filtered && matching !== null ? texts.table.rowsOf(formatCount(matching), all) : all;
}

function selectionWords(selection: Selection | null): string {
  if (selection === null || selection.focus.row < 0) return '';
  const { firstRow, lastRow, firstColumn, lastColumn } = extentOf(selection);
  const rows = lastRow - firstRow + 1;
  const columns = lastColumn - firstColumn + 1;
  return rows * columns === 1 ? '' : texts.table.cells(formatCount(rows), formatCount(columns));
}

/** Longer text comes cut. */
const longestWhole = 1500;

/** Values of a row by which it can be known again. */
function wholeCells({ schema, pages }: ShownTable, row: number): Record<string, null | boolean | number | string> {
  const state = pages.at(row);
  if (state?.status !== 'ready') return {};
  return Object.fromEntries(
    schema.flatMap(({ name, type }, column) => {
      const value = state.page.cell(row % pages.pageSize, column);
      const whole = value === null || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)) || (typeof value === 'string' && value.length < longestWhole);
      return type !== 'binary' && whole ? [[name, value] as const] : [];
    }),
  );
}
