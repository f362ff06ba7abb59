import { formatCount } from '#app/core/units.ts';
import type { ChartQueryOf } from '#app/sdk/charts.ts';
import type { Column } from '#app/relation/types.ts';
import type { AxisSpec, ChartSeries, ChartSpec } from '#app/sdk/ports.ts';
import { quoteName } from '../sql.ts';
import { binAxis, type Axis } from './axis.ts';
import { grid, measureSql } from './grid.ts';
import { hexagonsOf, latticeOf } from './hexagons.ts';
import { colourAxis, neutral } from './histogram.ts';
import { columnOf, isNumber, isTime, numbers, ordered, typedColumn, type ChartSource, type SqlValue } from './source.ts';
import { trendPosition, trendSeries } from './trend.ts';
import { rowsNote, sampleError, sentences } from './words.ts';

/** Rectangles across and up, where an axis has few steps. */
const across = 100;
const up = 60;
/** Counts that differ by more than this are coloured by powers of ten. */
const logFrom = 50;

interface Cloud {
  readonly source: ChartSource;
  readonly query: ChartQueryOf<'scatter'>;
  readonly x: Column;
  readonly y: Column;
  /** Condition of the rows that have a place. */
  readonly drawable: string;
  /** A colour for each group, or null. */
  readonly groups: Axis | null;
  /** A number that colours, or null. */
  readonly scale: Column | null;
  readonly size: Column | null;
}

/** Two numbers or times against each other: points, or beyond `points` rows a density of all of them, or a sample whose error is stated. */
export async function scatter(source: ChartSource, query: ChartQueryOf<'scatter'>): Promise<ChartSpec> {
  const x = typedColumn(source, query.x, ordered, 'the x axis takes numbers and dates');
  const y = typedColumn(source, query.y, ordered, 'the y axis takes numbers and dates');
  const colour = query.colour === null ? null : columnOf(source, query.colour);
  const scale = colour !== null && isNumber(colour.type) ? colour : null;
  const groups = colour === null || scale !== null ? null : await colourAxis(source, colour.name);
  const size = query.size === null ? null : typedColumn(source, query.size, numbers, 'the size of points is a number');
  const drawable = `${present(x, query.xLog)} and ${present(y, query.yLog)}`;
  const cloud: Cloud = { source, query, x, y, drawable, groups, scale, size };
  const [counted] = await source.query(`select count(*) from (${source.rows})`);
  const rows = Number(counted?.[0] ?? 0);
  const mayBeDense = rows > query.points && (query.above === 'density' || (query.above === 'auto' && groups === null && size === null));
  // A density counts the rows that it draws; points must know their number before.
  const dense = mayBeDense ? await density(cloud) : null;
  const drawn = dense?.drawn ?? (await drawableRows(cloud));
  const cloudSpec = dense !== null && drawn > query.points ? dense.spec : await points(cloud, rows, drawn);
  const place = groups?.place('r', 'k');
  const trend = await trendSeries(
    source,
    `(select x, y, ${place?.sql ?? '0'} as g from (select ${trendPosition(quoteName(x.name), x, query.xLog)} as x, ${trendPosition(quoteName(y.name), y, query.yLog)} as y, ${groups?.group ?? '0'} as r from (${source.rows}) where ${drawable}) ${place?.join ?? ''})`,
    x,
    y,
    query,
    groups,
  );
  const why = query.xLog || query.yLog ? 'with a missing value, or one that a logarithmic axis has no place for,' : 'with a missing value on an axis';
  return {
    title: `${query.y} against ${query.x}`,
    x: axisOf(x, query.xLog),
    y: axisOf(y, query.yLog),
    ...cloudSpec,
    series: [...cloudSpec.series, ...trend],
    note: sentences(rowsNote(rows, rows - drawn, why), cloudSpec.note ?? null, groups?.found ?? null),
  };
}

const axisOf = (column: Column, log: boolean): AxisSpec => ({ title: column.name, scale: isTime(column.type) ? 'time' : log ? 'log' : 'linear', column });

function present(column: Column, log: boolean): string {
  const name = quoteName(column.name);
  return isTime(column.type) ? `${name} is not null and isfinite(${name})` : `${name} is not null${column.type === 'float' ? ` and isfinite(${name}::double)` : ''}${log ? ` and ${name} > 0` : ''}`;
}

type CloudSpec = Pick<ChartSpec, 'series' | 'colour' | 'note'>;

async function drawableRows({ source, drawable }: Cloud): Promise<number> {
  const [counted] = await source.query(`select count(*) from (${source.rows}) where ${drawable}`);
  return Number(counted?.[0] ?? 0);
}

interface Dense {
  readonly spec: CloudSpec;
  readonly drawn: number;
}

/** Rows, or the mean of the colour, in small hexagons over the whole table's range; in rectangles where an axis has a few whole numbers only. */
async function density(cloud: Cloud): Promise<Dense> {
  const { source, query, x, y, drawable, scale } = cloud;
  const lattice = await latticeOf(source, x, y, { x: query.xLog, y: query.yLog });
  if (lattice === null) return rectangles(cloud);
  const cells = await hexagonsOf(source, lattice, drawable, scale === null ? null : measureSql(source, { fn: 'sum', column: scale.name }).value);
  const counts = cells.map(({ rows }) => rows);
  const title = titleOf(scale);
  return {
    drawn: counts.reduce((sum, rows) => sum + rows, 0),
    spec: {
      series: [
        {
          name: title,
          mark: 'hexagons',
          x: cells.map((cell) => cell.x),
          y: cells.map((cell) => cell.y),
          z: [scale === null ? counts : cells.map(({ value }) => value)],
          hexagon: { width: lattice.width, height: lattice.height },
          ...(scale === null ? {} : { rows: counts }),
        },
      ],
      colour: { title, ...(scale === null && spread(counts) ? { log: true } : {}) },
      note: densityNote(scale, cells.length, 'hexagons'),
    },
  };
}

