import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { History } from '#app/pipeline/history.ts';
import { emptyDocument } from '#app/pipeline/document.ts';
import { defineNode, type NodeDefinition } from '#app/sdk/node.ts';
import { changeShared, sharedFields } from './shared-params.ts';

const define = (type: string, params: z.ZodType): NodeDefinition => defineNode({ type, version: 1, title: type, summary: '', keywords: [], inputs: [], outputs: [], params }) as NodeDefinition;
const definitions = new Map([
  ['a', define('a', z.object({ target: z.string().default('').meta({ control: 'column' }), rate: z.number().min(0).default(0.1), mode: z.enum(['x', 'y']).default('x').meta({ labels: { y: 'Why' } }), rows: z.array(z.object({ n: z.number() })).default([]), only: z.boolean().default(false) }))],
  ['b', define('b', z.object({ mode: z.enum(['x', 'y']).default('x'), rate: z.number().min(0).default(0.1), target: z.string().default('').meta({ control: 'text' }), rows: z.array(z.object({ n: z.number() })).default([]) }))],
  ['c', define('c', z.object({ rate: z.number().min(1).default(2), mode: z.enum(['x', 'z']).default('x') }))],
]);
const node = (id: string, type: string, params: Record<string, unknown> = {}) => ({ id, type, version: 1, params });
const shared = (...nodes: ReturnType<typeof node>[]) => sharedFields(nodes, (type) => definitions.get(type));

describe('params of several nodes', () => {
  it('are those with the same key, control, choices and bounds', () => {
    expect(shared(node('1', 'a'), node('2', 'b')).map(({ field }) => field.name)).toEqual(['rate', 'mode', 'rows']);
    expect(shared(node('1', 'a'), node('2', 'c'))).toEqual([]);
    expect(shared(node('1', 'a'), node('2', 'gone'))).toEqual([]);
    expect(shared(node('1', 'a'), node('2', 'a')).map(({ field }) => field.name)).toEqual(['target', 'rate', 'mode', 'rows', 'only']);
  });

  it('offer the columns that every node takes', () => {
    const column = (types: readonly string[]) => z.object({ target: z.string().default('').meta({ control: 'column', types }) });
    const typed = new Map([['d', define('d', column(['string', 'integer']))], ['e', define('e', column(['integer', 'float']))], ['f', define('f', column(['date']))]]);
    const of = (...types: string[]) => sharedFields(types.map((type, index) => node(String(index), type)), (type) => typed.get(type));
    expect(of('d', 'e').map(({ field }) => field.schema.types)).toEqual([['integer']]);
    expect(of('d', 'f')).toEqual([]);
  });

  it('say which values differ; a default counts as its value', () => {
    const [rate, mode] = shared(node('1', 'a', { rate: 0.1 }), node('2', 'b', { mode: 'y' }));
    expect(rate).toMatchObject({ differs: false, value: 0.1 });
    expect(mode).toMatchObject({ differs: true, value: undefined, values: ['x', 'y'].map((one) => (one === 'y' ? 'Why' : one)) });
    const [first] = shared(node('1', 'a', { target: 'p' }), node('2', 'a', { target: '' }));
    expect(first?.values).toEqual(['p', 'none']);
  });

  it('are not offered where they are set in parts and differ', () => {
    expect(shared(node('1', 'a', { rows: [{ n: 1 }] }), node('2', 'b')).map(({ field }) => field.name)).toEqual(['rate', 'mode']);
    expect(shared(node('1', 'a', { rows: [{ n: 1 }] }), node('2', 'b', { rows: [{ n: 1 }] })).map(({ field }) => field.name)).toEqual(['rate', 'mode', 'rows']);
  });

  it('change together, and are one step back', () => {
    const nodes = [node('1', 'a', { rate: 1, rows: [{ n: 1 }] }), node('2', 'b', { rate: 2, rows: [{ n: 1 }], kept: true })];
    const history = new History({ ...emptyDocument('p', 'P'), nodes });
    history.apply(changeShared(nodes, ['rate'], 5), { group: 'shared-rate' });
    expect(history.document.nodes.map(({ params }) => params)).toEqual([{ rate: 5, rows: [{ n: 1 }] }, { rate: 5, rows: [{ n: 1 }], kept: true }]);
    history.apply(changeShared(history.document.nodes, ['rate'], 56), { group: 'shared-rate' });
    expect(history.undo().nodes).toEqual(nodes);
    history.apply(changeShared(nodes, ['rows', 0, 'n'], 7));
    expect(history.document.nodes.map(({ params }) => params['rows'])).toEqual([[{ n: 7 }], [{ n: 7 }]]);
  });
});
