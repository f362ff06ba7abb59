import { describe, expect, it } from 'vitest';
import { applyCommand } from '#app/pipeline/commands.ts';
import { emptyDocument, type PipelineDocument } from '#app/pipeline/document.ts';
import { partOfLearner } from '#app/sdk/learner-nodes.ts';
import type { LearnerSpec } from '#app/sdk/ports.ts';
import { defaultRecipe, treeRecipe } from '#app/sdk/recipe.ts';
import { placePart } from './part.ts';

const document: PipelineDocument = {
  ...emptyDocument('p', 'Test'),
  nodes: [
    { id: 'reader', type: 'data/csv-reader', version: 1, params: {} },
    { id: 'auto', type: 'train/auto-train', version: 1, params: {} },
  ],
  edges: [{ id: 'e', from: { node: 'reader', port: 'table' }, to: { node: 'auto', port: 'table' } }],
  layout: { reader: { x: 0, y: 0 }, auto: { x: 288, y: 0 } },
};
const base = { params: {}, features: null } as const;
const stack: LearnerSpec = {
  algorithm: 'stacking',
  task: 'classification',
  target: 'y',
  features: null,
  recipe: { steps: [] },
  params: { method: 'average', folds: 5, weights: [2, 1], final: null, bases: [{ ...base, algorithm: 'logistic-regression', recipe: { steps: defaultRecipe.steps.slice(1) } }, { ...base, algorithm: 'gradient-boosting', recipe: treeRecipe }] },
};

describe('a part of a pipeline', () => {
  it('becomes connected nodes that nothing hides, with the table of the node that it comes from', () => {
    const placed = placePart(document, partOfLearner(stack, 'table', ['Linear', 'Trees']), 'auto');
    if (placed === null) throw new Error('a node type is not in the catalogue');
    const after = applyCommand(document, placed.command).document;
    const byId = new Map(after.nodes.map((node) => [node.id, node]));
    const wires = after.edges.slice(1).map(({ from, to }) => `${byId.get(from.node)?.type ?? ''}.${from.port} > ${byId.get(to.node)?.type ?? ''}.${to.port}`);
    expect(wires.sort()).toEqual([
      'data/csv-reader.table > train/stacking.table',
      'train/gradient-boosting.learner > train/stacking.learner',
      'train/logistic-regression.learner > train/stacking.learner',
      'train/preprocess.recipe > train/logistic-regression.recipe',
    ]);
    expect(after.nodes.find(({ type }) => type === 'train/stacking')?.params).toMatchObject({ method: 'average', weights: [{ weight: 2 }, { weight: 1 }] });
    const places = Object.values(after.layout);
    for (const [index, a] of places.entries()) for (const b of places.slice(index + 1)) expect(Math.abs(a.x - b.x) >= 208 || Math.abs(a.y - b.y) >= 60).toBe(true);
    expect(applyCommand(after, applyCommand(document, placed.command).inverse).document).toEqual(document);
  });

  it('leaves out the wire of a table that is not connected, and is nothing where a node type is unknown', () => {
    const alone = { ...document, edges: [] };
    expect(placePart(alone, partOfLearner(stack, 'table'), 'auto')?.command).toMatchObject({ edges: [{}, {}, {}] });
    expect(placePart(document, { nodes: [{ id: 'a', type: 'train/nonsense', params: {} }], edges: [] }, 'auto')).toBeNull();
  });
});
