import { decimalMark, formatNumber } from '#app/core/units.ts';
import type { AxisSpec, ChartSeries, ChartSpec } from '#app/sdk/ports.ts';

type Value = number | string | null | undefined;

export interface Tick {
  /** px along the axis. */
  readonly at: number;
  readonly label: string;
}

/** Where values stand along one axis of a drawing. */
export interface Axis {
  readonly kind: 'linear' | 'log' | 'category' | 'time';
  /** px; null for what has no place. */
  place(value: Value): number | null;
  /** px of the middle of the n-th category, and how much room one has. */
  readonly step: number;
  readonly categories: readonly string[];
  readonly ticks: readonly Tick[];
  /** As people read it. */
  text(value: Value): string;
}

export const timeOf = (value: Value): number => (typeof value === 'number' ? value : Date.parse(`${String(value).replace(' ', 'T')}${/[zZ]|[+-]\d\d:?\d\d$/.test(String(value)) || String(value).length <= 10 ? '' : 'Z'}`));

export function kindOf(axis: AxisSpec, values: readonly Value[]): Axis['kind'] {
  if (axis.scale !== undefined) return axis.scale;
  return values.some((value) => typeof value === 'string') ? 'category' : 'linear';
}

/** Every value that an axis must have room for. */
export function valuesOn(spec: ChartSpec, name: 'x' | 'y'): Value[] {
  return spec.series.flatMap((series): Value[] => {
    const edges = name === 'x' ? series.edges : series.yEdges;
    const own = edges === undefined ? [...series[name]] : [...edges];
    if (series.hexagon !== undefined) return hexagonEnds(series, spec[name], name);
    if (name === 'x') return own;
    return [...own, ...(series.low ?? []), ...(series.high ?? []), ...(series.boxes ?? []).flatMap((box) => (box === null ? [] : [box.low, box.high, ...box.outliers]))];
  });
}

function hexagonEnds(series: ChartSeries, axis: AxisSpec, name: 'x' | 'y'): Value[] {
  const half = ((name === 'x' ? series.hexagon?.width : series.hexagon?.height) ?? 0) / 2;
  return series[name].flatMap((value): Value[] => {
    if (axis.scale === 'time') return [timeOf(value) - half, timeOf(value) + half];
    return axis.scale === 'log' ? [Number(value) / 10 ** half, Number(value) * 10 ** half] : [Number(value) - half, Number(value) + half];
  });
}

export interface AxisRoom {
  /** px; from is where the axis begins, which for upright axes is the larger. */
  readonly from: number;
  readonly to: number;
  /** About so many ticks have room. */
  readonly ticks: number;
  /** Bars stand on zero. */
  readonly zero: boolean;
  /** The first category is at the far end. */
  readonly reversed?: boolean;
  /** Bins and cells end where the axis ends. */
  readonly tight?: boolean;
}

export function makeAxis(spec: AxisSpec, values: readonly Value[], room: AxisRoom, given: readonly string[] = []): Axis {
  const kind = kindOf(spec, values);
  if (kind === 'category') return categoryAxis(spec, values, room, given);
  const read = (value: Value): number => (value === null || value === undefined ? Number.NaN : kind === 'time' ? timeOf(value) : Number(value));
  const numbers = values.map(read).filter((value) => Number.isFinite(value) && (kind !== 'log' || value > 0));
  let low = spec.range?.[0] ?? numbers.reduce((least, value) => Math.min(least, value), Infinity);
  let high = spec.range?.[1] ?? numbers.reduce((most, value) => Math.max(most, value), -Infinity);
  if (!(low <= high)) [low, high] = kind === 'log' ? [1, 10] : [0, 1];
  if (room.zero && kind === 'linear' && spec.range === undefined) [low, high] = [Math.min(0, low), Math.max(0, high)];
  if (low === high) [low, high] = kind === 'log' ? [low / 2, high * 2] : [low - (Math.abs(low) * 0.1 || 0.5), high + (Math.abs(high) * 0.1 || 0.5)];
  if (spec.range === undefined && room.tight !== true) {
    if (kind === 'log') [low, high] = [low / (high / low) ** 0.03, high * (high / low) ** 0.03];
    else {
      const margin = (high - low) * 0.04;
      [low, high] = [room.zero && low === 0 ? 0 : low - margin, room.zero && high === 0 ? 0 : high + margin];
    }
  }
  const position = (value: number): number => (kind === 'log' ? Math.log10(value) : value);
  const [start, end] = [position(low), position(high)];
  const place = (value: Value): number | null => {
    const number = read(value);
    if (!Number.isFinite(number) || (kind === 'log' && number <= 0)) return null;
    return room.from + ((position(number) - start) / (end - start)) * (room.to - room.from);
  };
  const marks = kind === 'log' ? logTicks(low, high) : kind === 'time' ? timeTicks(low, high, room.ticks) : linearTicks(low, high, room.ticks, spec.percent === true);
  return {
    kind,
    place,
    step: 0,
    categories: [],
    ticks: marks.flatMap(({ value, label }) => {
      const at = place(value);
      return at === null ? [] : [{ at, label }];
    }),
    text: (value) => {
      if (value === null || value === undefined) return 'missing';
      if (kind === 'time') return timeText(timeOf(value));
      return typeof value === 'number' ? (spec.percent === true ? percentText(value, 1) : formatNumber(value)) : value;
    },
  };
}

