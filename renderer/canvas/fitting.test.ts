import { describe, expect, it } from 'vitest';
import { canConnect } from '#app/pipeline/connect.ts';
import { emptyDocument, type PipelineDocument } from '#app/pipeline/document.ts';
import { catalogue } from '../state/catalogue.ts';
import { fittingsOf, inputsFor, outputsFor } from './fitting.ts';
import { portsOf } from './geometry.ts';
import { edgeWords, portWords } from './port-words.ts';

/** Two readers, a filter after the first, a join of the filter and nothing else yet, a split, a recipe and a trainer. */
function sample(): PipelineDocument {
  const types = { orders: 'data/csv-reader', prices: 'data/csv-reader', filter: 'transform/filter-rows', join: 'transform/join', split: 'transform/partition', recipe: 'train/preprocess', train: 'train/linear-regression', strange: 'far/away' };
  return {
    ...emptyDocument('p', 'Test'),
    nodes: Object.entries(types).map(([id, type]) => ({ id, type, version: 1, params: {}, title: id })),
    edges: [
      { id: 'a', from: { node: 'orders', port: 'table' }, to: { node: 'filter', port: 'table' } },
      { id: 'b', from: { node: 'filter', port: 'table' }, to: { node: 'join', port: 'left' } },
      { id: 'c', from: { node: 'join', port: 'table' }, to: { node: 'split', port: 'table' } },
    ],
  };
}

describe('what a node could be connected to', () => {
  it('offers what dragging would allow, and nothing else', () => {
    const document = sample();
    for (const source of document.nodes) {
      for (const output of portsOf(document, source).outputs) {
        const from = { node: source.id, port: output.name };
        const offered = new Map(inputsFor(document, from).map((one) => [`${one.to.node} ${one.to.port}`, one.replaces?.id ?? null]));
        for (const target of document.nodes) {
          for (const input of portsOf(document, target).inputs) {
            const to = { node: target.id, port: input.name };
            const verdict = canConnect(document, catalogue, from, to);
            const may = verdict.ok || verdict.code === 'input-taken';
            const name = `${source.id}.${output.name} to ${target.id}.${input.name}`;
            expect(offered.has(`${to.node} ${to.port}`), name).toBe(may);
            if (may) expect(offered.get(`${to.node} ${to.port}`), name).toBe(verdict.ok ? null : (verdict.edge?.id ?? ''));
            const back = outputsFor(document, to).find((one) => one.from.node === from.node && one.from.port === from.port);
            expect(back !== undefined, `${name}, from the input`).toBe(may);
          }
        }
      }
    }
  });

  it('gives outputs before inputs, and nothing for a type that is not installed', () => {
    const document = sample();
    const sides = fittingsOf(document, 'filter').map(({ from }) => from.node === 'filter');
    expect(sides).toContain(true);
    expect(sides).toContain(false);
    expect(sides.lastIndexOf(true)).toBeLessThan(sides.indexOf(false));
    expect(fittingsOf(document, 'strange')).toEqual([]);
  });
});

describe('ports and connections in words', () => {
  it('says what a port is connected to', () => {
    const document = sample();
    const port = (id: string, side: 'inputs' | 'outputs', at = 0) => {
      const node = document.nodes.find((candidate) => candidate.id === id);
      const spec = node && portsOf(document, node)[side][at];
      if (!spec) throw new Error(`${id} has no such port`);
      return portWords(document, id, spec, side === 'inputs' ? 'in' : 'out');
    };
    expect(port('orders', 'outputs')).toBe('Output Table of orders, connected to filter');
    expect(port('prices', 'outputs')).toBe('Output Table of prices, not connected');
    expect(port('filter', 'inputs')).toBe('Input Table of filter, connected to orders');
    expect(port('train', 'inputs')).toContain('optional, not connected');
  });

  it('names the ports of a connection only where there are several', () => {
    const document = sample();
    const words = document.edges.map((edge) => edgeWords(document, edge));
    expect(words[0]).toMatch(/^orders(, Table,)? to filter$/);
    expect(words[1]).toMatch(/to join, Left/);
  });
});
