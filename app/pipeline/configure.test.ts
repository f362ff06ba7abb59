import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { col, filter, lit, call } from '#app/relation/build.ts';
import { NeedsParse, RelationError } from '#app/relation/index.ts';
import { defineNode, type NodeDefinition, type RelationFn } from '#app/sdk/node.ts';
import { bypassSource, configurePipeline, createConfigureMemo, type ConfigureEnv } from './configure.ts';
import type { PipelineDocument } from './document.ts';
import { catalogueOf, chain, testEdge, testNode, testSource, testStep, testTrainer } from './testing.ts';
import type { NodeCatalogue, NodeType } from './types.ts';

const relational = defineNode({
  ...testStep,
  type: 'test/relational',
  title: 'Keep Rows',
  params: z.object({ text: z.string().min(1).default('x > 1').meta({ title: 'Condition' }), least: z.number().default(0) }),
  configure: undefined,
  describe: ({ text }) => `keeps ${text}`,
});

/** Filters on x; `unknown` asks for a column that is not there, `parsed` needs a text parsed first. */
const keepRows: RelationFn<{ text: string; least: number }> = (inputs, { text }, _facts, services) => {
  const [table] = inputs['table'] ?? [];
  if (table === undefined) throw new Error('no table');
  if (text === 'parsed' && services.resolvePath('parsed') !== 'ready') throw new NeedsParse('parsed', ['text']);
  if (text === 'wrong') throw new RelationError('unknown-function', 'There is no function “f”.', { place: { param: ['text'], span: { start: 0, end: 1 } } });
  return filter(table, call('greater_than', col(text === 'unknown' ? 'nope' : 'x'), lit(1)));
};

const withRelation = (definition: NodeDefinition, relation: RelationFn<never>): NodeType => ({ definition, relation: relation as RelationFn<unknown>, icon: '', help: '' });

function catalogue(): NodeCatalogue {
  const base = catalogueOf(testSource, testStep, testTrainer);
  return new Map([...base, [relational.type, withRelation(relational as NodeDefinition, keepRows as RelationFn<never>)]]);
}

function env(change: Partial<ConfigureEnv> = {}): ConfigureEnv {
  const trees = new Map<string, unknown>();
  return {
    factsFor: () => null,
    trees,
    parseExpression: async (text) => ({ text }),
    answers: new Map(),
    answer: async () => null,
    resolvePath: (path) => (trees.has(path) ? 'ready' : path),
    ...change,
  };
}

function document(params: Record<string, unknown> = {}): PipelineDocument {
  const made = chain(1);
  made.nodes.push({ ...testNode('k', 'test/relational', params), title: 'Mine' });
  made.edges.push(testEdge('n0', 'k'));
  return made;
}

const codes = (diagnostics: readonly { code: string }[]): string[] => diagnostics.map(({ code }) => code);

