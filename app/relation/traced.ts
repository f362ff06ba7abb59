import { joinKeys } from './join-columns.ts';
import { inputsOf } from './inputs.ts';
import { everything, mayGain, reads } from './may-gain.ts';
import { schemaOf } from './schema.ts';
import { setColumns } from './set-columns.ts';
import { typeOf } from './typing.ts';
import { unionColumns } from './union-columns.ts';
import type { Column, ColumnType, Expr, NamedExpr, Relation, Schema } from './types.ts';

/**
 * How a row says where it comes from (lineage of tuples; Cui, Widom & Wiener 2000): the relation with further columns. Where one row is made
 * of one row of an input, the input's further columns come along. Where rows are put together (groups, sets, windows), the columns hold
 * what the rows of the input have in common, by which they are found again.
 */
export interface Traced<P> {
  /** The same rows in the same order, with further columns at any place. */
  readonly relation: Relation;
  readonly parts: readonly TracedPart<P>[];
}

/**
 * `made`: the row is made of these rows. `decides`: they only decide that it is there, or what a window counted for it; without them a
 * value may differ.
 */
export type TracedRole = 'made' | 'decides';

export type TracedPart<P> =
  | {
      readonly kind: 'scan';
      readonly scan: Scan;
      /** Column with the number of the scan's row, from 1; missing where the row has none of it. */
      readonly row: string;
      readonly place: P;
    }
  | {
      readonly kind: 'rows';
      /** Rows of this relation where each key's expression equals the key's column, missing equalling missing; without keys all rows. */
      readonly input: Relation;
      readonly keys: readonly { readonly column: string; readonly expr: Expr }[];
      /** Column that is missing where the row has none of them. */
      readonly present: string;
      readonly role: TracedRole;
      readonly place: P;
    }
  /** All rows of all scans in a relation: it may get other rows when any of them goes. They only decide. */
  | { readonly kind: 'everything'; readonly input: Relation; readonly present: string; readonly place: P }
  /** What a person wrote in SQL is not looked into: the walk ends here. */
  | { readonly kind: 'stop'; readonly relation: Relation & { readonly op: 'sql' }; readonly present: string; readonly place: P };

export type Scan = Relation & { readonly op: 'scan' };

export interface TraceOptions<P> {
  /** Where the outermost relation belongs (a node). */
  readonly place: P;
  /** Where a relation inside belongs; undefined: where the one around it does. */
  placeOf?(relation: Relation): P | undefined;
  /** A scan with its rows' numbers, from 1, as a further column. Default: numbered as they come. */
  number?(scan: Scan, column: string): Relation;
  /** Whether what a scan reads may get rows when its own sources lose some (see `mayGain`). Default: no. */
  gains?(scan: Scan): boolean;
}

/** Rows of an input that a row has to do with; without keys, everything under the input. */
interface Further {
  readonly input: Relation;
  readonly role: TracedRole;
  readonly keys: readonly { readonly of: Expr; readonly expr: Expr }[] | null;
}

interface Way<P> extends Traced<P> {
  /** The further columns. */
  readonly added: Schema;
}

/** @throws RelationError as schemaOf */
export function traced<P>(relation: Relation, options: TraceOptions<P>): Traced<P> {
  const { relation: made, parts } = new Tracing(options, namesIn(relation)).trace(relation, options.place);
  return { relation: made, parts };
}

/** The scans in a relation, each with where it belongs. */
export function scansOf<P>(relation: Relation, place: P, placeOf: (relation: Relation) => P | undefined = () => undefined): { readonly scan: Scan; readonly place: P }[] {
  const here = placeOf(relation) ?? place;
  return relation.op === 'scan' ? [{ scan: relation, place: here }] : inputsOf(relation).flatMap((input) => scansOf(input, here, placeOf));
}

/** All column names in a relation, in lower case: the further columns must clash with none. */
function namesIn(relation: Relation): Set<string> {
  const names = new Set<string>();
  const seen = new Set<Relation>();
  const open = [relation];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    for (const { name } of schemaOf(at)) names.add(name.toLowerCase());
    open.push(...inputsOf(at));
  }
  return names;
}

const col = (name: string): Expr => ({ op: 'col', name });
const one: Expr = { op: 'lit', value: 1, type: 'integer' };
const passed = (schema: Schema): NamedExpr[] => schema.map(({ name }) => ({ name, expr: col(name) }));
const converted = (name: string, from: ColumnType | undefined, to: ColumnType): Expr => (from === to ? col(name) : { op: 'cast', to, arg: col(name), onError: 'null' });
const typeIn = (schema: Schema, name: string): ColumnType | undefined => schema.find((column) => column.name === name)?.type;

class Tracing<P> {
  readonly #options: TraceOptions<P>;
  readonly #taken: ReadonlySet<string>;
  #next = 0;

