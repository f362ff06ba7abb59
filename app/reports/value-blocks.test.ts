import { describe, expect, it } from 'vitest';
import { emptyDocument, type PipelineDocument } from '#app/pipeline/document.ts';
import type { Explanation } from '#app/sdk/explanation.ts';
import type { ModelValue, PortValue } from '#app/sdk/ports.ts';
import { svgMarkup } from './chart/svg.ts';
import { explainedChart } from './explained.ts';
import { pipelinePicture } from './picture.ts';
import { pickTitled, sameMetric, valueBlocks, valueMetrics } from './value-blocks.ts';

const explanation: Explanation = {
  target: 'price',
  scale: 'prediction',
  columns: [
    { name: 'size', kind: 'number', values: [1, 2, null] },
    { name: 'kind', kind: 'text', values: ['a', 'b', null] },
  ],
  rows: [10, 20, 30],
  explained: 3,
  all: 3,
  outputs: [{ name: 'price', base: 5, outputs: [6, 4, 5], values: [[0.8, -0.5, 0], [0.2, -0.5, 0]], errors: null, sizes: [0.4, 0.6], sizeErrors: null, others: null }],
  first: { output: 0, row: 0 },
};

const model: ModelValue = {
  kind: 'model',
  onnx: 'x',
  golden: 'y',
  rows: 241,
  algorithm: 'logistic-regression',
  params: { c: 1, penalty: null },
  metrics: { validationLoss: 0.1 },
  signature: { task: 'classification', target: { name: 'species', type: 'string' }, inputs: [{ name: 'mass', type: 'float' }], classes: ['A', 'B_*c*'], features: ['mass'] },
  summary: { coefficients: [{ feature: 'mass', coefficient: -2 }, { feature: 'other', coefficient: 1 }], curves: [{ name: 'loss', steps: [1, 2], values: [2, 1] }], converged: false, notes: ['It saw *few* rows.'] },
};

describe('what a value has to show', () => {
  it('a model: what it does, its numbers, curves, coefficients, signature and parameters', () => {
    const blocks = valueBlocks(model);
    expect(blocks.map((block) => (block.type === 'chart' ? block.chart.title : block.type === 'table' ? (block.title ?? '') : block.type))).toEqual(['text', 'metrics', 'Learning curves', 'Coefficients', 'Signature', 'Parameters']);
    const [text] = blocks;
    expect(text?.type === 'text' ? text.markdown : '').toContain('B\\_\\*c\\*');
    const bars = blocks.find((block) => block.type === 'chart' && block.chart.title === 'Coefficients');
    // The largest by size is on top, which is last.
    expect(bars?.type === 'chart' ? bars.chart.series[0]?.y : []).toEqual(['other', 'mass']);
  });

  it('an evaluation whose report has no figures gets them; numbers are named once', () => {
    const value: PortValue = { kind: 'evaluation', evaluation: { task: 'classification', target: 't', rows: 9, metrics: { rocAuc: 0.9 }, report: { title: 'R', blocks: [{ type: 'text', markdown: 'x' }] } } };
    expect(valueBlocks(value).map(({ type }) => type)).toEqual(['metrics', 'text']);
    expect(valueMetrics(value)).toEqual([{ name: 'rocAuc', value: 0.9, format: 'number' }]);
    expect(sameMetric('ROC AUC', 'rocAuc')).toBe(true);
  });

  it('is found by its title, or by its place where titles changed', () => {
    const all = ['a', 'b'];
    const named = (title: string, index: number) => pickTitled(all, (one) => one, title, index);
    expect([named('b', 0), named('c', 1), named('c', 5)]).toEqual(['b', 'b', null]);
  });
});

describe('explanations as charts', () => {
  it('have what moves predictions most on top', () => {
    expect(explainedChart(explanation, { of: 'explanation', figure: 'sizes' })?.series[0]).toMatchObject({ y: ['size', 'kind'], x: [0.4, 0.6] });
    expect(explainedChart(explanation, { of: 'explanation', figure: 'swarm' })).toMatchObject({ y: { categories: [{ label: 'size' }, { label: 'kind' }] }, series: [{ x: [0.2, -0.5, 0, 0.8, -0.5, 0], z: [[null, null, null, 0, 1, null]] }] });
    expect(explainedChart(explanation, { of: 'explanation', figure: 'dependence', column: 'kind' })?.series[0]).toMatchObject({ x: ['a', 'b', 'missing'] });
    expect(explainedChart(explanation, { of: 'explanation', figure: 'waterfall', row: 20 })).toMatchObject({ title: 'Row 20: from 5 to 4', series: [{ x: [null, null] }, { x: [-0.5, -0.5] }] });
  });

  it('are nothing where the class, the column or the row is gone', () => {
    for (const view of [{ output: 'x' }, { column: 'x', figure: 'dependence' as const }, { row: 99, figure: 'waterfall' as const }]) expect(explainedChart(explanation, { of: 'explanation', figure: 'sizes', ...view })).toBeNull();
  });
});

describe('the picture of a pipeline', () => {
  const node = (id: string, title: string): PipelineDocument['nodes'][number] => ({ id, type: 'data/x', version: 1, params: {}, title });
  const document: PipelineDocument = {
    ...emptyDocument('p', 'P <b>'),
    nodes: [node('a', 'First <script>'), { ...node('b', 'Second'), bypassed: true }],
    edges: [{ id: 'e', from: { node: 'a', port: 'table' }, to: { node: 'b', port: 'table' } }, { id: 'f', from: { node: 'a', port: 'table' }, to: { node: 'gone', port: 'table' } }],
    groups: [{ id: 'g', title: 'Both', nodes: ['a', 'b'] }],
    notes: [{ id: 'n', text: 'A note', x: 0, y: 200, width: 200, height: 60 }],
    layout: { a: { x: 0, y: 0 }, b: { x: 300, y: 0 } },
  };
  const names = { titleOf: (one: { title?: string | undefined }) => one.title ?? '', lineOf: () => 'does it', iconOf: () => '<svg><path d="M1 1" onload="x"/><script>y</script></svg>' };

  it('has cards, wires, groups and notes, and nothing of an icon but its shapes', () => {
    const markup = svgMarkup(pipelinePicture(document, names));
    expect(markup.match(/ rx="8"/g)).toHaveLength(2);
    expect(markup.match(/<path d="M\d[^"]*C/g)).toHaveLength(1);
    expect(markup).toContain('>Both</text>');
    expect(markup).toContain('>A note</text>');
    expect(markup).toContain('First &lt;script&gt;');
    expect(markup).not.toMatch(/<script|onload/);
  });

  it('prints a comment under its card, three lines of it at most', () => {
    const [first, ...others] = document.nodes;
    const commented = (comment: string): string => svgMarkup(pipelinePicture({ ...document, nodes: first === undefined ? [] : [{ ...first, comment }, ...others] }, names));
    expect(commented('Orders of May, checked <by hand>')).toContain('>Orders of May, checked &lt;by hand&gt;</text>');
    const long = commented('word '.repeat(60));
    expect(long.match(/>word word[^<]*<\/text>/g)).toHaveLength(3);
    expect(long).toContain(' …</text>');
  });

  it('of nothing is still a drawing', () => {
    expect(svgMarkup(pipelinePicture(emptyDocument('p', 'P'), names))).toMatch(/^<svg viewBox="-24 -24 48 48"/);
  });
});
