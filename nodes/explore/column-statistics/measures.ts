import type { Column, ColumnType, Relation } from '#app/relation/types.ts';
import { ask, isNumber, numberSql, quoteColumn, sqlNumber, toNumber, toNumberOrNull, type Asked } from '#app/sdk/analysis.ts';

export type Cell = null | boolean | number | string;

/** Statistics of one column in one group of rows; absent: has no meaning for its type, or was not asked for. */
export interface Statistics {
  readonly column: Column;
  readonly keys: readonly Cell[];
  readonly rows: number;
  readonly values: ReadonlyMap<string, Cell>;
}

/** Mean and standard deviation of a column over all rows. */
interface Centre {
  readonly mean: number;
  readonly deviation: number;
}

/**
 * The engine takes skewness and kurtosis from sums of third and fourth powers, which lose all digits where the mean is far from 0; both
 * stay the same when a column is centred and scaled first. Absent: no spread, and so no shape.
 */
async function centres(tables: Asked, relation: Relation, columns: readonly Column[]): Promise<ReadonlyMap<string, Centre>> {
  const numbers = columns.filter(({ type }) => isNumber(type));
  if (numbers.length === 0) return new Map();
  const [row = []] = await ask(tables, relation, `select ${numbers.map((column) => `avg(${numberSql(column)}), stddev_pop(${numberSql(column)})`).join(', ')} from t`, numbers.flatMap(() => ['float', 'float'] as const));
  return new Map(numbers.flatMap(({ name }, i): [string, Centre][] => {
    const [mean, deviation] = [toNumberOrNull(row[2 * i]), toNumberOrNull(row[2 * i + 1])];
    return mean === null || deviation === null || !(deviation > 0) ? [] : [[name, { mean, deviation }]];
  }));
}

/** Aggregates in one query; more columns than this go in further queries, to keep each one small. */
const columnsAtOnce = 30;
export const mostGroups = 2000;

function measuresOf(column: Column, distinct: boolean, grouped: boolean, centre: Centre | undefined): [string, string, ColumnType][] {
  const name = quoteColumn(column.name);
  const counted: [string, string, ColumnType][] = [['count', `count(${name})`, 'integer'], ...(distinct && grouped && column.type !== 'binary' ? [['distinct', `count(distinct ${name})`, 'integer'] as [string, string, ColumnType]] : [])];
  // The smallest of equally frequent values, so that it is the same each time.
  const mode: [string, string, ColumnType][] = grouped && (distinct || column.type !== 'float') ? [['mode', `mode(${name} order by ${name})::varchar`, 'string']] : [];
  const number = numberSql(column);
  const standard = centre === undefined ? 'null::double' : `(${number} - ${sqlNumber(centre.mean)}) / ${sqlNumber(centre.deviation)}`;
  switch (column.type) {
    case 'integer':
    case 'float':
      return [
        ...counted,
        ...mode,
        ['mean', `avg(${number})`, 'float'],
        ['stddev', `stddev_samp(${number})`, 'float'],
        ['sum', `sum(${number})`, 'float'],
        ['min', `min(${number})`, 'float'],
        ['p05', `quantile_cont(${number}, 0.05)`, 'float'],
        ['q1', `quantile_cont(${number}, 0.25)`, 'float'],
        ['median', `quantile_cont(${number}, 0.5)`, 'float'],
        ['q3', `quantile_cont(${number}, 0.75)`, 'float'],
        ['p95', `quantile_cont(${number}, 0.95)`, 'float'],
        ['max', `max(${number})`, 'float'],
        ['skewness', `skewness(${standard})`, 'float'],
        ['kurtosis', `kurtosis(${standard})`, 'float'],
      ];
    case 'boolean':
      return [...counted, ...mode, ['mean', `avg(${name}::int)`, 'float']];
    case 'date':
    case 'time':
    case 'timestamp':
      return [...counted, ...mode, ['first', `min(${name})::varchar`, 'string'], ['last', `max(${name})::varchar`, 'string']];
    case 'string':
      return [...counted, ...mode, ['first', `min(${name})`, 'string'], ['last', `max(${name})`, 'string']];
    case 'binary':
      return counted;
  }
}

