import { describe, expect, it } from 'vitest';
import { nodeTitle } from './graph.ts';
import { diffRuns, type NodeFacts, type RunFacts } from './run-diff.ts';
import { chain, testEdge, testNode } from './testing.ts';

const names = { node: nodeTitle, param: (_: string, path: readonly (string | number)[]) => path.join('.') };
const facts = (nodeId: string, more: Partial<NodeFacts> = {}, rows = 10): NodeFacts => ({ nodeId, status: 'succeeded', cacheKey: `${nodeId}-key`, ports: { table: { kind: 'table', rows } }, metrics: {}, ...more });
const titled = { ...chain(3), nodes: chain(3).nodes.map((node) => ({ ...node, title: node.id.toUpperCase() })) };
const run = (nodes: readonly NodeFacts[], more: Partial<RunFacts> = {}): RunFacts => ({ document: titled, nodes, metrics: {}, ...more });
const before = run([facts('n0'), facts('n1'), facts('n2')]);
const verdict = (after: RunFacts, from = before): string => diffRuns(from, after, names).verdict;

describe('diffRuns', () => {
  it('names the first node that differs, not those that only follow from it', () => {
    const after = run([facts('n0'), facts('n1', { cacheKey: 'other' }, 7), facts('n2', { cacheKey: 'follows' }, 7)], { document: { ...titled, nodes: titled.nodes.map((node) => (node.id === 'n1' ? { ...node, params: { expression: 'x' } } : node)) } });
    const difference = diffRuns(before, after, names);
    expect([difference.from, difference.verdict]).toEqual(['n1', 'The results differ from “N1” on: it gave 7 rows instead of 10 because its “expression” changed.']);
    expect(difference.ports.map(({ nodeId, words }) => [nodeId, words])).toEqual([['n1', ['7 rows instead of 10']], ['n2', ['7 rows instead of 10']]]);
    expect(difference.changes).toEqual(['Changed “expression” of N1 from its default to “x”']);
  });

  it('says what changed outside, in connections, by bypassing, and by failing', () => {
    expect(verdict(run([facts('n0', { cacheKey: 'new', fingerprint: { 'orders.csv': 'b' } }), facts('n1'), facts('n2')]), run([facts('n0', { fingerprint: { 'orders.csv': 'a' } }), facts('n1'), facts('n2')]))).toBe('The results differ from “N0” on: it was computed anew because orders.csv changed.');
    const rewired = { ...titled, edges: [testEdge('n0', 'n1'), testEdge('n0', 'n2')] };
    expect(verdict(run([facts('n0'), facts('n1'), facts('n2', { cacheKey: 'x' })], { document: rewired }))).toBe('The results differ from “N2” on: it was computed anew because its inputs are connected otherwise.');
    const bypassed = { ...titled, nodes: titled.nodes.map((node) => (node.id === 'n1' ? { ...node, bypassed: true } : node)) };
    expect(verdict(run([facts('n0'), facts('n1', { cacheKey: 'x' }), facts('n2')], { document: bypassed }))).toMatch(/because it is bypassed\.$/);
    expect(verdict(run([facts('n0'), facts('n1', { status: 'failed' }), facts('n2', { status: 'skipped' })]))).toBe('The results differ from “N1” on: it failed where it had succeeded, though the pipeline has it the same.');
    expect(verdict(run([facts('n0'), facts('n1', { cacheKey: null }, 11), facts('n2')]), run([facts('n0'), facts('n1', { cacheKey: null }), facts('n2')]))).toBe('The results differ from “N1” on: it gave 11 rows instead of 10 because it reads anew in every run.');
  });

  it('tells columns, their types and what is in them, within rounding', () => {
    const column = { name: 'x', missing: 0, distinct: 5, mean: 1, min: 0, max: 9 };
    const port = (more: object) => ({ ports: { table: { kind: 'table', rows: 10, schema: [{ name: 'x', type: 'integer' as const }], statistics: [column], ...more } } });
    const words = (more: object): readonly string[] => diffRuns(run([facts('n0', port({}))]), run([facts('n0', port(more))]), names).ports.flatMap((one) => one.words);
    expect(words({ schema: [{ name: 'x', type: 'float' }, { name: 'y', type: 'string' }] })).toEqual(['new column “y”', '“x” is float instead of integer']);
    expect(words({ schema: [] })).toEqual(['without column “x”']);
    expect(words({ statistics: [{ ...column, mean: 2, missing: 3, max: 8 }] })).toEqual(['“x”: mean 1 → 2, missing 0 → 3, greatest 9 → 8']);
    expect(words({ statistics: [{ ...column, mean: 1 + 1e-12 }] })).toEqual([]);
  });

  it('says when nothing differs, computed or reused', () => {
    expect(verdict(run([facts('n0', { status: 'cached' }), facts('n1'), facts('n2')]))).toBe('The results are the same.');
    const moved = { ...titled, layout: { n0: { x: 9, y: 9 } } };
    expect(diffRuns(before, run(before.nodes, { document: moved }), names)).toMatchObject({ from: null, verdict: 'The results are the same.' });
    expect(verdict(run([...before.nodes, facts('new')], { document: { ...titled, nodes: [...titled.nodes, testNode('new')] } }))).toBe('The results differ from “step” on: it is new.');
    const scored = run([facts('n0', { metrics: { auc: 0.9 } })], { metrics: { 'N0 · auc': 0.9 } });
    const difference = diffRuns(scored, run([facts('n0', { cacheKey: 'k', metrics: { auc: 0.95 } })], { metrics: { 'N0 · auc': 0.95 } }), names);
    expect([difference.verdict, difference.metrics]).toEqual(['The results differ from “N0” on: its auc is 0.9500 instead of 0.9000, though the pipeline has it the same.', [{ name: 'N0 · auc', values: [0.9, 0.95] }]]);
  });
});
