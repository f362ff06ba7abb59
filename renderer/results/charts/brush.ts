import { decimalMark, formatNumber } from '#app/core/units.ts';
import type { AxisCategory, AxisSpec, ChartSpec } from '#app/sdk/ports.ts';
import type { ColumnType } from '#app/relation/types.ts';
import { amongText, columnText, rangeText, type Slice, type SliceMark } from '../../state/slices.ts';
import { texts } from '../../text/texts.ts';

/** What was selected in a drawing, in the axes' own terms: numbers, ISO text on time axes, fractional places on category axes. */
export interface Selected {
  readonly x?: readonly [number | string, number | string];
  readonly y?: readonly [number | string, number | string];
}

export type Brushed = Pick<Slice, 'filter' | 'label'> & { readonly mark: SliceMark };

/** Whether a selection in the chart can be said as a condition. */
export const canBrush = (spec: ChartSpec): boolean => spec.series.length > 0 && (spec.x.column !== undefined || spec.y.column !== undefined);

/** The condition for a dragged selection; null where it covers nothing or everything. Bins and categories are taken whole. */
export function brushOf(spec: ChartSpec, selected: Selected): Brushed | null {
  const bars = spec.series.some(({ mark }) => mark === 'bars');
  const x = selected.x === undefined ? null : partOf(spec, 'x', selected.x);
  const y = bars || selected.y === undefined ? null : partOf(spec, 'y', selected.y);
  return joined([x, y]);
}

/** The condition for a click on a bar or cell, added to what the chart has selected already where `adding`. */
export function clickOf(spec: ChartSpec, at: { readonly x: number | string; readonly y: number | string }, before: SliceMark | null, adding: boolean): Brushed | null {
  if (spec.x.categories !== undefined && !spec.series.some(({ mark }) => mark === 'heatmap')) {
    const label = String(at.x);
    const known = adding ? (before?.xLabels ?? []) : [];
    const labels = known.includes(label) ? known.filter((one) => one !== label) : [...known, label];
    return joined([amongLabels(spec.x, 'x', labels)]);
  }
  const inBin = (name: 'x' | 'y'): Part | null => {
    const place = at[name];
    if (spec[name].categories !== undefined) return amongLabels(spec[name], name, [String(place)]);
    return partOf(spec, name, [place, place]);
  };
  return joined([inBin('x'), spec.series.some(({ mark }) => mark === 'heatmap') ? inBin('y') : null]);
}

interface Part {
  readonly filter: string;
  readonly label: string;
  readonly mark: SliceMark;
}

function joined(parts: readonly (Part | null)[]): Brushed | null {
  const own = parts.filter((part): part is Part => part !== null);
  if (own.length === 0) return null;
  return {
    filter: own.map(({ filter }) => (own.length > 1 ? `(${filter})` : filter)).join(' and '),
    label: own.map(({ label }) => label).join(', '),
    mark: own.reduce<SliceMark>((mark, part) => ({ ...mark, ...part.mark }), {}),
  };
}

function partOf(spec: ChartSpec, name: 'x' | 'y', range: readonly [number | string, number | string]): Part | null {
  const axis = spec[name];
  const { column } = axis;
  if (column === undefined) return null;
  if (axis.categories !== undefined) {
    const [low, high] = [Math.min(Number(range[0]), Number(range[1])), Math.max(Number(range[0]), Number(range[1]))];
    // A bar is 0.75 wide: it is selected once a part of it is.
    const places = axis.categories.filter((_, place) => place + 0.375 >= low && place - 0.375 <= high);
    return places.length === axis.categories.length ? null : amongLabels(axis, name, places.map(({ label }) => label));
  }
  const time = column.type === 'date' || column.type === 'timestamp';
  const [low, high] = inOrder(range, time);
  const edges = spec.series.find((series) => (name === 'x' ? series.edges : series.yEdges) !== undefined)?.[name === 'x' ? 'edges' : 'yEdges'];
  if (edges !== undefined) return binsPart(column, name, edges, low, high);
  if (time) {
    const ends = [timeText(low, column.type, 'up'), timeText(high, column.type, 'down')] as const;
    return { filter: rangeText(column.name, column.type, ends[0], ends[1]), label: texts.table.rangeOf(column.name, ends[0], ends[1]), mark: { [name]: [low, high] } };
  }
  const step = roundingOf(Number(low), Number(high), column.type, axis.scale === 'log');
  const [from, to] = column.type === 'integer' ? [Math.ceil(Number(low)), Math.floor(Number(high))] : [step(Number(low)), step(Number(high))];
  return { filter: rangeText(column.name, column.type, from, to), label: texts.table.rangeOf(column.name, numberText(from), numberText(to)), mark: { [name]: [low, high] } };
}

