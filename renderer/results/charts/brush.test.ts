import { describe, expect, it } from 'vitest';
import type { AxisSpec, ChartSeries, ChartSpec } from '#app/sdk/ports.ts';
import { brushOf, canBrush, clickOf } from './brush.ts';

const axis = (name: string, type: 'float' | 'integer' | 'string' | 'date' | 'timestamp', more: Partial<AxisSpec> = {}): AxisSpec => ({ title: name, column: { name, type }, ...more });
const chart = (x: AxisSpec, y: AxisSpec, series: Partial<ChartSeries>): ChartSpec => ({ title: 't', x, y, series: [{ name: 's', mark: 'points', x: [], y: [], ...series }] });
const rows: AxisSpec = { title: 'Rows' };

describe('a dragged selection', () => {
  const histogram = chart(axis('bill length', 'float'), rows, { mark: 'bars', x: [2.5, 7.5, 12.5], edges: [0, 5, 10, 15] });

  it('takes whole bins, open at their upper end', () => {
    expect(brushOf(histogram, { x: [6, 12], y: [0, 3] })).toEqual({ filter: '"bill length" >= 5 and "bill length" < 15', label: 'bill length 5 to 15', mark: { x: [5, 15] } });
    expect(brushOf(histogram, { x: [4, 1] })).toMatchObject({ filter: '"bill length" >= 0 and "bill length" < 5' });
  });

  it('is none where it covers every bin, or no bin', () => {
    expect(brushOf(histogram, { x: [-10, 20] })).toBeNull();
    expect(brushOf(histogram, { x: [20, 30] })).toBeNull();
  });

  it('says bins of whole numbers by the numbers in them', () => {
    const counts = chart(axis('k', 'integer'), rows, { mark: 'bars', x: [1, 2], edges: [0.5, 1.5, 2.5] });
    expect(brushOf(counts, { x: [0.6, 1.2] })?.filter).toBe('"k" = 1');
    const wide = chart(axis('k', 'integer'), rows, { mark: 'bars', x: [2, 7, 12], edges: [-0.5, 4.5, 9.5, 14.5] });
    expect(brushOf(wide, { x: [5, 12] })?.filter).toBe('"k" >= 5 and "k" <= 14');
  });

  it('takes both axes of a cloud, rounded to what can be seen', () => {
    const cloud = chart(axis('a', 'float'), axis('n', 'integer'), {});
    expect(brushOf(cloud, { x: [1.23456789, 4.56789], y: [2.2, 7.9] })).toEqual({
      filter: '("a" >= 1.23 and "a" <= 4.57) and ("n" >= 3 and "n" <= 7)',
      label: 'a 1.23 to 4.57, n 3 to 7',
      mark: { x: [1.23456789, 4.56789], y: [2.2, 7.9] },
    });
  });

  it('takes a rectangle out of hexagons: a selection need not end where they do', () => {
    const dense = chart(axis('a', 'float'), axis('n', 'integer'), { mark: 'hexagons', x: [1, 2], y: [3, 4], z: [[8, 9]], hexagon: { width: 1, height: 2 } });
    expect(brushOf(dense, { x: [1.23456789, 4.56789], y: [2.2, 7.9] })?.filter).toBe('("a" >= 1.23 and "a" <= 4.57) and ("n" >= 3 and "n" <= 7)');
  });

  it('compares times as their type, and never gets wider', () => {
    const dated = chart(axis('day', 'date', { scale: 'time' }), rows, { mark: 'line' });
    expect(brushOf(dated, { x: ['2024-01-01 06:00', '2024-01-09 06:00'] })?.filter).toBe(`"day" >= cast('2024-01-02' as date) and "day" <= cast('2024-01-09' as date)`);
    const timed = chart(axis('at', 'timestamp', { scale: 'time' }), rows, { mark: 'line' });
    expect(brushOf(timed, { x: ['2024-01-01 06:00:00.25', '2024-01-09 06:00:01.75'] })?.filter).toBe(`"at" >= cast('2024-01-01 06:00:01' as timestamp) and "at" <= cast('2024-01-09 06:00:01' as timestamp)`);
  });

  it('has nothing to say where no axis is a column', () => {
    expect(canBrush(chart(rows, rows, {}))).toBe(false);
    expect(brushOf(chart(rows, rows, {}), { x: [0, 1], y: [0, 1] })).toBeNull();
  });
});

describe('a click on a bar', () => {
  const categories = [{ label: 'a', value: 'a' }, { label: "o'b", value: "o'b" }, { label: 'Other', value: null, rest: true }, { label: '(missing)', value: null }];
  const bars = chart(axis('g', 'string', { scale: 'category', categories }), rows, { mark: 'bars', x: ['a', "o'b", 'Other', '(missing)'] });
  const at = (x: string) => ({ x, y: 1 });

  it('selects one, adds, and takes back', () => {
    expect(clickOf(bars, at('a'), null, false)).toEqual({ filter: `"g" in ('a')`, label: 'g a', mark: { xLabels: ['a'] } });
    expect(clickOf(bars, at("o'b"), { xLabels: ['a'] }, true)?.filter).toBe(`"g" in ('a', 'o''b')`);
    expect(clickOf(bars, at('a'), { xLabels: ['a'] }, true)).toBeNull();
    expect(clickOf(bars, at("o'b"), { xLabels: ['a'] }, false)?.mark).toEqual({ xLabels: ["o'b"] });
  });

  it('knows what Other and missing stand for', () => {
    expect(clickOf(bars, at('Other'), null, false)?.filter).toBe(`not ("g" in ('a', 'o''b'))`);
    expect(clickOf(bars, at('(missing)'), null, false)?.filter).toBe('"g" is null');
    expect(clickOf(bars, at('(missing)'), { xLabels: ['Other', 'a'] }, true)?.filter).toBe(`not ("g" in ('o''b')) or "g" is null`);
  });

  it('drags over places', () => {
    expect(brushOf(bars, { x: [-0.4, 1.1] })?.mark).toEqual({ xLabels: ['a', "o'b"] });
    expect(brushOf(bars, { x: [-0.5, 3.5] })).toBeNull();
  });

  it('selects the bin or cell it falls in', () => {
    const histogram = chart(axis('v', 'float'), rows, { mark: 'bars', x: [2.5, 7.5], edges: [0, 5, 10] });
    expect(clickOf(histogram, { x: 7.5, y: 3 }, null, false)?.filter).toBe('"v" >= 5 and "v" < 10');
    const cells = chart(axis('g', 'string', { scale: 'category', categories }), axis('v', 'float'), { mark: 'heatmap', yEdges: [0, 5, 10] });
    expect(clickOf(cells, { x: 'a', y: 2.5 }, null, false)?.filter).toBe(`("g" in ('a')) and ("v" >= 0 and "v" < 5)`);
  });
});
