import { randomBytes } from 'node:crypto';
import type { BoxShape } from '#app/sdk/ports.ts';
import type { Axis } from './axis.ts';
import type { Quartiles } from './quartiles.ts';
import type { ChartSource, SqlValue } from './source.ts';

/** Boxes of this many rows are exact: all their values are looked at for quartiles. */
export const exactUpTo = 2_000_000;
/** Rows of the sample that quartiles of more rows are taken from. */
const sampledRows = 500_000;
/** A group with fewer values in the sample has its quartiles taken from all of its rows. */
const fewestSampled = 20_000;

export interface Boxes {
  /** By place of the group; null: no values. */
  readonly shapes: readonly (BoxShape | null)[];
  readonly rows: number;
  /** Rows without a value or a group. */
  readonly left: number;
}

export interface SampledBoxes {
  /** By column. */
  readonly boxes: readonly Boxes[];
  /** One of so many rows is in the sample. */
  readonly every: number;
  /** Values in the sample that the least of its boxes has. */
  readonly least: number;
}

export interface BoxesWanted {
  /** SQL of each column's values, null where they have no place. */
  readonly values: readonly string[];
  readonly by: Axis | null;
  /** Outlying values drawn for a box. */
  readonly outliers: number;
  readonly rows: number;
}

/**
 * Box plots of many rows: quartiles from rows with a certain hash of their place, everything else in one pass over all of them. Ranks of
 * quartiles of n sampled values are right to ± 85 / √n percentage points in 95 of 100 cases.
 */
export async function sampledBoxes(source: ChartSource, { values, by, outliers, rows }: BoxesWanted): Promise<SampledBoxes> {
  const every = Math.max(2, Math.floor(rows / sampledRows));
  const place = by?.place('r', 'k');
  const [group, join] = [place?.sql ?? '0', place?.join ?? ''];
  const raw = `${by?.group ?? '0'} as r, ${values.map((sql, i) => `${sql} as v${i}`).join(', ')}`;
  const names = values.map((_, i) => `v${i}`).join(', ');
  const table = `boxes_${randomBytes(6).toString('hex')}`;
  await source.query(`create temp table ${table} as select (${group})::utinyint as g, ${names} from (select * from (${source.numbered(raw, 'rows')}) where hash(place) % ${every} = 0) ${join}`);
  try {
    const sampled = quartilesIn(values.length, await source.query(quartileSql(table, values.length)), fewestSampled);
    // All rows of groups that are too small for the sample, or that it has missed.
    const groups = by?.size ?? 1;
    const small = Array.from({ length: groups }, (_, g) => g).filter((g) => values.some((_, i) => sampled[i]?.has(g) !== true));
    const whole = (condition: string): string => `(select (${group})::utinyint as g, ${names} from (select * from (select ${raw} from (${source.rows})) where ${condition}) ${join})`;
    const exact = small.length === 0 ? [] : quartilesIn(values.length, await source.query(quartileSql(`${whole('true')} where g in (${small.join(', ')})`, values.length)), 0);
    const totals = await totalsOf(source, { columns: values.length, raw: `(select ${raw} from (${source.rows}))`, group, join, many: by?.many === true });
    const quartiles = values.map((_, i): ReadonlyMap<number, Quartiles> => new Map([...(exact[i] ?? []), ...(sampled[i] ?? [])].map(([g, one]) => [g, one.quartiles])));
    const sizes = sampled.flatMap((one) => [...one.values()].map(({ size }) => size));
    const boxes: Boxes[] = [];
    for (const [i, own] of quartiles.entries()) boxes.push(await boxesOf(source, { value: `v${i}`, sample: table, whole, quartiles: own, totals: totals[i] ?? new Map(), groups, outliers, rows }));
    return { boxes, every, least: Math.min(...sizes) };
  } finally {
    await source.query(`drop table ${table}`);
  }
}

