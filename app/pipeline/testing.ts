import { z } from 'zod';
import fc from 'fast-check';
import { defineNode, type NodeDefinition } from '#app/sdk/node.ts';
import type { Command } from './commands.ts';
import { emptyDocument, type PipelineDocument, type PipelineEdge, type PipelineNode } from './document.ts';
import { subflowType } from './subflow/node-type.ts';
import type { NodeCatalogue, NodeType } from './types.ts';

/** Documents and node types for the tests of this folder. */

export const testNode = (id: string, type = 'test/step', params: Record<string, unknown> = {}): PipelineNode => ({ id, type, version: 1, params });

export const testEdge = (from: string, to: string, id = `${from}-${to}`): PipelineEdge => ({
  id,
  from: { node: from, port: 'table' },
  to: { node: to, port: 'table' },
});

/** A chain n0 → n1 → … of `count` nodes. */
export function chain(count: number): PipelineDocument {
  const document = emptyDocument('chain', 'Chain');
  for (let at = 0; at < count; at++) {
    document.nodes.push(testNode(`n${at}`, at === 0 ? 'test/source' : 'test/step'));
    if (at > 0) document.edges.push(testEdge(`n${at - 1}`, `n${at}`));
    document.layout[`n${at}`] = { x: at * 200, y: 0 };
  }
  return document;
}

export function catalogueOf(...definitions: NodeDefinition[]): NodeCatalogue {
  return new Map(definitions.map((definition): [string, NodeType] => [definition.type, { definition, icon: '<svg/>', help: '' }]));
}

const plain = { version: 1, summary: 'For tests.', keywords: [] };

export const testSource = defineNode({
  ...plain,
  type: 'test/source',
  title: 'Source',
  inputs: [],
  outputs: [{ name: 'table', title: 'Table', kind: 'table' }],
  params: z.looseObject({}),
  configure: () => ({ outputs: { table: { kind: 'table', schema: [{ name: 'x', type: 'integer' }] } } }),
});

export const testStep = defineNode({
  ...plain,
  type: 'test/step',
  title: 'Step',
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [{ name: 'table', title: 'Table', kind: 'table' }],
  params: z.looseObject({}),
  configure: ({ inputs }) => ({ outputs: { table: inputs['table']?.[0] ?? { kind: 'table', schema: null } } }),
});

export const testTrainer = defineNode({
  ...plain,
  type: 'test/trainer',
  title: 'Trainer',
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'many' }],
  outputs: [{ name: 'model', title: 'Model', kind: 'model' }],
  params: z.object({ rate: z.number().min(0).default(0.1).meta({ title: 'Learning rate' }), mode: z.enum(['a', 'b']).default('a') }),
});

const idPool = ['a', 'b', 'c', 'd', 'e', 'constructor', 'toString', '12', 'é'];
const anyId = fc.constantFrom(...idPool);
const point = fc.record({ x: fc.integer({ min: -500, max: 500 }), y: fc.integer({ min: -500, max: 500 }) });
const anyParams = fc.dictionary(fc.constantFrom('p', 'q', 'r'), fc.jsonValue({ maxDepth: 2 }));
const anyStep = fc.record({ id: anyId, type: fc.constantFrom('test/step', 'gone/away'), version: fc.constant(1), params: anyParams });
const none = fc.constant(0).map((): never[] => []);
const anySubflow = fc.record({ id: anyId, type: fc.constant(subflowType), version: fc.constant(1), params: anyParams, content: fc.record({ nodes: fc.uniqueArray(anyStep, { maxLength: 3, selector: ({ id }) => id }), edges: none, notes: none, groups: none, layout: fc.dictionary(anyId, point), exposed: none }) });
const anyNode: fc.Arbitrary<PipelineNode> = fc.oneof({ weight: 3, arbitrary: anyStep }, { weight: 1, arbitrary: anySubflow });
const anyEdge = fc.tuple(anyId, anyId, anyId).map(([id, from, to]) => testEdge(from, to, id));
const anyNote = fc.record({ id: anyId, text: fc.string(), x: fc.integer(), y: fc.integer(), width: fc.nat(), height: fc.nat() });
const anyBox = fc.record({ x: fc.integer(), y: fc.integer(), width: fc.nat(), height: fc.nat() });
const anyGroup = fc.record(
  { id: anyId, title: fc.string({ maxLength: 20 }), nodes: fc.array(anyId, { maxLength: 3 }), within: anyId, colour: fc.constantFrom('data', 'train'), collapsed: fc.boolean(), box: anyBox },
  { requiredKeys: ['id', 'title', 'nodes'] },
);
const anyLayout = fc.dictionary(anyId, point);