describe('configurePipeline', () => {
  it('warns of a parameter that the node type does not have, and names those it has', async () => {
    const { nodes } = await configurePipeline(document({ text: 'x > 1', leest: 3 }), catalogue(), env());
    expect(nodes['k']?.diagnostics).toMatchObject([
      { severity: 'warning', code: 'param-unknown', remedy: 'Its parameters are text, least.', place: { nodeId: 'k', param: ['leest'] } },
    ]);
    expect(nodes['k']?.diagnostics[0]?.message).toContain('“leest”');
  });

  it('gives relational nodes the schema of their relation and a line for the card', async () => {
    const { nodes, diagnostics } = await configurePipeline(document(), catalogue(), env());
    expect(nodes['k']?.outputs).toEqual({ table: { kind: 'table', schema: [{ name: 'x', type: 'integer' }] } });
    expect(nodes['k']?.describe).toBe('keeps x > 1');
    expect(diagnostics).toEqual([]);
  });

  it('has texts parsed and tries again', async () => {
    const asked: string[] = [];
    const environment = env({ parseExpression: async (text) => (asked.push(text), {}) });
    const { nodes } = await configurePipeline(document({ text: 'parsed' }), catalogue(), environment);
    expect(asked).toEqual(['parsed']);
    expect(nodes['k']?.diagnostics).toEqual([]);
  });

  it('places what the parser refuses at the param that holds the text', async () => {
    const parseExpression = (): never => {
      throw new PenstockError('syntax', 'It ends too soon.', { remedy: 'Go on.', place: { span: { start: 3, end: 4 } } });
    };
    const { nodes } = await configurePipeline(document({ text: 'parsed' }), catalogue(), env({ parseExpression }));
    expect(nodes['k']?.diagnostics).toEqual([{ severity: 'error', code: 'syntax', message: 'It ends too soon.', remedy: 'Go on.', place: { nodeId: 'k', param: ['text'], span: { start: 3, end: 4 } } }]);
  });

  it('turns errors of a relation into diagnostics with their place', async () => {
    const { nodes } = await configurePipeline(document({ text: 'wrong' }), catalogue(), env());
    expect(nodes['k']?.diagnostics).toMatchObject([{ severity: 'error', code: 'unknown-function', place: { nodeId: 'k', param: ['text'], span: { start: 0, end: 1 } } }]);
    expect(nodes['k']?.outputs).toEqual({ table: { kind: 'table', schema: null } });
    const unknown = await configurePipeline(document({ text: 'unknown' }), catalogue(), env());
    expect(unknown.nodes['k']?.diagnostics).toMatchObject([{ code: 'unknown-column', place: { nodeId: 'k' } }]);
  });

  it('says what is wrong with params in plain words', async () => {
    const said = async (params: Record<string, unknown>): Promise<string[]> => {
      const { nodes } = await configurePipeline(document(params), catalogue(), env());
      expect(nodes['k']?.diagnostics.every(({ code }) => code === 'param-invalid')).toBe(true);
      return nodes['k']?.diagnostics.map(({ message }) => message) ?? [];
    };
    expect(await said({ text: '' })).toEqual(['“Condition” must not be empty.']);
    expect(await said({ text: 5, least: 'many' })).toEqual(['“Condition” must be text.', '“Least” must be a number.']);
    const trainer = { ...chain(1), nodes: [testNode('n0', 'test/source'), testNode('t', 'test/trainer', { rate: -1, mode: 'z' })], edges: [testEdge('n0', 't')] };
    const { nodes } = await configurePipeline(trainer, catalogue(), env());
    expect(nodes['t']?.diagnostics.map(({ message }) => message)).toEqual(['“Learning rate” must be at least 0.', '“Mode” must be one of a, b.']);
    expect(nodes['t']?.diagnostics[0]?.place).toEqual({ nodeId: 't', param: ['rate'] });
  });

  it('asks for inputs that are missing and configures what it can behind them', async () => {
    const made = document();
    made.edges = [];
    made.nodes.push(testNode('after', 'test/step'));
    made.edges.push(testEdge('k', 'after'));
    const { nodes, diagnostics } = await configurePipeline(made, catalogue(), env());
    expect(diagnostics).toMatchObject([{ code: 'input-missing', message: '“Mine” needs a table at its input “Table”.', place: { nodeId: 'k', port: 'table' } }]);
    expect(nodes['after']?.outputs).toEqual({ table: { kind: 'table', schema: null } });
  });

  it('greys what it does not know, and what is newer', async () => {
    const made = document();
    made.nodes.push(testNode('u', 'vendor/unknown'), { ...testNode('v', 'test/step'), version: 9 });
    made.nodes.push(testNode('w'));
    made.edges.push(testEdge('u', 'v'), { ...testEdge('u', 'w'), from: { node: 'u', port: 'constructor' } });
    const { nodes } = await configurePipeline(made, catalogue(), env());
    expect(codes(nodes['u']?.diagnostics ?? [])).toEqual(['unknown-node-type']);
    expect(codes(nodes['v']?.diagnostics ?? [])).toEqual(['node-version-newer']);
    expect(nodes['w']?.outputs).toEqual({ table: { kind: 'table', schema: null } });
  });

  it('reports a cycle once, and goes on with the rest', async () => {
    const made = document();
    made.nodes.push(testNode('a'), testNode('b'));
    made.edges.push(testEdge('a', 'b'), testEdge('b', 'a'));
    const { nodes, diagnostics } = await configurePipeline(made, catalogue(), env());
    expect(codes(diagnostics)).toEqual(['cycle']);
    expect(nodes['a']?.outputs).toEqual({ table: { kind: 'table', schema: null } });
    expect(nodes['k']?.outputs['table']).toMatchObject({ schema: [{ name: 'x' }] });
  });

  it('refuses edges that a hand-edited file may hold', async () => {
    const made = chain(2);
    made.nodes.push(testNode('t', 'test/trainer'), testNode('s2', 'test/source'));
    made.edges.push(testEdge('s2', 'n1'), { ...testEdge('n0', 't'), to: { node: 't', port: 'nope' } }, { ...testEdge('t', 'n1', 'wrong'), from: { node: 't', port: 'model' } });
    const { nodes } = await configurePipeline(made, catalogue(), env());
    expect(codes(nodes['n1']?.diagnostics ?? []).sort()).toEqual(['input-taken', 'kind-mismatch']);
    expect(codes(nodes['t']?.diagnostics ?? [])).toEqual(['unknown-port', 'input-missing']);
  });

  it('hands the input of a bypassed node on, and says when there is none', async () => {
    const made = document({ text: 'wrong' });
    made.nodes[1] = { ...testNode('k', 'test/relational', { text: 'wrong' }), bypassed: true };
    made.nodes.push({ ...testNode('t', 'test/trainer'), bypassed: true });
    made.edges.push(testEdge('k', 't'));
    const { nodes } = await configurePipeline(made, catalogue(), env());
    expect(nodes['k']).toMatchObject({ diagnostics: [], describe: 'Bypassed', outputs: { table: { schema: [{ name: 'x' }] } } });
    expect(codes(nodes['t']?.diagnostics ?? [])).toEqual(['bypass-empty']);
    expect([bypassSource(relational as NodeDefinition, 'table'), bypassSource(testTrainer as NodeDefinition, 'model')]).toEqual(['table', null]);
  });

  it('gives the error of a probe as a diagnostic of its node', async () => {
    const factsFor = (): never => {
      throw new PenstockError('file-missing', 'The file is gone.');
    };
    const { diagnostics } = await configurePipeline(chain(1), catalogue(), env({ factsFor }));
    expect(diagnostics).toMatchObject([{ code: 'file-missing', place: { nodeId: 'n0' } }]);
  });

  it('takes what is known of a node from its result, for the nodes behind it too', async () => {
    const known = { table: { kind: 'table', schema: [{ name: 'y', type: 'float' }] } } as const;
    const asked: string[] = [];
    const knownOutputs: ConfigureEnv['knownOutputs'] = ({ nodeId }) => (asked.push(nodeId), nodeId === 'n1' ? known : null);
    const { nodes } = await configurePipeline(chain(3), catalogue(), env({ knownOutputs }));
    expect(asked).toEqual(['n0', 'n1', 'n2']);
    expect([nodes['n0'], nodes['n1'], nodes['n2']].map((node) => node?.outputs['table'])).toMatchObject([{ schema: [{ name: 'x' }] }, { schema: [{ name: 'y' }] }, { schema: [{ name: 'y' }] }]);
  });

  it('looks again only at what changed, and finds the same', async () => {
    let calls = 0;
    const counting = { ...testStep, configure: (context: Parameters<NonNullable<typeof testStep.configure>>[0]) => (calls++, testStep.configure?.(context) ?? {}) };
    const types = catalogueOf(testSource, counting as NodeDefinition);
    const memo = createConfigureMemo();
    const before = chain(50);
    const first = await configurePipeline(before, types, env({ memo }));
    expect(calls).toBe(49);
    const moved = { ...before, layout: {} };
    expect(await configurePipeline(moved, types, env({ memo }))).toEqual(first);
    expect(calls).toBe(49);
    const changed = { ...before, nodes: before.nodes.with(40, testNode('n40', 'test/step', { a: 1 })) };
    const fresh = await configurePipeline(changed, types, env());
    calls = 0;
    expect(await configurePipeline(changed, types, env({ memo }))).toEqual(fresh);
    // n41 sees the same schema value, so the change stops there.
    expect(calls).toBe(1);
  });

  it('gets through 20 000 nodes in one chain', async () => {
    const { nodes, diagnostics } = await configurePipeline(chain(20_000), catalogue(), env());
    expect(diagnostics).toEqual([]);
    expect(nodes['n19999']?.outputs['table']).toMatchObject({ schema: [{ name: 'x' }] });
  }, 120_000);
});