const quartileSql = (from: string, columns: number): string =>
  `select g, ${Array.from({ length: columns }, (_, i) => `count(v${i}), quantile_cont(v${i}, 0.25), quantile_cont(v${i}, 0.5), quantile_cont(v${i}, 0.75)`).join(', ')} from ${from} group by 1 having g is not null`;

/** By column and group, those of at least so many values. */
function quartilesIn(columns: number, rows: readonly (readonly SqlValue[])[], least: number): Map<number, { readonly size: number; readonly quartiles: Quartiles }>[] {
  return Array.from({ length: columns }, (_, i) => {
    const found = new Map<number, { size: number; quartiles: Quartiles }>();
    for (const row of rows) {
      const [size = 0, q1, q2, q3] = row.slice(1 + 4 * i, 5 + 4 * i).map(Number);
      if (size > 0 && size >= least && q1 !== undefined && q2 !== undefined && q3 !== undefined) found.set(Number(row[0]), { size, quartiles: [q1, q2, q3] });
    }
    return found;
  });
}

interface Totals {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
}

/** By column and group, of all rows at once; grouped by the raw value first where there are few, as groups are told by text. */
async function totalsOf(source: ChartSource, { columns, raw, group, join, many }: { readonly columns: number; readonly raw: string; readonly group: string; readonly join: string; readonly many: boolean }): Promise<Map<number, Totals>[]> {
  const places = Array.from({ length: columns }, (_, i) => i);
  const first = many
    ? `(select r, ${places.map((i) => `case when v${i} is not null then 1 end as n${i}, v${i} as low${i}, v${i} as high${i}, v${i} as sum${i}`).join(', ')} from ${raw})`
    : `(select r, ${places.map((i) => `count(v${i}) as n${i}, min(v${i}) as low${i}, max(v${i}) as high${i}, sum(v${i}) as sum${i}`).join(', ')} from ${raw} group by 1)`;
  const found = await source.query(`select (${group})::utinyint as g, ${places.map((i) => `coalesce(sum(n${i}), 0)::bigint, min(low${i}), max(high${i}), sum(sum${i}) / sum(n${i})`).join(', ')} from ${first} ${join} group by 1 having g is not null`);
  return places.map((i) => new Map(found.map(([g, ...cells]) => {
    const [count = 0, min = 0, max = 0, mean = 0] = cells.slice(4 * i, 4 * i + 4).map(Number);
    return [Number(g), { count, min, max, mean }];
  })));
}

interface OneColumn {
  readonly value: string;
  /** SQL of tables with the columns g and the value; of the whole, those rows whose values meet a condition. */
  readonly sample: string;
  whole(condition: string): string;
  readonly quartiles: ReadonlyMap<number, Quartiles>;
  readonly totals: ReadonlyMap<number, Totals>;
  readonly groups: number;
  readonly outliers: number;
  readonly rows: number;
}

interface Fence {
  readonly low: number;
  readonly high: number;
  /** The whiskers end between these and the fences. */
  readonly lowEnd: number;
  readonly highEnd: number;
}

/** What lies about the fences of a group: the ends of the whiskers, and the values beyond. */
interface Ends {
  readonly low: number | null;
  readonly high: number | null;
  readonly outside: number;
  readonly some: readonly number[];
}

