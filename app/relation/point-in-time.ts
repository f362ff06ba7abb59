import { asc, call, cast, col, filter, lit, named, project, when } from './build.ts';
import { freeName } from './free-name.ts';
import { schemaOf } from './schema.ts';
import { typeOf } from './typing.ts';
import type { Column, Expr, FeatureTable, NamedExpr, Relation, Schema, SortKey } from './types.ts';

/** A column of a feature table, and its name in what comes out. */
export interface FeatureChoice {
  readonly column: string;
  readonly as: string;
}

/** Names that a prepared feature table has, none of which the spine has. */
interface Prepared {
  readonly relation: Relation;
  readonly keys: readonly string[];
  /** Timestamp from which a row is known. */
  readonly known: string;
  readonly event: string;
  /** Where the table declares one. */
  readonly written: string | null;
  /** By column of the feature table. */
  readonly features: ReadonlyMap<string, string>;
}

/**
 * Adds the chosen features to every row of the spine, as they were known at its time: of the rows with its key that are known by then (event
 * time and delay passed, already written), the one with the latest event time; of several with that event time the one written last; of
 * exact equals the one whose other columns are greatest, first column first, missing ones smallest. Where that row is older than the time
 * to live, or there is none, or a key or the time is missing, the features are missing. Rows without event time, or without the time they
 * were written where one is declared, are never used. All rows of the spine are kept, each once, in no promised order.
 *
 * Two times decide, but an as-of join knows one. So the rows are put in the order in which they became known, and those are left out that
 * even then were older than another known row: what is known only grows, so they can never be the latest. The last one known of the rest
 * is the one wanted.
 * @param on pairs of key columns. @param time the spine's date or timestamp. @throws RelationError unknown-column, asof-time, join-key
 */
export function pointInTime(spine: Relation, table: Relation, about: FeatureTable, on: readonly { readonly feature: string; readonly spine: string }[], time: string, features: readonly FeatureChoice[]): Relation {
  const taken = schemaOf(spine);
  const rows = prepared(table, about, taken);
  const joined: Relation = {
    op: 'asof',
    kind: 'left',
    left: spine,
    right: inOrderOfKnowing(rows),
    on: on.map(({ feature, spine: left }) => ({ left, right: rows.keys[about.keys.indexOf(feature)] ?? feature })),
    time: { left: time, right: rows.known },
    direction: 'backward',
    strict: false,
    tolerance: null,
    rightSuffix: '_',
  };
  const at = timestamp(col(time), taken);
  const alive: Expr | null = about.ttl === null ? null : call('less_than_or_equal', at, later(col(rows.event), about.ttl));
  const value = (column: string): Expr => {
    const found = col(rows.features.get(column) ?? column);
    return alive === null ? found : when([{ when: alive, then: found }]);
  };
  return project(joined, [...taken.map(({ name }) => named(name, col(name))), ...features.map(({ column, as }) => named(as, value(column)))]);
}

/**
 * One row for each key that is known by `at` (ISO text; null: all rows count): the keys under their own names, the chosen features, and
 * under `eventAs` the event time as a timestamp. Which row it is, is decided as in `pointInTime`; the time to live is not looked at.
 */
export function latestFeatures(table: Relation, about: FeatureTable, features: readonly FeatureChoice[], options: { readonly at?: string | null; readonly eventAs?: string } = {}): Relation {
  const rows = prepared(table, about, []);
  const { at = null, eventAs } = options;
  const known = at === null ? rows.relation : filter(rows.relation, call('less_than_or_equal', col(rows.known), lit(at, 'timestamp')));
  const schema = schemaOf(known);
  const place = freeName('place', schema);
  const last = (name: string): SortKey => ({ expr: col(name), descending: true, nulls: 'last' });
  const present = rows.keys.map((key) => call('is_not_null', col(key)));
  const [first, ...more] = present;
  const withKeys = first === undefined ? known : filter(known, more.length === 0 ? first : call('and', first, ...more));
  const numbered: Relation = {
    op: 'window',
    input: withKeys,
    columns: [
      {
        name: place,
        fn: 'row_number',
        partitionBy: rows.keys.map(col),
        orderBy: [last(rows.event), ...schema.filter(({ name }) => name !== rows.event && !rows.keys.includes(name)).map(({ name }) => last(name))],
      },
    ],
  };
  const columns: NamedExpr[] = [
    ...about.keys.map((key, i) => named(key, col(rows.keys[i] ?? key))),
    ...features.map(({ column, as }) => named(as, col(rows.features.get(column) ?? column))),
    ...(eventAs === undefined ? [] : [named(eventAs, col(rows.event))]),
  ];
  return project(filter(numbered, call('equals', col(place), lit(1))), columns);
}

/** Keys, since when each row is known, event time, time of writing, then all other columns in their order: equals are told apart by them. */
function prepared(table: Relation, about: FeatureTable, spine: Schema): Prepared {
  const schema = schemaOf(table);
  const taken: Column[] = [...spine];
  const own = (wanted: string): string => {
    const name = freeName(`feature_${wanted}`, taken);
    taken.push({ name, type: 'string' });
    return name;
  };
  const keys = about.keys.map((_, i) => own(`key_${i + 1}`));
  const [known, event] = [own('known'), own('event')];
  const eventTime = timestamp(col(about.time), schema);
  const written = about.created === null ? null : timestamp(col(about.created), schema);
  const due = later(eventTime, about.delay);
  const writtenName = written === null ? null : own('written');
  const others = schema.filter(({ name }) => !about.keys.includes(name) && name !== about.time && name !== about.created);
  const features = new Map(others.map(({ name }, i) => [name, own(String(i + 1))]));
  const columns: NamedExpr[] = [
    ...about.keys.map((key, i) => named(keys[i] ?? key, col(key))),
    named(known, written === null ? due : call('greatest', due, written)),
    named(event, eventTime),
    ...(written === null || writtenName === null ? [] : [named(writtenName, written)]),
    ...others.map(({ name }) => named(features.get(name) ?? name, col(name))),
  ];
  // Keys and times can be features, too: the hour of a forecast, say.
  about.keys.forEach((key, i) => features.set(key, keys[i] ?? key));
  features.set(about.time, event);
  if (about.created !== null && writtenName !== null) features.set(about.created, writtenName);
  const present = [about.time, ...(about.created === null ? [] : [about.created])].map((name) => call('is_not_null', col(name)));
  const [first = lit(true), ...more] = present;
  return { relation: project(filter(table, more.length === 0 ? first : call('and', first, ...more)), columns), keys, known, event, written: writtenName, features };
}

/** Without the rows that were out of date when they became known. Where all are known equally long after their event, there are none. */
function inOrderOfKnowing({ relation, keys, known, event, written }: Prepared): Relation {
  if (written === null) return relation;
  const schema = schemaOf(relation);
  const latest = freeName('feature_latest', schema);
  const numbered: Relation = { op: 'window', input: relation, columns: [{ name: latest, fn: 'max', arg: col(event), partitionBy: keys.map(col), orderBy: [asc(col(known))] }] };
  return project(filter(numbered, call('greater_than_or_equal', col(event), col(latest))), schema.map(({ name }) => named(name, col(name))));
}

function timestamp(expr: Expr, schema: Schema): Expr {
  return typeOf(expr, schema) === 'timestamp' ? expr : cast(expr, 'timestamp');
}

const later = (time: Expr, seconds: number): Expr => (seconds === 0 ? time : call('date_add', lit('second'), lit(seconds), time));