  constructor(options: TraceOptions<P>, taken: ReadonlySet<string>) {
    this.#options = options;
    this.#taken = taken;
  }

  #name(): string {
    for (;;) {
      const name = `from ${this.#next++}`;
      if (!this.#taken.has(name)) return name;
    }
  }

  trace(relation: Relation, around: P): Way<P> {
    const place = this.#options.placeOf?.(relation) ?? around;
    switch (relation.op) {
      case 'scan':
        return this.#scan(relation, place);
      case 'project': {
        const input = this.trace(relation.input, place);
        return { ...input, relation: { ...relation, input: input.relation, columns: [...relation.columns, ...passed(input.added)] } };
      }
      case 'sample': {
        // The hash is one of the columns that were there before.
        const input = this.trace(relation.input, place);
        const fraction: Expr = { op: 'call', fn: 'hash_fraction', args: [{ op: 'lit', value: relation.seed, type: 'integer' }, ...schemaOf(relation.input).map(({ name }) => col(name))] };
        const predicate: Expr = { op: 'call', fn: 'less_than', args: [fraction, { op: 'lit', value: relation.fraction, type: 'float' }] };
        return { ...input, relation: { op: 'filter', input: input.relation, predicate } };
      }
      case 'filter':
      case 'sort':
      case 'unpivot':
      case 'explode': {
        const input = this.trace(relation.input, place);
        return { ...input, relation: { ...relation, input: input.relation } };
      }
      case 'limit':
        return this.#limit(relation, place);
      case 'window':
        return this.#window(relation, place);
      case 'aggregate':
        return this.#rows(relation, [{ input: relation.input, role: 'made', keys: relation.keys.map(({ name, expr }) => ({ of: col(name), expr })) }, ...this.#others(relation.input)], place);
      case 'pivot':
        return this.#rows(relation, [{ input: relation.input, role: 'made', keys: relation.keys.map((name) => ({ of: col(name), expr: col(name) })) }, ...this.#others(relation.input)], place);
      case 'distinct':
        return this.#rows(relation, [{ input: relation.input, role: 'made', keys: schemaOf(relation.input).map(({ name }) => ({ of: col(name), expr: col(name) })) }, ...(relation.on === undefined || relation.on.length === 0 ? [] : this.#others(relation.input))], place);
      case 'set':
        return this.#set(relation, place);
      case 'join':
        return relation.kind === 'semi' || relation.kind === 'anti' ? this.#matching(relation, place) : this.#both(relation, place);
      case 'asof':
        return this.#both(relation, place);
      case 'union':
        return this.#union(relation, place);
      case 'sql': {
        const present = this.#name();
        const schema = schemaOf(relation);
        return {
          relation: { op: 'project', input: relation, columns: [...passed(schema), { name: present, expr: one }] },
          added: [{ name: present, type: 'integer' }],
          parts: [{ kind: 'stop', relation, present, place }],
        };
      }
    }
  }

