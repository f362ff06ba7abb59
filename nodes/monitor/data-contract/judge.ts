import { formatCount, formatDuration, formatNumber } from '#app/core/units.ts';
import type { Schema } from '#app/relation/types.ts';
import type { Finding } from './compile.ts';
import type { Expectation, Params } from './node.ts';

/** One expectation and how the table met it. */
export interface Verdict {
  readonly expectation: string;
  readonly severity: 'stop' | 'warn';
  readonly kept: boolean;
  readonly found: string;
  readonly expected: string;
  readonly examples: string;
  readonly column: string | null;
}

/** Columns that lack, are too many, or have another type. */
export function judgeSchema({ schema: mode, columns, schemaSeverity }: Params, found: Schema): Verdict[] {
  const expected = columns.filter(({ name }) => name !== '');
  if (mode === 'any' || expected.length === 0) return [];
  const wrong = [
    ...expected.flatMap(({ name, type }) => {
      const there = found.find((column) => column.name === name);
      if (there === undefined) return [`“${name}” is missing`];
      return there.type === type ? [] : [`“${name}” is ${there.type}, not ${type}`];
    }),
    ...(mode === 'exactly' ? found.filter(({ name }) => !expected.some((column) => column.name === name)).map(({ name }) => `“${name}” is not expected`) : []),
  ];
  return [{ expectation: 'Columns', severity: schemaSeverity, kept: wrong.length === 0, found: wrong.length === 0 ? `${found.length} columns` : wrong.slice(0, 10).join('; '), expected: `${mode === 'exactly' ? 'exactly' : 'at least'} ${expected.map(({ name }) => name).join(', ')}`, examples: '', column: null }];
}

/** @param before numbers of rows of the last successful runs, newest first. */
export function judge(one: Expectation, finding: Finding, rows: number, before: readonly number[], now: number): Verdict {
  const about = { severity: one.severity, column: one.column === '' ? null : one.column };
  const examples = finding.examples.map(({ row, value }) => `row ${formatCount(row)}${value === null || value === '' ? '' : ` (${value.slice(0, 60)})`}`).join(', ');
  if (one.kind === 'rows') {
    const kept = (one.min === null || rows >= one.min) && (one.max === null || rows <= one.max);
    return { ...about, column: null, expectation: 'Number of rows', kept, found: `${formatCount(rows)} rows`, expected: between(one.min, one.max, 'rows'), examples: '' };
  }
  if (one.kind === 'rows-as-before') {
    const mean = before.reduce((sum, count) => sum + count, 0) / Math.max(1, before.length);
    const kept = before.length === 0 || Math.abs(rows - mean) <= one.tolerance * mean;
    return { ...about, column: null, expectation: 'Number of rows as in earlier runs', kept, found: `${formatCount(rows)} rows`, expected: before.length === 0 ? 'no earlier run to compare with' : `${formatCount(mean * (1 - one.tolerance))} to ${formatCount(mean * (1 + one.tolerance))} rows, ${before.length === 1 ? 'by 1 earlier run' : `by ${formatCount(before.length)} earlier runs`}`, examples: '' };
  }
  if (one.kind === 'fresh') {
    const limit = one.hours * 3_600_000;
    const kept = finding.newest !== null && now - finding.newest <= limit;
    return { ...about, expectation: `“${one.column}” is recent`, kept, found: finding.newest === null ? 'no value' : `the newest value is ${formatDuration(Math.max(0, now - finding.newest))} old`, expected: `at most ${formatDuration(limit)} old`, examples: '' };
  }
  const broken = finding.broken ?? 0;
  const kept = broken <= one.atMost * rows;
  return { ...about, expectation: nameOf(one), kept, found: broken === 0 ? 'every row keeps it' : `${formatCount(broken)} of ${formatCount(rows)} rows break it`, expected: one.atMost === 0 ? wanted(one) : `${wanted(one)} in all but ${formatNumber(100 * one.atMost)} % of the rows`, examples };
}

function nameOf(one: Expectation): string {
  switch (one.kind) {
    case 'not-missing':
      return `“${one.column}” is not missing`;
    case 'unique':
      return `${one.columns.map((column) => `“${column}”`).join(', ')} ${one.columns.length === 1 ? 'is' : 'are'} unique`;
    case 'range':
      return `“${one.column}” lies in its range`;
    case 'set':
      return `“${one.column}” is one of the values`;
    case 'pattern':
      return `“${one.column}” matches the pattern`;
    case 'reference':
      return `“${one.column}” is in the other table`;
    default:
      return one.condition;
  }
}

function wanted(one: Expectation): string {
  switch (one.kind) {
    case 'not-missing':
      return 'a value';
    case 'unique':
      return 'each only once';
    case 'range':
      return between(one.min, one.max, '');
    case 'set':
      return `one of ${one.values.slice(0, 8).join(', ')}${one.values.length > 8 ? ' …' : ''}`;
    case 'pattern':
      return one.pattern;
    case 'reference':
      return `a value of “${one.other}” there`;
    default:
      return one.condition;
  }
}

function between(min: number | null, max: number | null, unit: string): string {
  const of = unit === '' ? '' : ` ${unit}`;
  if (min === null) return `at most ${formatNumber(max ?? 0)}${of}`;
  return max === null ? `at least ${formatNumber(min)}${of}` : `${formatNumber(min)} to ${formatNumber(max)}${of}`;
}