/** All bins that the range touches. */
function binsPart(column: { readonly name: string; readonly type: ColumnType }, name: 'x' | 'y', edges: readonly (number | string)[], low: number | string, high: number | string): Part | null {
  const time = typeof edges[0] === 'string';
  const at = (edge: number | string | undefined): number => (time ? timeOf(String(edge)) : Number(edge));
  const touched = edges.slice(1).flatMap((edge, place) => (at(edge) > at(low) && at(edges[place]) <= at(high) ? [place] : []));
  const [first, last] = [touched[0], touched.at(-1)];
  if (first === undefined || last === undefined || touched.length === edges.length - 1) return null;
  const [from, to] = [edges[first] ?? '', edges[last + 1] ?? ''];
  const mark = { [name]: [from, to] as const };
  if (column.type === 'integer') {
    const [smallest, largest] = [Math.ceil(Number(from)), Math.ceil(Number(to)) - 1];
    const one = smallest === largest;
    return { filter: one ? `${columnText(column.name)} = ${smallest}` : rangeText(column.name, column.type, smallest, largest), label: one ? `${column.name} ${formatNumber(smallest)}` : texts.table.rangeOf(column.name, formatNumber(smallest), formatNumber(largest)), mark };
  }
  const words = (edge: number | string): string => (typeof edge === 'number' ? numberText(edge) : edge);
  return { filter: rangeText(column.name, column.type, from, to, true), label: texts.table.rangeOf(column.name, words(from), words(to)), mark };
}

/** Values by their labels; “Other” is every present value without a label of its own. */
function amongLabels(axis: AxisSpec, name: 'x' | 'y', labels: readonly string[]): Part | null {
  const { column, categories } = axis;
  if (column === undefined || categories === undefined || labels.length === 0) return null;
  const chosen = categories.filter(({ label }) => labels.includes(label));
  const listed = (all: readonly AxisCategory[]) => all.filter(({ value, rest }) => rest !== true && value !== null).map(({ value }) => value);
  const missing = chosen.some(({ value, rest }) => value === null && rest !== true);
  let filter: string;
  if (chosen.some(({ rest }) => rest === true)) {
    const others = listed(categories.filter(({ label }) => !labels.includes(label)));
    const present = others.length === 0 ? `${columnText(column.name)} is not null` : `not (${amongText(column.name, column.type, others)})`;
    filter = missing ? `${present} or ${columnText(column.name)} is null` : present;
  } else {
    filter = amongText(column.name, column.type, [...listed(chosen), ...(missing ? [null] : [])]);
  }
  const shown = chosen.map(({ label }) => label);
  const words = shown.length > 3 ? texts.charts.andMore(shown.slice(0, 2).join(', '), shown.length - 2) : shown.join(', ');
  return { filter, label: `${column.name} ${words}`, mark: name === 'x' ? { xLabels: shown } : { yLabels: shown } };
}

/** Numbers that are rounded already: 2.5 is not written 2.500. */
const numberText = (value: number): string => (Number.isInteger(value) || Math.abs(value) < 1e-4 ? formatNumber(value) : decimalMark(String(value)).replace('-', '−'));

function inOrder([a, b]: readonly [number | string, number | string], time: boolean): [number | string, number | string] {
  const swapped = time ? timeOf(String(a)) > timeOf(String(b)) : Number(a) > Number(b);
  return swapped ? [b, a] : [a, b];
}

const timeOf = (text: string): number => Date.parse(text.length > 10 ? `${text.replace(' ', 'T')}Z` : text);

/** A place on a time axis as the column has it: whole days for dates, seconds for timestamps; the range gets no wider. */
function timeText(place: number | string, type: ColumnType, toward: 'up' | 'down'): string {
  const unit = type === 'date' ? 86_400_000 : 1000;
  const at = timeOf(String(place)) / unit;
  const text = new Date((toward === 'up' ? Math.ceil(at) : Math.floor(at)) * unit).toISOString();
  return type === 'date' ? text.slice(0, 10) : text.slice(0, 19).replace('T', ' ');
}

/** As many decimals as the selection's width can show, so that conditions read as people write them. */
function roundingOf(low: number, high: number, type: ColumnType, log: boolean): (value: number) => number {
  if (type !== 'float') return (value) => value;
  if (log) return (value) => Number(value.toPrecision(3));
  const span = high - low;
  const decimals = span > 0 ? Math.max(0, Math.min(15, 2 - Math.floor(Math.log10(span)))) : 6;
  return (value) => Number(value.toFixed(decimals));
}
