import { describe, expect, it } from 'vitest';
import { applyCommand } from '#app/pipeline/commands.ts';
import { emptyDocument, type PipelineDocument } from '#app/pipeline/document.ts';
import { serialiseDocument } from '#app/pipeline/serialise.ts';
import { freshNode } from './edits.ts';
import { replaceNode, replacementsFor } from './replace.ts';

/** Partition → logistic regression (with a recipe) → predict. */
function sample(params: Record<string, unknown> = {}): PipelineDocument {
  const node = (id: string, type: string) => ({ id, type, version: 1, params: {} });
  const train = freshNode('train/logistic-regression', { target: 'species', ...params });
  if (!train) throw new Error('there is no logistic regression');
  const edge = (from: string, fromPort: string, to: string, toPort: string) => ({ id: `${from}-${to}`, from: { node: from, port: fromPort }, to: { node: to, port: toPort } });
  return {
    ...emptyDocument('p', 'Test'),
    nodes: [node('split', 'transform/partition'), node('prepare', 'train/preprocess'), { ...train, id: 'train', title: 'My model', comment: 'why' }, node('predict', 'evaluate/predict')],
    edges: [edge('split', 'train', 'train', 'table'), edge('prepare', 'recipe', 'train', 'recipe'), edge('train', 'model', 'predict', 'model')],
    groups: [{ id: 'g', title: 'Train', nodes: ['train'] }],
    layout: { train: { x: 8, y: 16 } },
  };
}

const replaced = (document: PipelineDocument, id: string, type: string) => {
  const replacement = replaceNode(document, id, type);
  if (!replacement) throw new Error(`${type} cannot take its place`);
  const { document: after, inverse } = applyCommand(document, replacement.command);
  expect(serialiseDocument(applyCommand(after, inverse).document)).toBe(serialiseDocument(document));
  return { after, lost: replacement.lost, node: after.nodes.find((candidate) => candidate.id === id) };
};

describe('replacing a node', () => {
  it('keeps edges, title, comment, place, group and the params that mean the same', () => {
    const document = sample({ features: ['bill_length_mm'] });
    const { after, lost, node } = replaced(document, 'train', 'train/random-forest');
    expect(node).toMatchObject({ type: 'train/random-forest', title: 'My model', comment: 'why' });
    expect(node?.params).toMatchObject({ target: 'species', features: ['bill_length_mm'] });
    // Its own defaults come with it.
    expect(node?.params).toHaveProperty('trees');
    expect(lost).toEqual([]);
    expect(after.edges).toEqual(document.edges);
    expect(after.layout).toEqual(document.layout);
    expect(after.groups).toEqual(document.groups);
    expect(after.nodes.map(({ id }) => id)).toEqual(document.nodes.map(({ id }) => id));
  });

  it('says which set params and connections it could not keep', () => {
    const document = sample({ penalty: 'l1' });
    const { lost } = replaced(document, 'train', 'train/preprocess');
    expect(lost).toEqual(expect.arrayContaining(['Target', 'the connection from Partition', 'the connection to Predict']));
    expect(replaced(document, 'train', 'train/preprocess').after.edges).toEqual([]);
  });

  it('moves edges to ports of the same kind where names differ', () => {
    const document: PipelineDocument = {
      ...emptyDocument('p', 'Test'),
      nodes: [{ id: 'a', type: 'transform/sort', version: 1, params: {} }, { id: 'b', type: 'transform/sort', version: 1, params: {} }],
      edges: [{ id: 'e', from: { node: 'a', port: 'table' }, to: { node: 'b', port: 'table' } }],
    };
    const { after } = replaced(document, 'a', 'transform/partition');
    expect(after.edges.map(({ from, to }) => `${from.node}.${from.port} > ${to.node}.${to.port}`)).toEqual(['a.train > b.table']);
  });

  it('takes a number over only where it is explained alike: a learning rate of networks is none of trees', () => {
    const network = freshNode('train/neural-network', { target: 'species', learningRate: 0.003, epochs: 7 });
    if (!network) throw new Error('there is no neural network');
    const document = { ...sample(), nodes: sample().nodes.map((node) => (node.id === 'train' ? { ...network, id: 'train' } : node)) };
    const { node, lost } = replaced(document, 'train', 'train/gradient-boosting');
    expect(node?.params['learningRate']).toBe(freshNode('train/gradient-boosting')?.params['learningRate']);
    expect(node?.params['target']).toBe('species');
    expect(lost).toEqual(expect.arrayContaining(['Learning rate', 'Epochs']));
  });

  it('takes no value that the new type refuses', () => {
    const document = sample();
    const odd = { ...document, nodes: document.nodes.map((node) => (node.id === 'train' ? { ...node, params: { ...node.params, features: 'not a list' } } : node)) };
    const { node, lost } = replaced(odd, 'train', 'train/random-forest');
    expect(node?.params['features']).toBeNull();
    expect(lost).toEqual(['Features']);
  });
});

describe('what fits in a place', () => {
  it('lists types that keep every edge, the most alike first', () => {
    const types = replacementsFor(sample(), 'train').map(({ definition }) => definition.type);
    expect(types.slice(0, 8)).toEqual(expect.arrayContaining(['train/random-forest', 'train/gradient-boosting']));
    expect(types).not.toContain('train/logistic-regression');
    // No recipe goes in, or no model comes out.
    expect(types).not.toContain('train/preprocess');
    expect(types).not.toContain('transform/sort');
  });

  it('also for a node that is not installed, by the ports its edges name', () => {
    const document: PipelineDocument = {
      ...emptyDocument('p', 'Test'),
      nodes: [{ id: 'a', type: 'vendor/gone', version: 3, params: { by: 'x' } }, { id: 'b', type: 'transform/sort', version: 1, params: {} }],
      edges: [{ id: 'e', from: { node: 'a', port: 'out' }, to: { node: 'b', port: 'table' } }],
    };
    expect(replacementsFor(document, 'a').map(({ definition }) => definition.type)).toContain('data/csv-reader');
    expect(replaced(document, 'a', 'data/csv-reader').after.edges[0]?.from).toEqual({ node: 'a', port: 'table' });
  });
});
