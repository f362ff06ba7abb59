import { create } from 'zustand';
import type { Diagnostic } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import type { ColumnPath, RowPath } from '#app/protocol/sections/lineage.ts';
import { client, diagnosticOf, isGivenUp } from '../rpc/client.ts';
import type { Endpoint } from '#app/pipeline/document.ts';
import { flatPort, isInside } from '#app/pipeline/subflow/index.ts';
import { currentLevel } from './level.ts';
import { usePipeline } from './pipeline.ts';
import { texts } from '../text/texts.ts';

export interface TracedColumn {
  readonly nodeId: string;
  readonly port: string;
  readonly column: string;
}

/** A row of a table as it is looked at. */
export interface TracedRow {
  readonly nodeId: string;
  readonly port: string;
  /** Place in the table, from 0. */
  readonly row: number;
  /** What the person knows it by, where that is not its place. */
  readonly number?: number;
  readonly filter: string;
  readonly sort: readonly { readonly column: string; readonly descending: boolean }[];
  /** Its values by column, as far as they are whole. */
  readonly cells: Readonly<Record<string, null | boolean | number | string>>;
}

/** What the path means for one node's card. */
export interface LineageMark {
  readonly direction: 'back' | 'target' | 'forward';
  /** By value or only as what decides the rows. */
  readonly via: 'value' | 'filter';
  readonly columns: readonly { readonly column: string; readonly via: 'value' | 'filter'; readonly expression: string | null }[];
  /** Said under the card instead of columns. */
  readonly note?: string;
}

interface LineageStore {
  /** The column whose way is shown on the canvas; null: none. */
  readonly target: TracedColumn | null;
  readonly path: ColumnPath | null;
  /** The row whose sources are shown instead. */
  readonly row: TracedRow | null;
  readonly rowPath: RowPath | null;
  readonly error: Diagnostic | null;
  /** By node id; null while no path is shown, so that cards can tell “not on it” from “none shown”. */
  readonly marks: Readonly<Record<string, LineageMark>> | null;
  /** By `from.node from.port to.node`. */
  readonly wires: Readonly<Record<string, 'value' | 'filter'>> | null;
}

const nothing: LineageStore = { target: null, path: null, row: null, rowPath: null, error: null, marks: null, wires: null };

export const useLineage = create<LineageStore>(() => nothing);

export const wireKey = (from: string, port: string, to: string): string => `${from}\n${port}\n${to}`;

let underWay: AbortController | null = null;

/** Lights up the way of a column on the canvas; the same column again, or null, puts it out. */
export function traceColumn(target: TracedColumn | null): void {
  const { target: before } = useLineage.getState();
  const same = target !== null && before !== null && before.nodeId === target.nodeId && before.port === target.port && before.column === target.column;
  if (target === null || same) {
    underWay?.abort();
    useLineage.setState(nothing);
    return;
  }
  useLineage.setState({ target, row: null, rowPath: null, error: null });
  void ask();
}

/** Lights up where a row of a table comes from, down to the rows of the sources. */
export function traceRow(row: TracedRow): void {
  useLineage.setState({ ...nothing, row });
  void askRow(row);
}

async function askRow(row: TracedRow): Promise<void> {
  const document = currentLevel()?.expanded.document;
  if (!document) return;
  underWay?.abort();
  const mine = new AbortController();
  underWay = mine;
  try {
    const { number: _number, ...asked } = row;
    const rowPath = await client.lineage.row({ document, ...asked, sort: [...row.sort], cells: { ...row.cells } }, { signal: mine.signal });
    if (mine.signal.aborted) return;
    useLineage.setState({ rowPath, error: null, ...markedRow(rowPath, row.nodeId) });
  } catch (error) {
    if (mine.signal.aborted || isGivenUp(error)) return;
    useLineage.setState({ rowPath: null, marks: null, wires: null, error: diagnosticOf(error) });
  }
}

/** Sources say which rows they gave; where the way ends is dashed. */
export function rowMarks(path: RowPath, target: string): Record<string, LineageMark> {
  const marks: Record<string, LineageMark> = {};
  for (const id of path.nodes) marks[id] = { direction: id === target ? 'target' : 'back', via: 'value', columns: [] };
  for (const { nodeId, rows, shown } of path.sources) {
    const before = marks[nodeId];
    if (before !== undefined && rows > 0) marks[nodeId] = { ...before, note: rows === 1 ? texts.state.row(formatCount(shown[0]?.number ?? 0)) : texts.common.rowCount(formatCount(rows), false) };
  }
  for (const { nodeId } of path.stops) {
    const before = marks[nodeId];
    if (before !== undefined) marks[nodeId] = { ...before, via: 'filter', note: texts.state.wayEnds };
  }
  return marks;
}

