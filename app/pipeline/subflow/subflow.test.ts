import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyCommand } from '../commands.ts';
import type { PipelineDocument, PipelineNode, SubflowContent } from '../document.ts';
import { parseDocument } from '../parse.ts';
import { serialiseDocument } from '../serialise.ts';
import { topologicalOrder } from '../graph.ts';
import { mergeDocuments } from '../merge.ts';
import { catalogueOf, chain, testEdge, testNode, testSource, testStep, testTrainer } from '../testing.ts';
import { collapseNodes, dissolveSubflow } from './collapse.ts';
import { drawnCommand } from './drawn-command.ts';
import { expandSubflows, flatPort } from './expand.ts';
import { commandAt, levelDocument, levelPrefix, locate } from './level.ts';
import { subflowType, typeOfNode } from './node-type.ts';

const catalogue = catalogueOf(testSource, testStep, testTrainer);

function ids(): () => string {
  let next = 0;
  return () => `new${next++}`;
}

const collapsed = (document: PipelineDocument, chosen: readonly string[]): PipelineDocument => applyCommand(document, collapseNodes(document, chosen, { catalogue, newId: ids(), gap: 280 }).command).document;

/** What runs: nodes by type and params, edges by what they join, without ids. */
function meaning(document: PipelineDocument): string[] {
  const { document: flat } = expandSubflows(document, catalogue);
  const name = new Map(flat.nodes.map((node) => [node.id, `${node.type} ${JSON.stringify(node.params)} ${node.id.split('/').at(-1)}`]));
  return [...name.values(), ...flat.edges.map(({ from, to }) => `${name.get(from.node)}.${from.port} → ${name.get(to.node)}.${to.port}`)].toSorted();
}

const subflowOf = (document: PipelineDocument): PipelineNode & { content: SubflowContent } => document.nodes.find(({ type }) => type === subflowType) as PipelineNode & { content: SubflowContent };

describe('collapsing', () => {
  it('makes ports of what crosses the border, runs the same, and is undone to the identical text', () => {
    const document = chain(5);
    const { command, nodeId } = collapseNodes(document, ['n1', 'n2'], { catalogue, newId: ids(), gap: 280 });
    const { document: after, inverse } = applyCommand(document, command);
    const subflow = after.nodes.find(({ id }) => id === nodeId) as PipelineNode;
    const type = typeOfNode(catalogue, subflow)?.definition;
    expect(type?.inputs).toMatchObject([{ title: 'Source', kind: 'table', arity: 'one' }]);
    expect(type?.outputs).toMatchObject([{ title: 'Step', kind: 'table' }]);
    expect(meaning(after)).toEqual(meaning(document));
    expect(serialiseDocument(parseDocument(serialiseDocument(after)))).toBe(serialiseDocument(after));
    expect(serialiseDocument(applyCommand(after, inverse).document)).toBe(serialiseDocument(document));
  });

  it('refuses nodes that have another between them, by its name', () => {
    expect(() => collapsed(chain(5), ['n1', 'n3'])).toThrow(/“Step” lies between/);
  });

  it('of any nodes gives what runs the same, and dissolving it again too', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 14 }), fc.uniqueArray(fc.nat(7), { minLength: 1, maxLength: 6 }), fc.uniqueArray(fc.nat(7), { minLength: 1, maxLength: 4 }), (pairs, first, second) => {
        const document = chain(0);
        for (let at = 0; at < 8; at++) document.nodes.push({ ...testNode(`n${at}`, 'test/trainer'), title: `T${at}` });
        for (const [a, b] of pairs) if (a < b) document.edges.push({ id: `e${document.edges.length}`, from: { node: `n${a}`, port: 'model' }, to: { node: `n${b}`, port: 'table' } });
        const newId = ids();
        const tryCollapse = (of: PipelineDocument, chosen: readonly string[]): PipelineDocument | null => {
          try {
            return applyCommand(of, collapseNodes(of, chosen, { catalogue, newId, gap: 280 }).command).document;
          } catch {
            return null;
          }
        };
        const once = tryCollapse(document, first.map((at) => `n${at}`));
        if (once === null) return;
        // Edges from one port to several nodes inside become one outside and several inside: the same set.
        expect(meaning(once)).toEqual(meaning(document));
        const twice = tryCollapse(once, [...second.map((at) => `n${at}`), subflowOf(once).id].filter((id) => once.nodes.some((node) => node.id === id)));
        if (twice !== null) expect(meaning(twice)).toEqual(meaning(document));
        const back = applyCommand(once, dissolveSubflow(once, subflowOf(once).id, newId).command).document;
        expect(meaning(back)).toEqual(meaning(document));
      }),
    );
  });
});

