import type { Command } from './commands.ts';
import { documentDelta } from './delta.ts';
import type { PipelineDocument, PipelineNode } from './document.ts';
import { collapseNodes, dissolveSubflow } from './subflow/collapse.ts';
import { contentDocument } from './subflow/level.ts';
import { isSubflow } from './subflow/node-type.ts';
import { catalogueOf, testEdge, testNode, testSource, testStep } from './testing.ts';

/** Random edits for tests: most fit the document they are made for, some do not, some are several at once. */

export type Random = () => number;

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function pick<T>(random: Random, items: readonly T[]): T {
  if (items.length === 0) throw new Error('nothing to pick from');
  return items[Math.floor(random() * items.length)] as T;
}

const oddIds = ['constructor', 'toString', '12', '7', 'é', 'a.b', 'hasOwnProperty', ' '];
const badIds = ['__proto__', '', 'x'.repeat(65)];
const oddValues: readonly unknown[] = [0, -0, 1.5, 1e21, '', 'text', '“q”\n\t\u2028', null, true, [], {}, [1, { a: [2, 3] }], { b: 1, a: { '10': 1, '9': 2 } }, 'x'.repeat(150)];

let counter = 0;
const fresh = (random: Random): string => (random() < 0.15 ? pick(random, oddIds) : `k${(counter += 1).toString(36)}`);

const known = (random: Random, elements: readonly { readonly id: string }[]): string => (elements.length === 0 || random() < 0.04 ? 'nowhere' : pick(random, elements).id);

function params(random: Random): Record<string, unknown> {
  return Object.fromEntries(Array.from({ length: Math.floor(random() * 4) }, () => [pick(random, ['rate', 'trees', '2', 'constructor', 'é']), pick(random, oddValues)]));
}

const place = (random: Random): { x: number; y: number } => ({ x: Math.round(random() * 4000) - 2000, y: Math.round(random() * 400) / 4 });

function node(random: Random): PipelineNode {
  return { ...testNode(fresh(random), pick(random, ['test/step', 'gone/away']), params(random)), ...(random() < 0.2 ? { title: 'T', later: pick(random, oddValues) } : {}) };
}

const types = catalogueOf(testSource, testStep);
const nothing: Command = { type: 'batch', commands: [] };

/** Some nodes as a subflow; nothing where they cannot be one. */
function collapse(document: PipelineDocument, random: Random): Command {
  const ids = document.nodes.filter((one) => random() < (isSubflow(one) ? 0.05 : 0.25)).map(({ id }) => id);
  try {
    return collapseNodes(document, ids, { catalogue: types, newId: () => fresh(random), gap: 280 }).command;
  } catch {
    return nothing;
  }
}

function dissolve(document: PipelineDocument, random: Random): Command {
  const subflows = document.nodes.filter(isSubflow);
  return subflows.length === 0 ? nothing : dissolveSubflow(document, pick(random, subflows).id, () => fresh(random)).command;
}

/** Any edit of what a subflow holds. */
function within(document: PipelineDocument, random: Random): Command {
  const subflows = document.nodes.filter(isSubflow);
  if (subflows.length === 0) return nothing;
  const subflow = pick(random, subflows);
  return { type: 'within', nodeId: subflow.id, command: pick(random, makers)(contentDocument(subflow), random) };
}

