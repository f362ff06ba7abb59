import { PenstockError } from '#app/core/errors.ts';

/** Equal steps along an axis with round edges. All SQL gives a DOUBLE position from 0, null where there is no value. */
export interface Bins {
  readonly count: number;
  /** One more than bins, in what the axis shows: numbers, or ISO text for dates and times. */
  readonly edges: readonly (number | string)[];
  readonly centres: readonly (number | string)[];
  /** Position of a value, given the SQL of its column. */
  place(sql: string): string;
}

/** Beyond this a chart is no picture any more. */
const mostBins = 2000;

/**
 * A value on an edge belongs to the bin above it. Quotients a hair under a whole number are such values: 0.29 / 0.01 = 28.999999999999996.
 */
const hair = '1e-9';

interface Step {
  readonly size: number;
  edge(index: number): number;
  quotient(sql: string): string;
}

/** 1, 2, 2.5 or 5 times a power of ten; edges are the decimals that people write, rounded once. */
function decimalStep(mantissa: number, exponent: number): Step {
  const power = 10 ** Math.abs(exponent);
  return exponent < 0
    ? { size: mantissa / power, edge: (index) => (index * mantissa) / power, quotient: (sql) => `${sql} * ${power}::double / ${mantissa}` }
    : { size: mantissa * power, edge: (index) => index * mantissa * power, quotient: (sql) => `${sql} / ${mantissa * power}::double` };
}

/** The round step that comes nearest to `wanted` steps over a span > 0. */
export function roundStep(span: number, wanted: number, whole: boolean): Step {
  const exponent = Math.floor(Math.log10(span / wanted));
  let best: Step | null = null;
  let bestDistance = Infinity;
  for (let e = exponent - 1; e <= exponent + 1; e += 1) {
    for (const [mantissa, shift] of [[1, 0], [2, 0], [25, -1], [5, 0]] as const) {
      const step = decimalStep(mantissa, e + shift);
      if (whole && !Number.isInteger(step.size)) continue;
      const distance = Math.abs(Math.log(span / step.size / wanted));
      if (distance < bestDistance) [best, bestDistance] = [step, distance];
    }
  }
  return best ?? decimalStep(1, 0);
}

function givenStep(width: number): Step {
  return { size: width, edge: (index) => Number((index * width).toPrecision(12)), quotient: (sql) => `${sql} / ${width}::double` };
}

export interface NumberBinOptions {
  readonly low: number;
  readonly high: number;
  readonly whole: boolean;
  readonly wanted: number;
  readonly width?: number | null;
  /** Infinities and NaN occur. */
  readonly odd: boolean;
}

/**
 * Bins over [low, high]. Whole numbers get whole widths and edges half-way between them, so that no bin holds more values than another.
 * @throws PenstockError `chart-bins` where a given width makes too many.
 */
export function numberBins({ low, high, whole, wanted, width = null, odd }: NumberBinOptions): Bins {
  const span = whole ? high - low + 1 : high - low;
  const size = Math.max(Math.abs(low), Math.abs(high));
  // One value alone: a bin around it that floating point can still tell from its neighbours.
  const step = width !== null ? givenStep(width) : span > size * 1e-12 && Number.isFinite(span) ? roundStep(span, wanted, whole) : decimalStep(1, size > 1e9 ? Math.ceil(Math.log10(size)) - 9 : 0);
  const at = (value: number): number => Math.floor(value / step.size + 1e-9);
  const first = at(low);
  const count = at(high) - first + 1;
  if (!(count <= mostBins)) {
    throw new PenstockError('chart-bins', `Bins of width ${width ?? step.size} over ${low} to ${high} would be ${Number.isFinite(count) ? count : 'too many'}; a chart takes ${mostBins}.`, { remedy: 'Choose wider bins.', place: { param: ['width'] } });
  }
  const shift = whole && Number.isInteger(step.size) ? 0.5 : 0;
  const edges = Array.from({ length: count + 1 }, (_, i) => step.edge(first + i) - shift);
  return {
    count,
    edges,
    centres: edges.slice(1).map((edge, i) => middle(edges[i] ?? edge, edge)),
    place: (sql) => {
      const position = `floor(${step.quotient(`${sql}::double`)} + ${hair}) - (${first})`;
      return odd ? `case when isfinite(${sql}::double) then ${position} end` : position;
    },
  };
}

const middle = (a: number, b: number): number => Number(((a + b) / 2).toPrecision(15));

/** Bins of equal width in powers of ten over 0 < low ≤ high. */
export function logBins(low: number, high: number, wanted: number, odd: boolean): Bins {
  const decades = Math.max(Math.log10(high) - Math.log10(low), 1e-9);
  const parts = [1, 2, 4, 5, 10, 20, 50, 100];
  const part = parts.reduce((best, one) => (Math.abs(Math.log((decades * one) / wanted)) < Math.abs(Math.log((decades * best) / wanted)) ? one : best), 1);
  const at = (value: number): number => Math.floor(Math.log10(value) * part + 1e-9);
  const first = at(low);
  const count = Math.min(mostBins, at(high) - first + 1);
  const edges = Array.from({ length: count + 1 }, (_, i) => Number((10 ** ((first + i) / part)).toPrecision(12)));
  return {
    count,
    edges,
    centres: edges.slice(1).map((edge, i) => Number(Math.sqrt(edge * (edges[i] ?? edge)).toPrecision(12))),
    place: (sql) => `case when ${sql}::double > 0${odd ? ` and isfinite(${sql}::double)` : ''} then floor(log10(${sql}::double) * ${part} + ${hair}) - (${first}) end`,
  };
}