describe('a subflow', () => {
  const nested = (): PipelineDocument => {
    const once = collapsed(chain(5), ['n1', 'n2']);
    const inside = subflowOf(once);
    return applyCommand(once, collapseNodes(once, [inside.id, 'n3'], { catalogue, newId: ((next) => () => `x${next++}`)(0), gap: 280 }).command).document;
  };

  it('inside another is entered level by level, edited there, and ids lead back to their level', () => {
    const document = nested();
    const outer = subflowOf(document);
    const inner = subflowOf(levelDocument(document, [{ nodeId: outer.id, run: 0 }]) as PipelineDocument);
    const path = [{ nodeId: outer.id, run: 0 }, { nodeId: inner.id, run: 0 }];
    expect(levelDocument(document, path)?.nodes.map(({ id }) => id)).toEqual(expect.arrayContaining(['n1', 'n2']));
    expect(levelPrefix(document, path)).toBe(`${outer.id}/${inner.id}/`);
    expect(locate(document, `${outer.id}/${inner.id}/n2`)).toEqual({ path, nodeId: 'n2' });
    expect(locate(document, 'n4')).toEqual({ path: [], nodeId: 'n4' });
    const { document: edited, inverse } = applyCommand(document, commandAt(path, { type: 'set-params', nodeId: 'n2', params: { x: 1 } }));
    expect(expandSubflows(edited, catalogue).document.nodes.find(({ id }) => id === `${outer.id}/${inner.id}/n2`)?.params).toEqual({ x: 1 });
    expect(serialiseDocument(applyCommand(edited, inverse).document)).toBe(serialiseDocument(document));
    expect(levelDocument(document, [{ nodeId: 'n4', run: 0 }])).toBeNull();
  });

  it('gives the nodes inside the values that it shows as its own params', () => {
    const document = collapsed(chain(3), ['n1']);
    const subflow = subflowOf(document);
    const shown = { ...subflow, params: { rate: 7 }, content: { ...subflow.content, exposed: [{ name: 'rate', node: 'n1', param: 'step' }] } };
    const after = applyCommand(document, { type: 'replace-node', node: shown }).document;
    expect(expandSubflows(after, catalogue).document.nodes.find(({ id }) => id.endsWith('/n1'))?.params).toEqual({ step: 7 });
    expect(applyCommand(after, dissolveSubflow(after, subflow.id, ids()).command).document.nodes.find(({ id }) => id === 'n1')?.params).toEqual({ step: 7 });
  });

  it('that is bypassed hands its input on', () => {
    const document = collapsed(chain(3), ['n1']);
    const after = applyCommand(document, { type: 'set-bypassed', nodeId: subflowOf(document).id, bypassed: true }).document;
    expect(meaning(after)).toContain('test/source {} n0.table → test/step {} n2.table');
  });

  it('runs once for each entry, its tables under each other, other things one for each run', () => {
    const document = collapsed(chain(3), ['n1']);
    const subflow = subflowOf(document);
    const [output] = typeOfNode(catalogue, subflow)?.definition.outputs ?? [];
    const repeated: PipelineNode = { ...subflow, content: { ...subflow.content, exposed: [{ name: 'size', node: 'n1', param: 'size' }] }, repeat: { over: 'params', column: 'run', runs: [{ label: 'small', params: { size: 1 } }, { label: '', params: { size: 9 } }] } };
    const expanded = expandSubflows(applyCommand(document, { type: 'replace-node', node: repeated }).document, catalogue);
    expect(expanded.diagnostics).toEqual([]);
    expect(expanded.document.nodes.filter(({ id }) => id.endsWith('/n1')).map(({ params }) => params)).toEqual([{ size: 1 }, { size: 9 }]);
    const gather = expanded.document.nodes.find(({ type }) => type === 'transform/concatenate');
    expect(gather?.params).toMatchObject({ source: 'run', names: ['small', '2'] });
    expect(expanded.document.edges.filter(({ to }) => to.node === gather?.id)).toHaveLength(2);
    expect(flatPort(expanded, subflow.id, output?.name ?? '')).toEqual({ node: gather?.id, port: 'table' });
    expect(flatPort(expanded, `${subflow.id}[1]/${output?.name}`, 'value')).toEqual({ node: `${subflow.id}[1]/n1`, port: 'table' });
    expect(topologicalOrder(expanded.document).cycle).toBeNull();
  });

  it('repeated for groups picks the rows of each', () => {
    const document = collapsed(chain(3), ['n1']);
    const subflow = subflowOf(document);
    const [input] = typeOfNode(catalogue, subflow)?.definition.inputs ?? [];
    const node: PipelineNode = { ...subflow, repeat: { over: 'groups', input: input?.name ?? '', by: 'city', values: ['Oslo', 'Bergen'], column: 'city' } };
    const expanded = expandSubflows(applyCommand(document, { type: 'replace-node', node }).document, catalogue);
    expect(expanded.document.nodes.filter(({ type }) => type === 'transform/filter-rows').map(({ params }) => (params['conditions'] as { value: string }[])[0]?.value)).toEqual(['Oslo', 'Bergen']);
    expect(expanded.diagnostics).toEqual([]);
  });

  it.each([
    ['repeat-empty', { over: 'params', runs: [], column: '' }],
    ['repeat-no-column', { over: 'groups', input: 'x', by: '', values: ['a'], column: '' }],
    ['repeat-no-input', { over: 'groups', input: 'gone', by: 'city', values: ['a'], column: '' }],
  ] as const)('says %s at the node', (code, repeat) => {
    const document = collapsed(chain(3), ['n1']);
    const node = { ...subflowOf(document), repeat: structuredClone(repeat) } as unknown as PipelineNode;
    expect(expandSubflows(applyCommand(document, { type: 'replace-node', node }).document, catalogue).diagnostics).toMatchObject([{ code, place: { nodeId: node.id } }]);
  });

  it('with several models for one input says so and what to do', () => {
    const document = chain(2);
    document.nodes.push(testNode('t', 'test/trainer'), testNode('use', 'test/use'));
    document.edges.push({ id: 'm', from: { node: 'n1', port: 'table' }, to: { node: 't', port: 'table' } }, { id: 'u', from: { node: 't', port: 'model' }, to: { node: 'use', port: 'model' } });
    const wider = new Map([...catalogue, ...catalogueOf({ ...testStep, type: 'test/use', title: 'Use', inputs: [{ name: 'model', title: 'Model', kind: 'model', arity: 'one' }] })]);
    const after = applyCommand(document, collapseNodes(document, ['t'], { catalogue: wider, newId: ids(), gap: 280 }).command).document;
    const node: PipelineNode = { ...subflowOf(after), repeat: { over: 'params', column: '', runs: [{ label: 'a', params: {} }, { label: 'b', params: {} }] } };
    const { diagnostics } = expandSubflows(applyCommand(after, { type: 'replace-node', node }).document, wider);
    expect(diagnostics).toMatchObject([{ code: 'repeat-gives-several', place: { nodeId: 'use', port: 'model' } }]);
  });

  it('is put together from two edits inside it', () => {
    const base = collapsed(chain(4), ['n1', 'n2']);
    const { id } = subflowOf(base);
    const set = (nodeId: string, params: Record<string, unknown>): PipelineDocument => applyCommand(base, { type: 'within', nodeId: id, command: { type: 'set-params', nodeId, params } }).document;
    const { document, conflicts } = mergeDocuments(base, set('n1', { a: 1 }), set('n2', { b: 2 }));
    expect(conflicts).toEqual([]);
    expect(subflowOf(document).content.nodes.filter(({ type }) => type === 'test/step').map(({ params }) => params)).toEqual([{ a: 1 }, { b: 2 }]);
  });

  it('in a circle of subflows that only hand on ends', () => {
    const document = collapsed(chain(3), ['n1']);
    const subflow = subflowOf(document);
    const through: PipelineNode = { ...subflow, content: { ...subflow.content, nodes: subflow.content.nodes.filter(({ id }) => id !== 'n1'), edges: [] } };
    const [input, output] = through.content?.nodes ?? [];
    through.content?.edges.push({ ...testEdge('a', 'b'), from: { node: input?.id ?? '', port: 'value' }, to: { node: output?.id ?? '', port: 'value' } });
    const circle: PipelineDocument = { ...document, nodes: [through], edges: [{ id: 'round', from: { node: through.id, port: output?.id ?? '' }, to: { node: through.id, port: input?.id ?? '' } }] };
    expect(expandSubflows(circle, catalogue).document.nodes).toEqual([]);
  });

  it('takes an edit of the nodes that run to the level that they are drawn in, or none', () => {
    const document = nested();
    const { document: flat } = expandSubflows(document, catalogue);
    const inner = flat.nodes.find(({ id }) => id.endsWith('/n2'))?.id ?? '';
    const mend = drawnCommand(document, flat, { type: 'batch', commands: [{ type: 'set-params', nodeId: inner, params: { x: 5 } }, { type: 'add', nodes: [testNode('fresh')], edges: [testEdge(inner, 'fresh', 'fresh-edge')] }] });
    const after = applyCommand(document, mend as NonNullable<typeof mend>).document;
    const flatAfter = expandSubflows(after, catalogue).document;
    expect(flatAfter.nodes.find(({ id }) => id === inner)?.params).toEqual({ x: 5 });
    expect(flatAfter.edges.map(({ from, to }) => [from.node, to.node])).toContainEqual([inner, inner.replace(/n2$/, 'fresh')]);
    expect(drawnCommand(document, flat, { type: 'set-params', nodeId: 'n4', params: {} })).toEqual({ type: 'set-params', nodeId: 'n4', params: {} });
    expect(drawnCommand(document, flat, { type: 'connect', edge: testEdge(inner, 'n4', 'across') })).toBeNull();
  });
});