const makers: readonly ((document: PipelineDocument, random: Random) => Command)[] = [
  (_, random) => {
    const added = Array.from({ length: 1 + Math.floor(random() * 3) }, () => node(random));
    return { type: 'add', nodes: added, layout: Object.fromEntries(added.map(({ id }) => [id, place(random)])) };
  },
  (document, random) => ({ type: 'add', edges: [testEdge(known(random, document.nodes), known(random, document.nodes), fresh(random))] }),
  (_, random) => ({ type: 'add', notes: [{ id: fresh(random), text: 'n', ...place(random), width: 9, height: 9 }] }),
  (document, random) => ({ type: 'add', groups: [{ id: fresh(random), title: 'g', nodes: [known(random, document.nodes), known(random, document.nodes)] }] }),
  (document, random) => ({ type: 'remove', nodes: [known(random, document.nodes)] }),
  (document, random) => ({ type: 'remove', nodes: document.nodes.filter(() => random() < 0.25).map(({ id }) => id), edges: document.edges.length === 0 ? [] : [known(random, document.edges)] }),
  (document, random) => ({ type: 'remove', edges: [known(random, document.edges)] }),
  (document, random) => ({ type: 'remove', notes: [known(random, document.notes)], groups: [known(random, document.groups)] }),
  (document, random) => ({ type: 'connect', edge: testEdge(known(random, document.nodes), known(random, document.nodes), fresh(random)), ...(random() < 0.4 ? { replaces: known(random, document.edges) } : {}) }),
  (document, random) => ({ type: 'set-params', nodeId: known(random, document.nodes), params: params(random), ...(random() < 0.2 ? { version: 2 } : {}) }),
  (document, random) => ({ type: 'replace-node', node: { ...node(random), id: known(random, document.nodes) } }),
  (document, random) => ({ type: 'set-title', nodeId: known(random, document.nodes), title: random() < 0.3 ? null : 'New title' }),
  (document, random) => ({ type: 'set-comment', nodeId: known(random, document.nodes), comment: random() < 0.3 ? null : 'Why' }),
  (document, random) => ({ type: 'set-bypassed', nodeId: known(random, document.nodes), bypassed: pick(random, [true, false, null]) }),
  (document, random) => ({ type: 'set-pinned', nodeId: known(random, document.nodes), pinned: pick(random, [null, [], ['table']]) }),
  (document, random) => ({ type: 'set-limits', nodeId: known(random, document.nodes), limits: pick(random, [null, { seconds: 60 }, { megabytes: 500 }, {}]) }),
  (document, random) => ({ type: 'move', positions: Object.fromEntries(document.nodes.filter(() => random() < 0.3).map(({ id }) => [id, random() < 0.1 ? null : place(random)])) }),
  (document, random) => ({ type: 'set-note', note: { id: known(random, document.notes), text: 'changed', ...place(random), width: 1, height: 2, colour: 'data' } }),
  (document, random) => ({ type: 'set-group', group: { id: known(random, document.groups), title: 'changed', nodes: document.nodes.slice(0, 2).map(({ id }) => id) } }),
  (_, random) => ({ type: 'set-document', ...(random() < 0.5 ? { title: `Title ${random()}` } : {}), ...(random() < 0.5 ? { description: random() < 0.3 ? null : 'About' } : {}) }),
  collapse,
  dissolve,
  within,
  within,
  (document, random) => {
    // Back to a document with some elements gone, some changed, in another order.
    const nodes = document.nodes.filter(() => random() < 0.8).map((one) => (random() < 0.2 ? { ...one, params: params(random) } : one));
    const version = { ...document, title: 'Restored', nodes: random() < 0.3 ? nodes.toReversed() : nodes, edges: document.edges.filter(() => random() < 0.8), later: pick(random, oddValues) };
    return { type: 'revise', delta: documentDelta(document, version) };
  },
];

/** Edits that would leave a file that cannot be read: all must be refused. */
const spoilers: readonly ((document: PipelineDocument, random: Random) => Command)[] = [
  (_, random) => ({ type: 'add', nodes: [testNode(pick(random, badIds))] }),
  (document, random) => ({ type: 'set-params', nodeId: known(random, document.nodes), params: JSON.parse('{"__proto__": 1}') as Record<string, unknown> }),
  (document, random) => ({ type: 'set-title', nodeId: known(random, document.nodes), title: 'x'.repeat(201) }),
  (document) => ({ type: 'move', positions: Object.fromEntries(document.nodes.slice(0, 1).map(({ id }) => [id, { x: Number.NaN, y: 0 }]).concat([['__nowhere', { x: Infinity, y: 0 }]])) }),
  (_, random) => ({ type: 'add', notes: [{ id: fresh(random), text: 'n', x: Infinity, y: 0, width: 1, height: 1 }] }),
  (document) => ({ type: 'revise', delta: { nodes: { set: [], removed: ['nowhere'] }, fields: { set: { title: document.title }, removed: [] } } }),
  () => ({ type: 'revise', delta: { fields: { set: {}, removed: ['format'] } } }),
  () => ({ type: 'set-document', title: 'x'.repeat(201) }),
];

/** One edit. `spoiler` says that the document must refuse it. */
export function randomEdit(document: PipelineDocument, random: Random): { command: Command; spoiler: boolean } {
  if (random() < 0.05) return { command: pick(random, spoilers)(document, random), spoiler: true };
  // A document that has grown is thinned out, so that a long test stays quick.
  const maker = document.nodes.length > 25 && random() < 0.3 ? (makers[5] ?? pick(random, makers)) : pick(random, makers);
  if (random() > 0.1) return { command: maker(document, random), spoiler: false };
  return { command: { type: 'batch', commands: Array.from({ length: Math.floor(random() * 4) }, () => pick(random, makers)(document, random)) }, spoiler: false };
}