function categoryAxis(spec: AxisSpec, values: readonly Value[], room: AxisRoom, given: readonly string[]): Axis {
  const categories = [...new Set(spec.categories?.map(({ label }) => label) ?? [...given, ...values.filter((value) => value !== null && value !== undefined).map(String)])];
  const step = categories.length === 0 ? room.to - room.from : (room.to - room.from) / categories.length;
  const index = new Map(categories.map((label, at) => [label, room.reversed === true ? categories.length - 1 - at : at]));
  const middle = (at: number): number => room.from + step * (at + 0.5);
  // Of many names every n-th has room.
  const every = Math.max(1, Math.ceil(categories.length / Math.max(1, room.ticks)));
  return {
    kind: 'category',
    place: (value) => {
      const at = index.get(String(value));
      return at === undefined ? null : middle(at);
    },
    step: Math.abs(step),
    categories,
    ticks: categories.flatMap((label, at) => (at % every === 0 ? [{ at: middle(index.get(label) ?? at), label }] : [])),
    text: (value) => (value === null || value === undefined ? 'missing' : String(value)),
  };
}

interface Mark {
  readonly value: number;
  readonly label: string;
}

/** Multiples of 1, 2 or 5 times a power of ten. */
function linearTicks(low: number, high: number, count: number, percent: boolean): Mark[] {
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10) * power;
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const most = Math.max(Math.abs(low), Math.abs(high));
  const marks: Mark[] = [];
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high + step * 1e-9; at += 1) {
    const value = at * step;
    marks.push({ value, label: percent ? percentText(value, Math.max(0, decimals - 2)) : tickText(value, most, decimals) });
  }
  return marks;
}

const percentText = (value: number, decimals: number): string => `${decimalMark((value * 100).toFixed(decimals)).replace('-', '−')} %`;

/** Large numbers as 6M; very small ones with powers of ten. */
function tickText(value: number, most: number, decimals: number): string {
  if (value === 0 || Object.is(value, -0)) return '0';
  if (most >= 1e5) {
    for (const [size, letter] of [[1e12, 'T'], [1e9, 'B'], [1e6, 'M'], [1e3, 'k']] as const) {
      if (most >= size) return `${String(Number((value / size).toPrecision(6))).replace('-', '−')}${letter}`;
    }
  }
  if (most < 1e-3) return decimalMark(value.toExponential(1)).replaceAll('-', '−');
  return decimalMark(value.toFixed(Math.min(decimals, 8))).replace('-', '−').replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

function logTicks(low: number, high: number): Mark[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const every = Math.max(1, Math.ceil((last - first) / 8));
  const inner = last - first <= 2 ? [1, 2, 5] : [1];
  const marks: Mark[] = [];
  for (let power = first; power <= last; power += every) {
    for (const factor of inner) {
      const value = factor * 10 ** power;
      if (value >= low * 0.999 && value <= high * 1.001) marks.push({ value, label: formatNumber(value) });
    }
  }
  return marks;
}

const second = 1000;
const day = 86_400 * second;
const timeSteps = [1, 5, 15, 30, 60, 300, 900, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600].map((size) => size * second);
const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Round moments of the calendar, UTC. */
function timeTicks(low: number, high: number, count: number): Mark[] {
  const rough = (high - low) / Math.max(1, count);
  const two = (value: number): string => String(value).padStart(2, '0');
  const marks: Mark[] = [];
  if (rough < 20 * 3600 * second) {
    const step = timeSteps.find((size) => size >= rough) ?? 12 * 3600 * second;
    for (let value = Math.ceil(low / step) * step; value <= high; value += step) {
      const at = new Date(value);
      const clock = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}${step < 60 * second ? `:${two(at.getUTCSeconds())}` : ''}`;
      marks.push({ value, label: clock === '00:00' ? `${at.getUTCDate()} ${monthNames[at.getUTCMonth()]}` : clock });
    }
    return marks;
  }
  if (rough < 20 * day) {
    const step = ([1, 2, 7, 14].find((days) => days * day >= rough) ?? 14) * day;
    for (let value = Math.ceil(low / step) * step; value <= high; value += step) marks.push({ value, label: `${new Date(value).getUTCDate()} ${monthNames[new Date(value).getUTCMonth()]}` });
    return marks;
  }
  const months = [1, 3, 6, 12, 24, 60, 120, 240, 600, 1200].find((size) => size * 30.44 * day >= rough * 0.8) ?? 1200;
  const from = new Date(low);
  for (let month = Math.ceil((from.getUTCFullYear() * 12 + from.getUTCMonth()) / months) * months; ; month += months) {
    const value = Date.UTC(Math.floor(month / 12), month % 12);
    if (value > high) return marks;
    if (value >= low) marks.push({ value, label: month % 12 === 0 ? String(Math.floor(month / 12)) : months >= 12 ? String(Math.floor(month / 12)) : `${monthNames[month % 12]} ${Math.floor(month / 12)}` });
  }
}

function timeText(value: number): string {
  if (!Number.isFinite(value)) return '';
  const text = new Date(value).toISOString();
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text.slice(0, 19).replace('T', ' ');
}
