import { formatCount } from '#app/core/units.ts';
import { call, cast, col, filter, lit, named, when } from '#app/relation/build.ts';
import type { Column, Expr, Relation } from '#app/relation/types.ts';
import type { NodeExecutor, TableServices } from '#app/sdk/node.ts';
import type { ChartSeries, ChartSpec, ReportBlock } from '#app/sdk/ports.ts';
import { binsOver, centres, type Bins } from './bins.ts';
import { frequentValues, keptOrOther, missing, other } from './groups.ts';
import { drawnColumns, type DistributionsParams } from './node.ts';

/** Groups with a colour of their own; the rest is one group. */
const maxGroups = 6;

interface Drawing {
  readonly tables: TableServices;
  readonly input: Relation;
  readonly params: DistributionsParams;
  /** Kept values of the group column, or null without one. */
  readonly groups: readonly string[] | null;
}

/** Counts by position on the x axis and by group name ('' without groups). */
type Counts = Map<string, number[]>;

export const executor: NodeExecutor<DistributionsParams> = {
  async run({ inputs, params, tables, progress }) {
    const table = inputs.table?.[0];
    if (table?.kind !== 'table') throw new Error('distributions: no table');
    const columns = drawnColumns(params, table.schema);
    const rows = await tables.count(table.relation);
    const groups = params.groupBy === '' ? null : (await frequentValues(tables, table.relation, params.groupBy, maxGroups)).values;
    const drawing: Drawing = { tables, input: table.relation, params, groups };
    const blocks: ReportBlock[] = [];
    for (const [i, column] of columns.entries()) {
      progress(i / columns.length, column.name);
      const chart = column.type === 'string' || column.type === 'boolean' ? await barChart(drawing, column) : await histogram(drawing, column);
      const drawn = chart.total;
      const left = rows - drawn;
      const note = left === 0 ? `${formatCount(rows)} rows.` : `${formatCount(drawn)} of ${formatCount(rows)} rows; ${formatCount(left)} without a value are left out.`;
      blocks.push({ type: 'chart', chart: { ...chart.spec, note } });
    }
    if (columns.length === 0) blocks.push({ type: 'text', markdown: 'The table has no column that can be drawn.' });
    return { report: { kind: 'report', report: { title: 'Distributions', blocks } } };
  },
};

async function barChart(drawing: Drawing, column: Column): Promise<{ spec: ChartSpec; total: number }> {
  const { tables, params } = drawing;
  const present = filter(drawing.input, call('is_not_null', col(column.name)));
  const { values, more } = await frequentValues(tables, present, column.name, params.categories);
  const names = more && !values.includes(other) ? [...values, other] : values;
  const { counts, total } = await countBy(drawing, present, keptOrOther(column.name, values), names);
  return { spec: chartOf(drawing, column, names, counts, 'category'), total };
}

async function histogram(drawing: Drawing, column: Column): Promise<{ spec: ChartSpec; total: number }> {
  const isDate = column.type === 'date' || column.type === 'timestamp';
  // Infinities have no place on an axis.
  const value = column.type === 'float' ? when([{ when: call('less_than', call('abs', col(column.name)), lit(1e300, 'float')), then: col(column.name) }]) : col(column.name);
  const range: Relation = {
    op: 'aggregate',
    input: { op: 'project', input: drawing.input, columns: [named('value', value)] },
    keys: [],
    measures: [
      { name: 'low', fn: 'min', arg: col('value') },
      { name: 'high', fn: 'max', arg: col('value') },
    ],
  };
  const [low, high] = (await drawing.tables.rows(range, 1)).rows[0] ?? [null, null];
  const kind = isDate ? 'time' : 'linear';
  if (low === null || high === null || low === undefined || high === undefined) return { spec: chartOf(drawing, column, [], new Map(), kind), total: 0 };
  const unit = column.type === 'date' ? 'day' : 'second';
  const start = isDate ? epochMs(String(low)) : 0;
  const scale = unit === 'day' ? 86_400_000 : 1000;
  const position: Expr = isDate ? call('date_diff', lit(unit), lit(String(low), column.type), col(column.name)) : value;
  const bins = isDate
    ? binsOver(0, Math.floor((epochMs(String(high)) - start) / scale), true, drawing.params.bins)
    : binsOver(Number(low), Number(high), column.type === 'integer', drawing.params.bins);
  if (bins === null) return { spec: chartOf(drawing, column, [], new Map(), kind), total: 0 };
  const present = filter(drawing.input, call('is_not_null', value));
  const keys = Array.from({ length: bins.count }, (_, i) => String(i));
  const { counts, total } = await countBy(drawing, present, binOf(position, bins), keys);
  const x = isDate ? centres(bins).map((at) => new Date(start + at * scale).toISOString().slice(0, 19).replace('T', ' ')) : centres(bins);
  return { spec: chartOf(drawing, column, x, counts, kind), total };
}

const epochMs = (iso: string): number => Date.parse(`${iso.replace(' ', 'T')}${iso.includes(' ') ? 'Z' : ''}`);

function binOf(position: Expr, { start, width, count }: Bins): Expr {
  const bin = call('floor', call('divide', call('subtract', cast(position, 'float'), lit(start, 'float')), lit(width, 'float')));
  // The highest value belongs to the last bin.
  const bounded = call('greatest', call('least', bin, lit(count - 1, 'float')), lit(0, 'float'));
  return cast(cast(bounded, 'integer'), 'string');
}

/** One aggregate query: rows by key (one of `keys`, in that order) and group. */
async function countBy(drawing: Drawing, input: Relation, key: Expr, keys: readonly string[]): Promise<{ counts: Counts; total: number }> {
  const group = drawing.groups === null ? lit('') : keptOrOther(drawing.params.groupBy, drawing.groups);
  const relation: Relation = {
    op: 'aggregate',
    input: { op: 'project', input, columns: [named('key', key), named('group', group)] },
    keys: [named('key', col('key')), named('group', col('group'))],
    measures: [{ name: 'rows', fn: 'count' }],
  };
  const { rows } = await drawing.tables.rows(relation);
  const place = new Map(keys.map((name, i) => [name, i]));
  const counts: Counts = new Map();
  let total = 0;
  for (const [name, groupName, count] of rows) {
    const at = place.get(String(name));
    if (at === undefined) continue;
    let list = counts.get(String(groupName));
    if (list === undefined) counts.set(String(groupName), (list = keys.map(() => 0)));
    list[at] = Number(count);
    total += Number(count);
  }
  return { counts, total };
}

function chartOf({ params, groups }: Drawing, column: Column, x: readonly (number | string)[], counts: Counts, scale: 'category' | 'linear' | 'time'): ChartSpec {
  const order = groups === null ? [''] : [...groups, other, missing];
  const share = params.measure === 'share';
  const series = order.flatMap((group): ChartSeries[] => {
    const heights = counts.get(group);
    if (heights === undefined) return [];
    const sum = heights.reduce((a, b) => a + b, 0);
    const name = group === '' ? column.name : group;
    return [{ name, mark: 'bars', x: [...x], y: share ? heights.map((count) => count / sum) : heights, ...(group === '' ? {} : { group }) }];
  });
  const axis = groups === null ? 'Share of rows' : `Share of each ${params.groupBy}`;
  return { title: column.name, x: { title: column.name, scale }, y: { title: share ? axis : 'Rows', scale: 'linear' }, series };
}
