import { formatCount } from '#app/core/units.ts';
import { call, cast, col, filter, limit, named } from '#app/relation/build.ts';
import type { ColumnType, NamedExpr, Relation } from '#app/relation/types.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import type { AxisSpec, ChartSeries } from '#app/sdk/ports.ts';
import type { ScatterPlotParams } from './node.ts';

type Cell = null | boolean | number | string;

/** Groups with a colour of their own. */
const maxGroups = 9;
/** One sample for every scatter plot, so that two plots of a table show the same rows. */
const sampleSeed = 1;

export const executor: NodeExecutor<ScatterPlotParams> = {
  async run({ inputs, params, tables }) {
    const table = inputs.table?.[0];
    if (table?.kind !== 'table') throw new Error('scatter-plot: no table');
    const typeOf = (name: string): ColumnType | undefined => table.schema.find((column) => column.name === name)?.type;
    const rows = await tables.count(table.relation);
    const present = filter(table.relation, call('and', call('is_not_null', col(params.x)), call('is_not_null', col(params.y))));
    const drawable = await tables.count(present);
    const sampled: Relation = drawable <= params.points ? present : limit({ op: 'sample', input: present, fraction: params.points / drawable, seed: sampleSeed }, params.points);
    const colourType = params.colour === '' ? undefined : typeOf(params.colour);
    const scaled = colourType === 'integer' || colourType === 'float';
    const columns: NamedExpr[] = [named('x', col(params.x)), named('y', col(params.y))];
    if (colourType !== undefined) columns.push(named('colour', scaled ? cast(col(params.colour), 'float') : cast(col(params.colour), 'string')));
    const { rows: points } = await tables.rows({ op: 'project', input: sampled, columns }, params.points);
    const series = scaled ? [scaleSeries(params, points)] : groupSeries(params, points, colourType !== undefined);
    return {
      report: {
        kind: 'report',
        report: {
          title: 'Scatter plot',
          blocks: [
            {
              type: 'chart',
              chart: {
                title: `${params.y} against ${params.x}`,
                x: axisOf(params.x, typeOf(params.x), params.xLog),
                y: axisOf(params.y, typeOf(params.y), params.yLog),
                series,
                note: noteOf(points.length, drawable, rows),
              },
            },
          ],
        },
      },
    };
  },
};

function axisOf(title: string, type: ColumnType | undefined, log: boolean): AxisSpec {
  return { title, scale: type === 'date' || type === 'timestamp' ? 'time' : log ? 'log' : 'linear' };
}

function noteOf(shown: number, drawable: number, rows: number): string {
  const size = shown < drawable ? `${formatCount(shown)} of ${formatCount(rows)} rows, sampled by a hash of the row.` : `${formatCount(rows)} rows.`;
  const left = rows - drawable;
  return left === 0 ? size : `${size} ${formatCount(left)} with a missing value on an axis are left out.`;
}

const coordinate = (cell: Cell | undefined): number | string | null => (typeof cell === 'number' ? (Number.isFinite(cell) ? cell : null) : typeof cell === 'string' ? cell : null);

function scaleSeries(params: ScatterPlotParams, points: readonly (readonly Cell[])[]): ChartSeries {
  const z = points.map(([, , value]) => (typeof value === 'number' && Number.isFinite(value) ? value : null));
  return { name: params.colour, mark: 'points', x: points.map(([x]) => coordinate(x)), y: points.map(([, y]) => coordinate(y)), z: [z] };
}

function groupSeries(params: ScatterPlotParams, points: readonly (readonly Cell[])[], grouped: boolean): ChartSeries[] {
  if (!grouped) return [{ name: params.y, mark: 'points', x: points.map(([x]) => coordinate(x)), y: points.map(([, y]) => coordinate(y)) }];
  const byGroup = new Map<string, (readonly Cell[])[]>();
  for (const point of points) {
    const name = point[2] === null || point[2] === undefined ? '(missing)' : String(point[2]);
    const list = byGroup.get(name);
    if (list === undefined) byGroup.set(name, [point]);
    else list.push(point);
  }
  const ranked = [...byGroup].toSorted(([a, pointsA], [b, pointsB]) => pointsB.length - pointsA.length || (a < b ? -1 : 1));
  const kept = ranked.slice(0, maxGroups);
  const rest = ranked.slice(maxGroups).flatMap(([, list]) => list);
  if (rest.length > 0) kept.push(['Other', rest]);
  return kept.map(([name, list]) => ({ name, mark: 'points', x: list.map(([x]) => coordinate(x)), y: list.map(([, y]) => coordinate(y)), group: name }));
}