async function ask(): Promise<void> {
  const { target } = useLineage.getState();
  const document = currentLevel()?.expanded.document;
  if (!target || !document) return;
  underWay?.abort();
  const mine = new AbortController();
  underWay = mine;
  try {
    const path = await client.lineage.column({ document, ...target }, { signal: mine.signal });
    if (mine.signal.aborted) return;
    useLineage.setState({ path, error: null, ...markedColumn(path) });
  } catch (error) {
    if (mine.signal.aborted || isGivenUp(error)) return;
    useLineage.setState({ path: null, marks: null, wires: null, error: diagnosticOf(error) });
  }
}

/** One mark a node: its ports together, what is made by value first. */
export function marksOf(path: ColumnPath): Record<string, LineageMark> {
  const marks: Record<string, LineageMark> = {};
  for (const stop of path.stops) {
    const before = marks[stop.nodeId];
    const columns = [...(before?.columns ?? []), ...stop.columns].sort((a, b) => Number(a.via === 'filter') - Number(b.via === 'filter'));
    const direction = before?.direction === 'target' || stop.direction === 'target' ? 'target' : stop.direction;
    marks[stop.nodeId] = { direction, via: columns.some((one) => one.via === 'value') || columns.length === 0 ? 'value' : 'filter', columns };
  }
  for (const user of path.users) marks[user.nodeId] ??= { direction: 'forward', via: 'value', columns: [] };
  return marks;
}

const markedRow = (path: RowPath, target: string): Pick<LineageStore, 'marks' | 'wires'> => ({ marks: localMarks(rowMarks(path, target)), wires: localWires(path.wires.map((wire) => ({ ...wire, via: 'value' as const }))) });
const markedColumn = (path: ColumnPath): Pick<LineageStore, 'marks' | 'wires'> => ({ marks: localMarks(marksOf(path)), wires: localWires(path.wires) });

/** Marks of the level's nodes: what is marked inside a subflow marks it. */
function localMarks(marks: Readonly<Record<string, LineageMark>>): Readonly<Record<string, LineageMark>> {
  const level = currentLevel();
  if (level === null || (level.prefix === '' && level.subflows.length === 0)) return marks;
  const local: Record<string, LineageMark> = {};
  for (const [flat, mark] of Object.entries(marks)) {
    const subflow = level.subflows.find(({ place }) => isInside(place, flat));
    if (subflow === undefined) {
      if (flat.startsWith(level.prefix)) local[flat.slice(level.prefix.length)] = mark;
      continue;
    }
    const before = local[subflow.id];
    const via = before?.via === 'value' ? 'value' : mark.via;
    local[subflow.id] = { direction: before?.direction === 'target' || mark.direction === 'target' ? 'target' : mark.direction, via, columns: [] };
  }
  return local;
}

interface FlatWire {
  readonly from: Endpoint;
  readonly to: { readonly node: string };
  readonly via: 'value' | 'filter';
}

/** By `wireKey` of the level's own connections. */
function localWires(wires: readonly FlatWire[]): Record<string, 'value' | 'filter'> {
  const level = currentLevel();
  const { document } = usePipeline.getState();
  const direct = Object.fromEntries(wires.map((wire) => [wireKey(wire.from.node, wire.from.port, wire.to.node), wire.via]));
  if (level === null || document === null || (level.prefix === '' && level.subflows.length === 0)) return direct;
  const ways = new Map<string, FlatWire[]>();
  for (const wire of wires) ways.set(`${wire.from.node}\0${wire.from.port}`, [...(ways.get(`${wire.from.node}\0${wire.from.port}`) ?? []), wire]);
  const local: Record<string, 'value' | 'filter'> = {};
  for (const { from, to } of document.edges) {
    const source = flatPort(level.expanded, `${level.prefix}${from.node}`, from.port);
    const place = level.subflows.find(({ id }) => id === to.node)?.place;
    const lit = ways.get(`${source.node}\0${source.port}`)?.find((wire) => (place === undefined ? wire.to.node === `${level.prefix}${to.node}` : place.prefixes.some((prefix) => wire.to.node.startsWith(prefix))));
    if (lit !== undefined) local[wireKey(from.node, from.port, to.node)] = lit.via;
  }
  return local;
}

/** Follows the open document: an edit may lead the column another way, another pipeline puts it out. */
export function startLineage(): void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  usePipeline.subscribe((state, before) => {
    const { target, row } = useLineage.getState();
    if ((target === null && row === null) || state.document === before.document) return;
    if (state.root?.id !== before.root?.id) return traceColumn(null);
    if (state.root?.nodes === before.root?.nodes && state.root?.edges === before.root?.edges) {
      const { path, rowPath } = useLineage.getState();
      if (state.level !== before.level) useLineage.setState(path !== null ? markedColumn(path) : rowPath !== null && row !== null ? markedRow(rowPath, row.nodeId) : {});
      return;
    }
    // In a changed pipeline there may be another row at the place.
    if (row !== null) return traceColumn(null);
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => void ask(), 250);
  });
}