/** Statistics of every column in every group, groups in the order of their keys; infinities and NaN count as values but not in means. */
export async function statisticsOf(tables: Asked, relation: Relation, columns: readonly Column[], keys: readonly Column[], distinct: boolean, progress: (fraction: number) => void): Promise<Statistics[]> {
  const names = keys.map(({ name }) => quoteColumn(name));
  const by = names.length === 0 ? '' : ` group by ${names.join(', ')} order by ${names.map((name) => `${name} nulls last`).join(', ')}`;
  const found: Statistics[] = [];
  for (let from = 0; from < Math.max(1, columns.length); from += columnsAtOnce) {
    progress(from / Math.max(1, columns.length));
    const part = columns.slice(from, from + columnsAtOnce);
    const centre = await centres(tables, relation, part);
    const measures = part.map((column) => measuresOf(column, distinct, keys.length > 0, centre.get(column.name)));
    const all = measures.flat();
    const counted: [string, Cell][][] = [];
    if (keys.length === 0) for (const column of part) counted.push(await valuesOf(tables, relation, column, distinct));
    const rows = await ask(tables, relation, `select ${[...names, 'count(*)', ...all.map(([, sql]) => sql)].join(', ')} from t${by}`, [...keys.map(({ type }) => type), 'integer', ...all.map(([, , type]) => type)], mostGroups);
    for (const row of rows) {
      let at = keys.length + 1;
      part.forEach((column, i) => {
        const values = new Map((measures[i] ?? []).map(([name], k): [string, Cell] => [name, finite(row[at + k] ?? null)]));
        at += measures[i]?.length ?? 0;
        if (keys.length === 0) for (const [name, value] of counted[i] ?? []) values.set(name, value);
        found.push({ column, keys: row.slice(0, keys.length), rows: toNumber(row[keys.length]), values });
      });
    }
  }
  return found;
}

/** Without groups, different values and the most frequent one come from one count of each value, which needs no sort. */
async function valuesOf(tables: Asked, relation: Relation, column: Column, distinct: boolean): Promise<[string, Cell][]> {
  if (column.type === 'binary' || (column.type === 'float' && !distinct)) return [];
  const name = quoteColumn(column.name);
  const text = `with counted as (select ${name} as v, count(*) as n from t where ${name} is not null group by v) select count(*), (select min(v) from counted where n = (select max(n) from counted))::varchar from counted`;
  const [row = []] = await ask(tables, relation, text, ['integer', 'string']);
  return [...(distinct ? [['distinct', row[0] ?? 0] as [string, Cell]] : []), ['mode', row[1] ?? null]];
}

/** A constant column has no shape: the engine says NaN. */
const finite = (cell: Cell): Cell => (typeof cell === 'number' && !Number.isFinite(cell) ? null : cell);

const bars = '▁▂▃▄▅▆▇█';
const bins = 16;

/** Histograms of number columns as little bars of text, from their smallest to their largest value, in one pass for thirty columns. */
export async function sparks(tables: Asked, relation: Relation, found: readonly Statistics[]): Promise<ReadonlyMap<string, string>> {
  const drawn = found.flatMap(({ column, values }) => {
    const [low, high] = [toNumberOrNull(values.get('min')), toNumberOrNull(values.get('max'))];
    return isNumber(column.type) && low !== null && high !== null && high > low ? [{ column, low, high }] : [];
  });
  const answer = new Map<string, string>();
  for (let from = 0; from < drawn.length; from += columnsAtOnce) {
    const part = drawn.slice(from, from + columnsAtOnce);
    // Halves first: the range itself may be more than the largest number.
    const place = part.map(({ column, low, high }, i) => `least(${bins - 1}, floor((${numberSql(column)} / 2 - ${sqlNumber(low / 2)}) / ${sqlNumber(high / 2 - low / 2)} * ${bins}))::int as b${i}`);
    const counts = part.flatMap((_, i) => Array.from({ length: bins }, (_unused, k) => `count(*) filter (where b${i} = ${k})`));
    const [row = []] = await ask(tables, relation, `select ${counts.join(', ')} from (select ${place.join(', ')} from t)`, counts.map(() => 'integer'));
    part.forEach(({ column }, i) => {
      const heights = row.slice(i * bins, (i + 1) * bins).map(toNumber);
      const most = Math.max(...heights);
      answer.set(column.name, heights.map((height) => (height === 0 ? ' ' : bars[Math.min(7, Math.floor((height / most) * 8))])).join('').replaceAll(' ', '\u2007'));
    });
  }
  return answer;
}
