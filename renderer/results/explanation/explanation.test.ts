import { describe, expect, it } from 'vitest';
import type { Explanation } from '#app/sdk/explanation.ts';
import type { ChartTheme } from '../charts/theme.ts';
import { dependenceFigure } from './dependence-figure.ts';
import { drawnBars, sizesFigure, swarmFigure, swarmOffsets, waterfallBars, waterfallFigure } from './figures.ts';
import { interactionStrength, strongestInteraction } from './interaction.ts';
import { dependenceSpec, sizesSpec, swarmSpec, waterfallSpec } from './specs.ts';
import { sharesOf, valueText } from './values.ts';

const theme: ChartTheme = { dark: false, text: 'rgb(0, 0, 0)', muted: 'rgb(90, 90, 90)', grid: 'rgb(230, 230, 230)', axis: 'rgb(200, 200, 200)', surface: 'rgb(255, 255, 255)', raised: 'rgb(255, 255, 255)', accent: 'rgb(0, 0, 255)', font: 'sans-serif' };

const rows = Array.from({ length: 300 }, (_unused, i) => i);
const wave = (i: number, by: number): number => Math.sin(i * by) * 2;
const [a, b, idle] = [rows.map((i) => wave(i, 12.9898)), rows.map((i) => wave(i, 78.233)), rows.map((i) => wave(i, 3.77))];
const city = rows.map((i) => ['Oslo', 'Bergen', null][i % 3] ?? null);
/** What a does hangs on b: a·b is shared by both; cities add their own. */
const product = rows.map((i) => (a[i] ?? 0) * (b[i] ?? 0));
const ofCity = city.map((name) => (name === 'Oslo' ? 0.8 : -0.4));
const none = rows.map(() => 0);
const base = 1.5;

function explanationOf(errors: boolean): Explanation {
  const values = [product.map((value) => value / 2 + 0.1), product.map((value) => value / 2), ofCity, none];
  const sum = rows.map((row) => values.reduce((total, column) => total + (column[row] ?? 0), base));
  return {
    target: 'y',
    scale: 'prediction',
    columns: [
      { name: 'a', kind: 'number', values: a },
      { name: 'b', kind: 'number', values: b },
      { name: 'city <b>', kind: 'text', values: city },
      { name: 'idle', kind: 'number', values: idle },
    ],
    rows: rows.map((row) => 2 * row + 1),
    explained: 300,
    all: 900,
    outputs: [{ name: 'y', base, outputs: sum, values, errors: errors ? values.map((column) => column.map(() => 0.05)) : null, sizes: [1, 0.9, 0.5, 0], sizeErrors: errors ? [0.01, 0.01, 0.01, null] : null, others: null }],
    first: { output: 0, row: 3 },
  };
}
const sampled = explanationOf(true);
const exact = explanationOf(false);
const outputOf = (explanation: Explanation) => explanation.outputs[0] ?? (() => { throw new Error('no output'); })();

describe('the column that an effect hangs on', () => {
  it('is the one it is multiplied with, and none where nothing is', () => {
    expect(strongestInteraction(exact, outputOf(exact), 0)).toBe(1);
    expect(strongestInteraction(exact, outputOf(exact), 1)).toBe(0);
    expect(interactionStrength(exact, outputOf(exact), 0, 1)).toBeGreaterThan(0.7);
    expect(interactionStrength(exact, outputOf(exact), 0, 3)).toBeLessThan(0.2);
    expect(strongestInteraction(exact, outputOf(exact), 2)).toBeNull();
    expect(strongestInteraction(exact, outputOf(exact), 3)).toBeNull();
  });

  it('may be one of names', () => {
    const { outputs, ...rest } = exact;
    const twisted = { ...outputOf(exact), values: [rows.map((row) => (city[row] === 'Oslo' ? 1 : -1) * (a[row] ?? 0)), none, none, none] };
    expect(strongestInteraction({ ...rest, outputs: [twisted] }, twisted, 0)).toBe(2);
    expect(outputs).toHaveLength(1);
  });
});