/** Any command at all; many do not fit a given document, which `applyCommand` must then refuse. */
export const anyCommand: fc.Arbitrary<Command> = fc.letrec<{ command: Command; simple: Command }>((tie) => ({
  command: fc.oneof({ weight: 9, arbitrary: tie('simple') }, { weight: 3, arbitrary: fc.record({ type: fc.constant('within' as const), nodeId: anyId, command: tie('simple') }) }, { weight: 1, arbitrary: fc.array(tie('simple'), { maxLength: 3 }).map((commands): Command => ({ type: 'batch', commands })) }),
  simple: fc.oneof(
    fc.record({ type: fc.constant('add' as const), nodes: fc.array(anyNode, { maxLength: 2 }), edges: fc.array(anyEdge, { maxLength: 1 }), notes: fc.array(anyNote, { maxLength: 1 }), groups: fc.array(anyGroup, { maxLength: 1 }), layout: anyLayout }),
    fc.record({ type: fc.constant('add' as const), nodes: fc.array(anyNode, { minLength: 1, maxLength: 1 }) }),
    fc.record({ type: fc.constant('remove' as const), nodes: fc.array(anyId, { maxLength: 2 }) }),
    fc.record({ type: fc.constant('remove' as const), edges: fc.array(anyId, { maxLength: 1 }), notes: fc.array(anyId, { maxLength: 1 }) }),
    fc.record({ type: fc.constant('remove' as const), groups: fc.array(anyId, { maxLength: 1 }) }),
    fc.record({ type: fc.constant('connect' as const), edge: anyEdge }),
    fc.record({ type: fc.constant('connect' as const), edge: anyEdge, replaces: anyId }),
    fc.record({ type: fc.constant('replace-node' as const), node: anyNode }),
    fc.record({ type: fc.constant('set-params' as const), nodeId: anyId, params: anyParams }),
    fc.record({ type: fc.constant('set-title' as const), nodeId: anyId, title: fc.option(fc.string({ maxLength: 20 })) }),
    fc.record({ type: fc.constant('set-comment' as const), nodeId: anyId, comment: fc.option(fc.string({ maxLength: 20 })) }),
    fc.record({ type: fc.constant('set-bypassed' as const), nodeId: anyId, bypassed: fc.option(fc.boolean()) }),
    fc.record({ type: fc.constant('set-pinned' as const), nodeId: anyId, pinned: fc.option(fc.array(fc.constant('table'))) }),
    fc.record({ type: fc.constant('set-limits' as const), nodeId: anyId, limits: fc.option(fc.record({ seconds: fc.integer({ min: 1, max: 1000 }), megabytes: fc.integer({ min: 100, max: 1000 }) }, { requiredKeys: [] })) }),
    fc.record({ type: fc.constant('move' as const), positions: fc.dictionary(anyId, fc.option(point)) }),
    fc.record({ type: fc.constant('set-note' as const), note: anyNote }),
    fc.record({ type: fc.constant('set-group' as const), group: anyGroup }),
    fc.record({ type: fc.constant('set-document' as const), title: fc.string({ maxLength: 20 }), description: fc.option(fc.string({ maxLength: 20 })) }),
  ),
})).command;