const titleOf = (scale: Column | null): string => (scale === null ? 'Rows' : `Mean of ${scale.name}`);
const densityNote = (scale: Column | null, cells: number, shape: string): string => `All rows, ${scale === null ? 'counted' : `as the mean of ${scale.name},`} in ${formatCount(cells)} ${shape}.`;

/** Whether counts differ so much that only powers of ten tell the small ones apart. */
function spread(counts: readonly number[]): boolean {
  const sorted = counts.toSorted((a, b) => a - b);
  return (sorted.at(-1) ?? 0) > logFrom * Math.max(1, sorted[Math.floor(sorted.length / 2)] ?? 1);
}

async function rectangles({ source, query, x, y, drawable, scale }: Cloud): Promise<Dense> {
  const [xAxis, yAxis] = [await binAxis(source, x, { wanted: across, log: query.xLog }), await binAxis(source, y, { wanted: up, log: query.yLog })];
  if (xAxis === null || yAxis === null) return { spec: { series: [] }, drawn: 0 };
  const cells = await grid(source, [xAxis, yAxis], scale === null ? [] : [{ fn: 'avg', column: scale.name }], drawable);
  const z = Array.from({ length: yAxis.size }, () => Array.from({ length: xAxis.size }, (): number | null => null));
  const counts: number[] = [];
  for (const { places: [column, row], rows, values } of cells) {
    const target = row === null || row === undefined ? undefined : z[row];
    if (column === null || column === undefined || target === undefined) continue;
    target[column] = scale === null ? rows : (values[0] ?? null);
    counts.push(rows);
  }
  const title = titleOf(scale);
  return {
    drawn: counts.reduce((sum, rows) => sum + rows, 0),
    spec: {
      series: [{ name: title, mark: 'heatmap', x: xAxis.at, y: yAxis.at, z, edges: xAxis.edges ?? [], yEdges: yAxis.edges ?? [] }],
      colour: { title, ...(scale === null && spread(counts) ? { log: true } : {}) },
      note: densityNote(scale, counts.length, 'rectangles'),
    },
  };
}

/** Every row, or a sample: the rows with the smallest hashes of their numbers, so that it is the same each time. */
async function points(cloud: Cloud, rows: number, drawn: number): Promise<CloudSpec> {
  const { source, query, x, y, drawable, groups, scale, size } = cloud;
  const coordinate = (column: Column): string => (isTime(column.type) ? `${quoteName(column.name)}::varchar` : `${quoteName(column.name)}::double`);
  const extra = scale !== null ? `${quoteName(scale.name)}::double` : groups !== null ? `${groups.group}::varchar` : 'null';
  const columns = `${coordinate(x)} as x, ${coordinate(y)} as y, ${extra} as c, ${size === null ? 'null' : `${quoteName(size.name)}::double`} as s`;
  const whole = drawn <= query.points;
  // A few more than needed pass the hash's threshold, so that only those are sorted.
  const share = Math.min(1, (1.2 * query.points + 200) / Math.max(1, drawn));
  const numbered = `select x, y, c, s, d, hash(place) as h from (${source.numbered(`${columns}, (${drawable}) as d`, 'rows')})`;
  const found = await source.query(whole ? `select ${columns} from (${source.rows}) where ${drawable}` : `select x, y, c, s from (${numbered}) where d and h <= ${Math.floor(share * 1e6)} * 18446744073709::ubigint order by h limit ${query.points}`);
  const note = whole ? undefined : `A random sample of ${formatCount(found.length)} rows is drawn; a share read off it is right to ${sampleError(found.length)}.`;
  const colour = scale === null ? {} : { colour: { title: scale.name } };
  const series = groups === null ? [seriesOf(query.y, found, cloud)] : groupSeries(groups, found, cloud);
  return { series: rows === 0 ? [] : series, ...colour, ...(note === undefined ? {} : { note }) };
}

function seriesOf(name: string, rows: readonly (readonly SqlValue[])[], { scale, size }: Pick<Cloud, 'scale' | 'size'>): ChartSeries {
  const number = (value: SqlValue | undefined): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);
  const coordinate = (value: SqlValue | undefined): number | string | null => (typeof value === 'string' ? value : number(value));
  return {
    name,
    mark: 'points',
    x: rows.map(([x]) => coordinate(x)),
    y: rows.map(([, y]) => coordinate(y)),
    ...(scale === null ? {} : { z: [rows.map(([, , c]) => number(c))] }),
    ...(size === null ? {} : { size: rows.map(([, , , s]) => number(s)) }),
  };
}

/** Colours in the order of the whole table's groups; those without a row here are left out. */
function groupSeries(groups: Axis, rows: readonly (readonly SqlValue[])[], cloud: Cloud): ChartSeries[] {
  const categories = groups.categories ?? [];
  const places = new Map(categories.flatMap((category, place) => (category.value === null ? [] : [[String(category.value), place] as const])));
  const rest = categories.findIndex((category) => category.rest === true);
  const missing = categories.findIndex((category) => category.value === null && category.rest !== true);
  const byPlace = categories.map((): (readonly SqlValue[])[] => []);
  for (const row of rows) {
    const text = row[2] ?? null;
    byPlace[text === null ? missing : (places.get(String(text)) ?? rest)]?.push(row);
  }
  return categories.flatMap((category, place) => {
    const own = byPlace[place] ?? [];
    return own.length === 0 ? [] : [{ ...seriesOf(category.label, own, cloud), group: category.label, ...neutral(category) }];
  });
}