/** Whiskers, means, counts and some of what lies beyond, of all rows: only those near the fences are looked at twice. */
async function boxesOf(source: ChartSource, column: OneColumn): Promise<Boxes> {
  const { value, sample, whole, quartiles, totals, groups, outliers, rows } = column;
  const fences = new Map([...quartiles].map(([g, [q1, , q3]]): [number, Fence] => [g, { low: q1 - 1.5 * (q3 - q1), high: q3 + 1.5 * (q3 - q1), lowEnd: q1, highEnd: q3 }]));
  const beyond = [...fences].filter(([g, { low, high }]) => (totals.get(g)?.min ?? low) < low || (totals.get(g)?.max ?? high) > high);
  const seen = beyond.length === 0 ? new Map<number, Ends>() : await endsOf(source, { value, from: sample, fences: new Map(beyond), outliers });
  // A whisker of the sample ends at or before that of the whole.
  const nearer = new Map(beyond.map(([g, fence]): [number, Fence] => [g, { ...fence, lowEnd: seen.get(g)?.low ?? fence.lowEnd, highEnd: seen.get(g)?.high ?? fence.highEnd }]));
  const enough = beyond.every(([g]) => (seen.get(g)?.outside ?? 0) >= outliers);
  const ends = beyond.length === 0 ? seen : await endsOf(source, { value, from: whole(nearEnds(value, [...nearer.values()])), fences: nearer, outliers: enough ? 0 : outliers });
  let present = 0;
  const shapes = Array.from({ length: groups }, (_, g): BoxShape | null => {
    const { count, min, max, mean } = totals.get(g) ?? { count: 0, min: 0, max: 0, mean: 0 };
    const found = quartiles.get(g);
    present += count;
    if (found === undefined || count === 0) return null;
    const [q1, median, q3] = found;
    const own = ends.get(g);
    const drawn = ((seen.get(g)?.outside ?? 0) >= outliers ? seen.get(g)?.some : own?.some) ?? [];
    const values = drawn.toSorted((x, y) => x - y);
    const fence = fences.get(g);
    // The furthest values are always among those drawn.
    if (values.length > 0 && fence !== undefined && min < fence.low) values[0] = min;
    if (values.length > 0 && fence !== undefined && max > fence.high) values[values.length - 1] = max;
    return { low: Math.min(own?.low ?? min, q1), q1, median, q3, high: Math.max(own?.high ?? max, q3), mean, rows: count, outside: own?.outside ?? 0, outliers: values };
  });
  return { shapes, rows, left: rows - present };
}

/** Values that may lie near a fence of any group: few of them have to be given their group. */
const nearEnds = (value: string, fences: readonly Fence[]): string => `${value} <= ${doubleText(Math.max(...fences.map(({ lowEnd }) => lowEnd)))} or ${value} >= ${doubleText(Math.min(...fences.map(({ highEnd }) => highEnd)))}`;

const doubleText = (one: number): string => `(${one.toExponential()})::double`;

async function endsOf(source: ChartSource, { value: v, from, fences, outliers }: { readonly value: string; readonly from: string; readonly fences: ReadonlyMap<number, Fence>; readonly outliers: number }): Promise<Map<number, Ends>> {
  const [only] = fences.size === 1 ? [...fences] : [];
  // One group has its fences in the text; those of several are joined.
  const name = (key: keyof Fence): string => (only === undefined ? `f.${key}` : doubleText(only[1][key]));
  const listed = [...fences].map(([g, fence]) => `(${[String(g), doubleText(fence.low), doubleText(fence.high), doubleText(fence.lowEnd), doubleText(fence.highEnd)].join(', ')})`).join(', ');
  const rows = only === undefined ? `${from} t join (values ${listed}) f(fg, low, high, "lowEnd", "highEnd") on f.fg = t.g` : `${from} t`;
  const beyond = `${v} < ${name('low')} or ${v} > ${name('high')}`;
  const some = outliers === 0 ? 'null' : `to_json(arg_min(${v}, hash(${v}), ${outliers}) filter (where ${beyond}))::varchar`;
  const sql = `select t.g, min(${v}) filter (where ${v} >= ${name('low')}), max(${v}) filter (where ${v} <= ${name('high')}), count(*) filter (where ${beyond}), ${some} from ${rows} where (${v} <= ${name('lowEnd')} or ${v} >= ${name('highEnd')})${only === undefined ? '' : ` and t.g = ${only[0]}`} group by 1`;
  const number = (cell: SqlValue | undefined): number | null => (typeof cell === 'number' ? cell : null);
  return new Map(
    (await source.query(sql)).map(([g, low, high, outside, list]): [number, Ends] => {
      const parsed: unknown = typeof list === 'string' ? JSON.parse(list) : [];
      return [Number(g), { low: number(low), high: number(high), outside: Number(outside ?? 0), some: Array.isArray(parsed) ? parsed.map(Number) : [] }];
    }),
  );
}
