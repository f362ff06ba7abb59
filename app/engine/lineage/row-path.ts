import { PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import { matchingRows, numberedScan, rowAtPlace, rowsWrittenAs, type Database } from '#app/data/index.ts';
import { everything, freeName, mayGain, schemaOf, type Scan, type TracedRole } from '#app/relation/index.ts';
import { call, col, lit } from '#app/relation/build.ts';
import type { Expr, Relation, Schema } from '#app/relation/types.ts';
import type { RowsOf } from '#app/sdk/node.ts';
import type { TableValue } from '#app/sdk/ports.ts';
import type { AnalysedNode, Analysis } from '../analysis/analyse.ts';
import { isMissing, type PortValueResolver } from '../results/port-values.ts';
import { partColumns, rowColumn, RowTrace, type FoundRows } from './row-trace.ts';

type Cell = null | boolean | number | string;

export interface RowTarget {
  readonly nodeId: string;
  readonly port: string;
  /** Place in the table as it is filtered and sorted, from 0. */
  readonly row: number;
  readonly sort: readonly { readonly column: string; readonly descending: boolean }[];
  /** Values by column, as far as they are known: where rows come in another order each time, the row is known by them. */
  readonly cells?: Readonly<Record<string, Cell>> | undefined;
}

/** Rows of a node that reads from outside. */
export interface RowSource {
  readonly nodeId: string;
  readonly title: string;
  readonly port: string;
  /** Rows that the chosen row is made of. */
  readonly rows: number;
  /** Rows that only decide that it is there, or what a window counts for it, besides. */
  readonly decides: number;
  readonly schema: Schema;
  /** The first of them, by their numbers in the node's table from 1. */
  readonly shown: readonly { readonly number: number; readonly cells: readonly Cell[] }[];
}

export interface RowPath {
  /** The chosen row itself. */
  readonly row: { readonly schema: Schema; readonly cells: readonly Cell[] };
  readonly sources: readonly RowSource[];
  /** Where the way back ends before a source, and why. */
  readonly stops: readonly { readonly nodeId: string; readonly title: string; readonly reason: string }[];
  /** Nodes on the way, upstream first, and the connections between them. */
  readonly nodes: readonly string[];
  readonly wires: readonly { readonly from: { readonly node: string; readonly port: string }; readonly to: { readonly node: string } }[];
  /** Full sentences. */
  readonly notes: readonly string[];
}

export interface RowPathServices {
  readonly resolver: PortValueResolver;
  readonly database: Database;
  readonly tempDir: string;
  readonly signal: AbortSignal;
}

/** Rows shown of a source. */
const SHOWN = 100;

/**
 * Walks one row of a table back to the rows of the sources it comes from: through fused relations exactly, through tables that were written
 * on the way by their rows' places and values, and through nodes that say that their rows are those of an input. @param table as looked at
 * @throws PenstockError `no-such-row`; those of queries
 */
export async function rowPath(table: TableValue, target: RowTarget, services: RowPathServices): Promise<RowPath> {
  const walk = new PathWalk(table, target, services);
  try {
    return await walk.run();
  } finally {
    await walk.close();
  }
}

/** Where a part of a relation belongs. */
interface NodePlace {
  readonly nodeId: string;
  readonly port: string;
}

/** Rows of one scan that are still to be followed. */
interface Pending {
  readonly scan: Scan;
  readonly place: NodePlace;
  readonly rows: Record<TracedRole, Relation[]>;
  /** All of its rows decide. */
  all: boolean;
}

/** What a written table was written from. */
type Maker = { readonly relation: Relation; readonly place: NodePlace; readonly by: RowsOf['by'] | 'written'; readonly shared: readonly string[] } | { readonly reason: string } | null;

class PathWalk {
  readonly #table: TableValue;
  readonly #target: RowTarget;
  readonly #services: RowPathServices;
  readonly #analysis: Analysis;
  readonly #trace: RowTrace<NodePlace>;
  readonly #places = new Map<Relation, NodePlace>();
  /** Written tables that may get rows when the sources lose some. */
  readonly #gaining = new Set<string>();
  readonly #pending = new Map<string, Pending>();
  readonly #sources: RowSource[] = [];
  readonly #stops = new Map<string, RowPath['stops'][number]>();
  readonly #notes = new Set<string>();

  constructor(table: TableValue, target: RowTarget, services: RowPathServices) {
    this.#table = table;
    this.#target = target;
    this.#services = services;
    this.#analysis = services.resolver.analysis;
    this.#trace = new RowTrace({ database: services.database, tempDir: services.tempDir, signal: services.signal, placeOf: (relation) => this.#places.get(relation), gains: (scan) => this.#gaining.has(keyOf(scan)) });
  }

  close(): Promise<void> {
    return this.#trace.close();
  }

  async run(): Promise<RowPath> {
    await this.#learnPlaces();
    const { chosen, parts, row } = await this.#choose();
    await this.#walk(chosen, parts, 'made');
    for (let next = this.#downstreamFirst(); next !== null; next = this.#downstreamFirst()) await this.#follow(next);
    this.#sources.reverse();
    return { row, sources: this.#sources, stops: [...this.#stops.values()], ...this.#way(), notes: [...this.#notes] };
  }

  /** Which node each described table is of; bypassed nodes hand on another's. */
  async #learnPlaces(): Promise<void> {
    const upstream = new Set([this.#target.nodeId]);
    for (const nodeId of this.#analysis.order.toReversed()) {
      if (upstream.has(nodeId)) for (const source of Object.values(this.#analysis.nodes.get(nodeId)?.inputs ?? {}).flat()) upstream.add(source.nodeId);
    }
    for (const nodeId of this.#analysis.order.filter((id) => upstream.has(id))) {
      const ports = await this.#services.resolver.ports(nodeId);
      if (isMissing(ports)) continue;
      for (const [port, value] of Object.entries(ports)) {
        if (value.kind !== 'table' || this.#places.has(value.relation)) continue;
        this.#places.set(value.relation, { nodeId, port });
        if (value.relation.op === 'scan' && (await this.#mayGain(nodeId, port, value.relation))) this.#gaining.add(keyOf(value.relation));
      }
    }
  }

  async #mayGain(nodeId: string, port: string, scan: Scan): Promise<boolean> {
    const maker = await this.#makerOf(nodeId, port, scan);
    if (maker === null) return false;
    return 'reason' in maker || mayGain(maker.relation, everything(maker.relation), (one) => this.#gaining.has(keyOf(one)));
  }

  async #choose() {
    const { relation } = this.#table;
    const { nodeId, port, row: place, sort } = this.#target;
    const schema = schemaOf(relation);
    const { shown, cells, isAtPlace } = await this.#shown(schema);
    const { relation: whole, parts } = this.#trace.traced(relation, { nodeId, port });
    const wide = { relation: whole, schema: schemaOf(whole) };
    const pairs = schema.map(({ name }) => ({ column: name, partner: name }));
    const same = (rows: Relation) => this.#trace.keep(matchingRows({ relation: rows, schema: wide.schema }, shown, pairs));
    // The same place of the same query, unless the database gave rows in another order: then the row is known by its values.
    let chosen = isAtPlace ? await same(rowAtPlace(wide, place, sort)) : null;
    if (chosen === null || chosen.rows === 0) {
      const alike = await same(whole);
      if (alike.rows > 1) this.#notes.add(`${formatCount(alike.rows)} rows of this table look the same; the sources of one of them are shown.`);
      chosen = { ...alike, relation: { op: 'limit', input: alike.relation, count: 1, offset: 0 } };
      if (alike.rows === 0) this.#stop({ nodeId, port }, 'its rows come out differently each time they are computed, so this one was not found again');
    }
    return { chosen: chosen.relation, parts, row: { schema, cells } };
  }

  /** The chosen row as it is looked at: at its place, or where another one is there now, by its values. */
  async #shown(schema: Schema): Promise<{ shown: Relation; cells: readonly Cell[]; isAtPlace: boolean }> {
    const { relation } = this.#table;
    const { nodeId, port, row: place, sort, cells: known = {} } = this.#target;
    const { database, signal } = this.#services;
    const read = async (rows: Relation) => {
      const kept = await this.#trace.keep(rows);
      return { shown: kept.relation, cells: (await database.rows(kept.relation, 1, signal)).rows[0] ?? null };
    };
    const there = await read(rowAtPlace({ relation, schema }, place, sort));
    if (there.cells !== null && schema.every(({ name }, i) => known[name] === undefined || known[name] === there.cells?.[i])) return { ...there, cells: there.cells, isAtPlace: true };
    if (Object.keys(known).length > 0) {
      const found = await read({ op: 'limit', input: { op: 'filter', input: relation, predicate: hasValues(schema, known) }, count: 1, offset: 0 });
      if (found.cells !== null) return { ...found, cells: found.cells, isAtPlace: false };
    }
    throw new PenstockError('no-such-row', `The table has no row ${formatCount(place + 1)}${there.cells === null ? '' : ' with these values any more'}.`, { remedy: `It has ${formatCount(await database.count(relation, signal))} rows; look at it again.`, place: { nodeId, port } });
  }

  async #walk(chosen: Relation, parts: Parameters<RowTrace<NodePlace>['walk']>[1], role: TracedRole): Promise<void> {
    const { found, stopped } = await this.#trace.walk(chosen, parts, role);
    for (const one of found) this.#add(one);
    for (const { place, role: which } of stopped) this.#stop(place, 'it runs SQL of your own, which is not looked into', which);
  }

  #add({ scan, place, role, rows }: FoundRows<NodePlace>): void {
    const at = scan.origin ?? place;
    const key = JSON.stringify([at.nodeId, at.port, scan.source.kind === 'parquet' ? scan.source.paths : '']);
    const known = this.#pending.get(key) ?? { scan, place: at, rows: { made: [], decides: [] }, all: false };
    if (rows === null) known.all = true;
    else known.rows[role].push(rows);
    this.#pending.set(key, known);
  }

  #stop({ nodeId }: NodePlace, reason: string, role: TracedRole = 'made'): void {
    const title = this.#analysis.nodes.get(nodeId)?.title ?? nodeId;
    if (role === 'decides') {
      this.#notes.add(`Rows before “${title}” may decide it, too: there the way back ends, as ${reason}.`);
      return;
    }
    this.#stops.set(nodeId, { nodeId, title, reason });
  }

  /** A prediction is also made of what its model has learnt from. */
  #noteModel(nodeId: string): void {
    const node = this.#analysis.nodes.get(nodeId);
    for (const { name, kind } of node?.type?.definition.inputs ?? []) {
      const title = kind === 'model' ? this.#analysis.nodes.get(node?.inputs[name]?.[0]?.nodeId ?? '')?.title : undefined;
      if (title !== undefined) this.#notes.add(`The model of “${title}” has learnt from rows of its own, which are not listed.`);
    }
  }

  /** What hangs on everything behind it is followed when all of its rows are known. */
  #downstreamFirst(): Pending | null {
    let [best, last]: [string | null, number] = [null, -1];
    for (const [key, { place }] of this.#pending) {
      const at = this.#analysis.order.indexOf(place.nodeId);
      if (at > last || best === null) [best, last] = [key, at];
    }
    const found = best === null ? undefined : this.#pending.get(best);
    if (best !== null) this.#pending.delete(best);
    return found ?? null;
  }

  async #follow({ scan, place, rows, all }: Pending): Promise<void> {
    const { nodeId } = place;
    const maker = await this.#makerOf(nodeId, place.port, scan);
    const sets = { made: union(rows.made), decides: union(rows.decides) };
    if (maker === null) return this.#source(scan, place, sets, all);
    if ('reason' in maker) return this.#stop(place, maker.reason, sets.made === null ? 'decides' : 'made');
    this.#noteModel(nodeId);
    if (all) for (const one of this.#trace.everything(maker.relation, maker.place)) this.#add(one);
    for (const role of ['made', 'decides'] as const) {
      const set = sets[role];
      if (set !== null && !(all && role === 'decides')) await this.#through(scan, set, maker, role, place);
    }
  }

  async #makerOf(nodeId: string, port: string, scan: Scan): Promise<Maker> {
    const node = this.#analysis.nodes.get(nodeId);
    if (node === undefined || Object.values(node.inputs).flat().length === 0) return null;
    if (node.type?.relation !== undefined) {
      const value = (await this.#services.resolver.build(node))[port];
      if (value?.kind !== 'table') return { reason: 'its table cannot be described' };
      return { relation: value.relation, place: { nodeId, port }, by: 'written', shared: scan.schema.map(({ name }) => name) };
    }
    const rule = node.type?.definition.rowsOf?.[port];
    if (rule === undefined) return { reason: 'it runs code of its own, which does not say what its rows are made of' };
    return this.#inputOf(node, rule, scan);
  }

  async #inputOf(node: AnalysedNode, rule: RowsOf, scan: Scan): Promise<Maker> {
    const inputs = await this.#services.resolver.inputs(node);
    const value = isMissing(inputs) ? undefined : inputs[rule.input]?.[0];
    const from = node.inputs[rule.input]?.[0];
    if (value?.kind !== 'table' || from === undefined) return { reason: 'the table it was given is no longer there' };
    const shared = scan.schema.filter((column) => value.schema.some((other) => other.name === column.name && other.type === column.type)).map(({ name }) => name);
    if (rule.by === 'values' && shared.length < value.schema.length) return { reason: 'it changes columns by which its rows could be found again' };
    return { relation: value.relation, place: { nodeId: from.nodeId, port: from.port }, by: rule.by, shared };
  }

  /** From rows of a written table to those of what it was written from. */
  async #through(scan: Scan, rows: Relation, maker: Exclude<Maker, null | { reason: string }>, role: TracedRole, place: NodePlace): Promise<void> {
    const number = freeName('number of the row', scan.schema);
    const numbered = numberedScan(scan, number);
    const wanted = matchingRows({ relation: numbered, schema: schemaOf(numbered) }, rows, [{ column: number, partner: rowColumn }]);
    const written = await this.#trace.keep(typeof maker.by === 'string' ? wanted : { op: 'project', input: wanted, columns: [...maker.shared.map((name) => ({ name, expr: { op: 'col', name } as const })), { name: number, expr: { op: 'col', name: maker.by.column } }] });
    const { relation: whole, parts } = this.#trace.traced(maker.relation, maker.place);
    const [first] = parts;
    // A table that is read as it stands has its rows at fixed places.
    if (maker.relation.op === 'scan' && first?.kind === 'scan' && maker.by !== 'values') {
      const chosen = await this.#trace.keep(matchingRows({ relation: whole, schema: schemaOf(whole) }, written.relation, [{ column: first.row, partner: number }]));
      return this.#walk(chosen.relation, parts, role);
    }
    const added = new Set(partColumns(parts));
    const narrow = schemaOf(whole).filter(({ name }) => added.has(name));
    const look = async (shared: readonly string[]) => {
      const found = await this.#trace.keep({ op: 'project', input: rowsWrittenAs({ relation: whole, schema: schemaOf(whole) }, written.relation, number, shared), columns: [...narrow, { name: number }].map(({ name }) => ({ name, expr: { op: 'col', name } as const })) });
      const again = await this.#services.database.count({ op: 'distinct', input: { op: 'project', input: found.relation, columns: [{ name: number, expr: { op: 'col', name: number } }] } }, this.#services.signal);
      return { found, complete: again === written.rows };
    };
    let { found, complete } = await look(maker.shared);
    // Sums of fractions may differ in their last digits from one computing to the next.
    const firm = maker.shared.filter((name) => schemaOf(maker.relation).find((column) => column.name === name)?.type !== 'float');
    if (!complete && firm.length > 0 && firm.length < maker.shared.length) ({ found, complete } = await look(firm));
    if (!complete) this.#stop(place, 'some of its rows come out differently when they are computed again, so they were not found');
    await this.#walk(found.relation, parts, role);
  }

  async #source(scan: Scan, place: NodePlace, sets: Readonly<Record<TracedRole, Relation | null>>, everyRow: boolean): Promise<void> {
    const { database, signal } = this.#services;
    const number = freeName('number of the row', scan.schema);
    const numbered = numberedScan(scan, number);
    const schema = schemaOf(numbered);
    const rowsOf = (set: Relation): Relation => matchingRows({ relation: numbered, schema }, set, [{ column: number, partner: rowColumn }]);
    const made = sets.made === null ? 0 : await database.count(sets.made, signal);
    const all = everyRow ? await database.count(scan, signal) : sets.decides === null ? made : await database.count(union([sets.made, sets.decides].filter((set) => set !== null)) ?? sets.decides, signal);
    const sorted = sets.made === null ? null : ({ op: 'sort', input: rowsOf(sets.made), keys: [{ expr: { op: 'col', name: number }, descending: false, nulls: 'last' }] } as const);
    const shown = sorted === null ? [] : (await database.rows({ op: 'limit', input: sorted, count: SHOWN, offset: 0 }, SHOWN, signal)).rows;
    this.#sources.push({
      ...place,
      title: this.#analysis.nodes.get(place.nodeId)?.title ?? place.nodeId,
      rows: made,
      decides: all - made,
      schema: scan.schema,
      shown: shown.map((row) => ({ number: Number(row.at(-1)), cells: row.slice(0, -1) })),
    });
  }

  /** Nodes between the chosen row and what was found, along connections that carry tables. */
  #way(): Pick<RowPath, 'nodes' | 'wires'> {
    const ends = new Set([...this.#sources.filter(({ rows }) => rows > 0).map(({ nodeId }) => nodeId), ...this.#stops.keys()]);
    const wires: RowPath['wires'][number][] = [];
    const known = new Map<string, boolean>();
    const leads = (nodeId: string): boolean => {
      const before = known.get(nodeId);
      if (before !== undefined) return before;
      known.set(nodeId, false);
      let found = ends.has(nodeId);
      for (const { nodeId: from, port } of Object.values(this.#analysis.nodes.get(nodeId)?.inputs ?? {}).flat()) {
        if (this.#analysis.nodes.get(from)?.configuration.outputs[port]?.kind !== 'table' || this.#stops.has(nodeId) || !leads(from)) continue;
        wires.push({ from: { node: from, port }, to: { node: nodeId } });
        found = true;
      }
      known.set(nodeId, found);
      return found;
    };
    leads(this.#target.nodeId);
    return { nodes: this.#analysis.order.filter((id) => known.get(id) === true || id === this.#target.nodeId), wires };
  }
}

/** The columns have these values; dates and times as ISO text. */
function hasValues(schema: Schema, values: Readonly<Record<string, Cell>>): Expr {
  const tests = schema.flatMap(({ name, type }): Expr[] => {
    const value = values[name];
    if (value === undefined) return [];
    return [value === null ? call('is_null', col(name)) : call('equals', col(name), lit(value, type))];
  });
  return tests.reduce<Expr>((all, test) => call('and', all, test), lit(true));
}

const keyOf = ({ source, origin }: Scan): string => JSON.stringify([source.kind === 'parquet' ? source.paths : '', origin]);

const union = (sets: readonly Relation[]): Relation | null => {
  const [first] = sets;
  if (first === undefined) return null;
  return sets.length === 1 ? first : { op: 'distinct', input: { op: 'union', inputs: sets, by: 'name' } };
};