describe('the waterfall', () => {
  it('leads from the base to the output, the largest on top, with the values of the row', () => {
    const bars = waterfallBars(sampled, outputOf(sampled), 3);
    expect(bars.reduce((sum, { value }) => sum + value, base)).toBeCloseTo(outputOf(sampled).outputs[3] ?? 0, 9);
    expect(bars.map(({ value }) => Math.abs(value))).toEqual(bars.map(({ value }) => Math.abs(value)).toSorted((x, y) => y - x));
    expect(bars.map(({ label }) => label)).toContain('city <b> = Oslo');
    const { traces, layout } = waterfallFigure(sampled, outputOf(sampled), theme, 3);
    const [drawn] = traces as { base: number[]; x: number[]; error_x: { array: number[] } }[];
    expect(drawn?.base[0]).toBe(base);
    drawn?.base.slice(1).forEach((from, i) => expect(from).toBeCloseTo((drawn.base[i] ?? 0) + (drawn.x[i] ?? 0), 9));
    expect(drawn?.error_x.array).toEqual([0.05, 0.05, 0.05, 0.05]);
    // Names from data stay names.
    expect(JSON.stringify(layout)).toContain('city &lt;b&gt; = Oslo');
    expect((waterfallFigure(exact, outputOf(exact), theme, 3).traces[0] as { error_x?: unknown }).error_x).toBeUndefined();
  });

  it('folds small columns into one bar, with those that are not listed', () => {
    const many = Array.from({ length: 30 }, (_unused, j) => j);
    const wide: Explanation = {
      ...sampled,
      columns: many.map((j) => ({ name: `c${j}`, kind: 'number', values: [j] })),
      rows: [1],
      outputs: [{ ...outputOf(sampled), outputs: [base + 435 + 7], values: many.map((j) => [j]), errors: many.map(() => [1]), sizes: many, sizeErrors: null, others: [7] }],
    };
    const bars = waterfallBars(wide, outputOf(wide), 0);
    expect(bars).toHaveLength(drawnBars);
    expect(bars[0]).toEqual({ label: 'c29 = 29', value: 29, error: 1 });
    expect(bars.at(-1)?.label).toBe('all other columns');
    expect(bars.reduce((sum, { value }) => sum + value, 0)).toBe(442);
    expect(bars.at(-1)?.error).toBeCloseTo(Math.sqrt(21), 9);
  });
});

describe('the other views', () => {
  it('draw every row once a column, with the chosen one ringed and its errors', () => {
    const { traces } = swarmFigure(sampled, outputOf(sampled), theme, 3);
    const byName = new Map((traces as { name: string; x: number[]; customdata: number[]; error_x?: { array: number[] } }[]).map((trace) => [trace.name, trace]));
    expect(byName.get('values')?.x).toHaveLength(900);
    expect(byName.get('names and missing values')?.customdata).toHaveLength(300);
    expect(byName.get('chosen row')).toMatchObject({ customdata: [3, 3, 3, 3], error_x: { array: [0.05, 0.05, 0.05, 0.05] } });
    expect((sizesFigure(sampled, outputOf(sampled), theme).traces[0] as { error_x: { array: number[] } }).error_x.array).toEqual([0, 0.01, 0.01, 0.01]);
  });

  it('keep the points of a swarm within their line, the densest widest', () => {
    const offsets = swarmOffsets([...Array.from({ length: 50 }, () => 1), 5]);
    expect(Math.max(...offsets.map(Math.abs))).toBeCloseTo(0.4, 9);
    expect(offsets.at(-1)).toBe(0);
    expect(new Set(offsets.slice(0, 50)).size).toBe(50);
  });

  it('colour a dependence by numbers in steps, by names apart', () => {
    const numbers = dependenceFigure(sampled, outputOf(sampled), theme, 0, 1, 3).traces as { name: string; marker: { colorscale?: unknown }; error_y?: unknown; customdata: number[] }[];
    expect(numbers.map(({ name }) => name)).toEqual(['b', 'chosen row']);
    expect(numbers[0]?.marker.colorscale).toBeDefined();
    expect(numbers[0]?.error_y).toBeDefined();
    const names = dependenceFigure(exact, outputOf(exact), theme, 0, 2, 3).traces as typeof numbers;
    expect(names.map(({ name }) => name)).toEqual(['Bergen', 'Oslo', 'missing', 'chosen row']);
    expect(names.flatMap(({ customdata }) => customdata)).toHaveLength(301);
    const places = dependenceFigure(exact, outputOf(exact), theme, 2, null, 3).layout['xaxis'] as { ticktext: string[] };
    expect(places.ticktext).toEqual(['Bergen', 'Oslo', 'missing']);
  });

  it('say values as people know them', () => {
    expect(valueText({ kind: 'date' }, 19_000)).toBe('2022-01-08');
    expect(valueText({ kind: 'timestamp' }, 3600)).toBe('1970-01-01 01:00');
    expect(valueText({ kind: 'boolean' }, 1)).toBe('true');
    expect(valueText({ kind: 'number' }, 38.1)).toBe('38.1');
    expect(valueText({ kind: 'number' }, 2009)).toBe('2009');
    expect(valueText({ kind: 'text' }, null)).toBe('missing');
    const shares = sharesOf({ name: 'x', kind: 'number', values: [null, 0, ...Array.from({ length: 50 }, (_unused, i) => i + 1), 1e9] });
    expect(shares[0]).toBeNull();
    // One far value does not make all others look the same.
    expect(shares[26]).toBeGreaterThan(0.4);
    expect(Math.max(...shares.map((share) => share ?? 0))).toBe(1);
  });

  it('have their numbers as tables, too', () => {
    expect(sizesSpec(sampled, outputOf(sampled)).series[0]?.x).toEqual([1, 0.9, 0.5, 0]);
    expect(swarmSpec(sampled, outputOf(sampled)).series[0]?.x).toHaveLength(1200);
    expect(waterfallSpec(sampled, outputOf(sampled), 3).title).toMatch(/^Row 7: from 1\.5/);
    expect(dependenceSpec(sampled, outputOf(sampled), 2).series[0]?.x.slice(0, 3)).toEqual(['Oslo', 'Bergen', 'missing']);
  });
});