  #scan(scan: Scan, place: P): Way<P> {
    const row = this.#name();
    const number = this.#options.number ?? ((input: Scan, name: string): Relation => ({ op: 'window', input, columns: [{ name, fn: 'row_number', partitionBy: [], orderBy: [] }] }));
    return { relation: number(scan, row), added: [{ name: row, type: 'integer' }], parts: [{ kind: 'scan', scan, row, place }] };
  }

  /** Everything of an input that may get rows when it loses others, where such a row would change what is there. */
  #others(input: Relation, columns: ReadonlySet<string> = everything(input)): Further[] {
    return mayGain(input, columns, this.#options.gains) ? [{ input, role: 'decides', keys: null }] : [];
  }

  /** Rows that are found again by their keys. @param found `of`: the key over the relation's own columns, `expr`: over the input's. */
  #rows(relation: Relation, found: readonly Further[], place: P, carried: Way<P> | null = null): Way<P> {
    const over = carried === null ? relation : carried.relation;
    const schema = schemaOf(relation);
    const added: Column[] = [...(carried?.added ?? [])];
    const columns: NamedExpr[] = [...passed(schema), ...passed(carried?.added ?? [])];
    const parts: TracedPart<P>[] = [...(carried?.parts ?? [])];
    for (const { input, role, keys } of found) {
      const present = this.#name();
      columns.push({ name: present, expr: one });
      added.push({ name: present, type: 'integer' });
      if (keys === null) {
        parts.push({ kind: 'everything', input, present, place });
        continue;
      }
      const named = keys.map(({ of, expr }) => {
        const column = this.#name();
        columns.push({ name: column, expr: of });
        added.push({ name: column, type: typeOf(of, schema) });
        return { column, expr };
      });
      parts.push({ kind: 'rows', input, keys: named, present, role, place });
    }
    return { relation: { op: 'project', input: over, columns }, added, parts };
  }

  /** The rows that are skipped must stay for a row to keep its place behind them. */
  #limit(relation: Relation & { op: 'limit' }, place: P): Way<P> {
    const input = this.trace(relation.input, place);
    const carried: Way<P> = { ...input, relation: { ...relation, input: input.relation } };
    const skipped: Relation = { op: 'limit', input: relation.input, count: relation.offset, offset: 0 };
    const found = [...(relation.offset === 0 ? [] : [{ input: skipped, role: 'decides' as const, keys: [] }]), ...this.#others(relation.input)];
    return found.length === 0 ? carried : this.#rows(relation, found, place, carried);
  }

  #window(relation: Relation & { op: 'window' }, place: P): Way<P> {
    const input = this.trace(relation.input, place);
    const carried: Way<P> = { ...input, relation: { ...relation, input: input.relation } };
    const partitions = new Map(relation.columns.map(({ partitionBy }) => [JSON.stringify(partitionBy), partitionBy]));
    const found = [...partitions.values()].map((partitionBy) => ({ input: relation.input, role: 'decides' as const, keys: partitionBy.map((expr) => ({ of: expr, expr })) }));
    const seen = reads(relation.columns.flatMap(({ arg, partitionBy, orderBy }) => [...(arg === undefined ? [] : [arg]), ...partitionBy, ...orderBy.map((key) => key.expr)]));
    return this.#rows(relation, [...found, ...this.#others(relation.input, seen)], place, carried);
  }

  #set(relation: Relation & { op: 'set' }, place: P): Way<P> {
    const [left, right] = [schemaOf(relation.left), schemaOf(relation.right)];
    const columns = setColumns(relation, left, right);
    const side = (schema: Schema, from: (column: (typeof columns)[number]) => string) => columns.map((column) => ({ of: col(column.name), expr: converted(from(column), typeIn(schema, from(column)), column.type) }));
    const found = [{ input: relation.left, role: 'made' as const, keys: side(left, ({ name }) => name) }];
    return this.#rows(relation, relation.kind === 'except' ? [...found, ...this.#others(relation.right)] : [...found, { input: relation.right, role: 'decides', keys: side(right, (column) => column.right) }], place);
  }

  /** Semi and anti joins: left rows stay what they are. */
  #matching(relation: Relation & { op: 'join' }, place: P): Way<P> {
    const left = this.trace(relation.left, place);
    const carried: Way<P> = { ...left, relation: { ...relation, left: left.relation } };
    if (relation.kind === 'anti') return this.#rows(relation, this.#others(relation.right, new Set(relation.on.map((pair) => pair.right))), place, carried);
    const [leftSchema, rightSchema] = [schemaOf(relation.left), schemaOf(relation.right)];
    const keys = joinKeys(relation, leftSchema, rightSchema).map((key) => ({ of: converted(key.left, typeIn(leftSchema, key.left), key.type), expr: converted(key.right, typeIn(rightSchema, key.right), key.type) }));
    return this.#rows(relation, [{ input: relation.right, role: 'decides', keys }], place, carried);
  }

  #both(relation: Relation & { op: 'join' | 'asof' }, place: P): Way<P> {
    const [left, right] = [this.trace(relation.left, place), this.trace(relation.right, place)];
    const carried: Way<P> = { relation: { ...relation, left: left.relation, right: right.relation }, added: [...left.added, ...right.added], parts: [...left.parts, ...right.parts] };
    const keys = (side: 'left' | 'right') => new Set(relation.on.map((pair) => pair[side]));
    const found = relation.op === 'asof' ? this.#others(relation.right) : [...(relation.kind === 'left' || relation.kind === 'full' ? this.#others(relation.right, keys('right')) : []), ...(relation.kind === 'right' || relation.kind === 'full' ? this.#others(relation.left, keys('left')) : [])];
    return found.length === 0 ? carried : this.#rows(relation, found, place, carried);
  }

  #union(relation: Relation & { op: 'union' }, place: P): Way<P> {
    const schemas = relation.inputs.map(schemaOf);
    unionColumns(relation, schemas);
    const ways = relation.inputs.map((input) => this.trace(input, place));
    const added = ways.flatMap((way) => way.added);
    const inputs = ways.map((way, i): Relation => {
      const own = new Set(way.added.map(({ name }) => name));
      const columns = [...passed(schemas[i] ?? []), ...added.map(({ name, type }): NamedExpr => ({ name, expr: own.has(name) ? col(name) : { op: 'lit', value: null, type } }))];
      return { op: 'project', input: way.relation, columns };
    });
    return { relation: { ...relation, inputs }, added, parts: ways.flatMap((way) => way.parts) };
  }
}
