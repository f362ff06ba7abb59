import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PenstockError } from '#app/core/errors.ts';
import { canConnect } from './connect.ts';
import { emptyDocument } from './document.ts';
import { ancestors, checkDocument, descendants, topologicalOrder } from './graph.ts';
import { migrateDocument, migrateParams } from './migrate.ts';
import { parseDocument, readDocument } from './parse.ts';
import { serialiseDocument } from './serialise.ts';
import { catalogueOf, chain, testEdge, testNode, testSource, testStep, testTrainer } from './testing.ts';

const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof PenstockError) return error.code;
    throw error;
  }
  return 'none';
};

describe('document text', () => {
  it('comes back byte for byte, unknown types and fields included', () => {
    const values = fc.dictionary(
      fc.string().filter((key) => key !== '__proto__'),
      fc.jsonValue({ maxDepth: 4 }).filter((value) => !JSON.stringify(value).includes('__proto__')),
      { maxKeys: 5 },
    );
    fc.assert(
      fc.property(values, values, fc.string({ maxLength: 200 }), (params, extra, title) => {
        const document = { ...chain(3), title, future: extra };
        document.nodes.push({ ...testNode('odd', 'vendor/unknown', params), version: 7, later: extra });
        document.edges.push({ ...testEdge('n0', 'odd'), weight: [1, 2] });
        const text = serialiseDocument(document);
        expect(serialiseDocument(parseDocument(text))).toBe(text);
        expect(parseDocument(text)).toEqual(JSON.parse(JSON.stringify(document)));
      }),
    );
  });

  it('reads groups of older files as they are, and keeps what a newer app wrote into them', () => {
    const older = { ...chain(2), groups: [{ id: 'g', title: 'All', nodes: ['n0', 'n1'] }] };
    expect(migrateDocument(older)).toBe(older);
    expect(readDocument(older).groups).toEqual(older.groups);
    const group = { id: 'g', title: 'All', colour: 'train', collapsed: true, box: { x: 1, y: 2, width: 3, height: 4 }, nodes: ['n0'], later: { kept: true } };
    const text = serialiseDocument({ ...chain(2), groups: [group] });
    expect(parseDocument(text).groups).toEqual([group]);
    expect(text).toContain('"box": { "x": 1, "y": 2, "width": 3, "height": 4 }');
  });

  it('refuses a group whose frame is no box', () => {
    expect(codeOf(() => readDocument({ ...chain(1), groups: [{ id: 'g', title: '', nodes: [], box: { x: 0, y: 0, width: 'wide', height: 1 } }] }))).toBe('document-invalid');
  });

  it('does not depend on the order keys were set in', () => {
    const a = { ...emptyDocument('d', 'D'), nodes: [testNode('n', 'test/step', { a: 1, b: { c: 1, d: 2 } })] };
    const b = readDocument({ nodes: [{ params: { b: { d: 2, c: 1 }, a: 1 }, version: 1, type: 'test/step', id: 'n' }], layout: {}, groups: [], notes: [], edges: [], title: 'D', id: 'd', version: 1, format: 'penstock-pipeline' });
    expect(serialiseDocument(a)).toBe(serialiseDocument(b));
  });

  it('changes one line for one param, one move, one edge', () => {
    const document = chain(3);
    document.nodes[1] = testNode('n1', 'test/step', { rate: 1, name: 'x' });
    const lines = serialiseDocument(document).split('\n');
    const differing = (other: typeof document): number => {
      const changed = serialiseDocument(other).split('\n');
      return changed.filter((line, index) => line !== lines[index]).length;
    };
    expect(differing({ ...document, nodes: document.nodes.with(1, testNode('n1', 'test/step', { rate: 2, name: 'x' })) })).toBe(1);
    expect(differing({ ...document, layout: { ...document.layout, n2: { x: 1, y: 2 } } })).toBe(1);
    expect(differing({ ...document, edges: document.edges.with(1, testEdge('n0', 'n2')) })).toBe(1);
  });

  it('refuses what is ambiguous or hostile, naming the culprit', () => {
    const text = serialiseDocument(chain(2));
    expect(codeOf(() => parseDocument(text.slice(0, 100)))).toBe('document-not-json');
    expect(codeOf(() => parseDocument(text.replace('"params": {}', '"params": { "__proto__": { "polluted": 1 } }')))).toBe('document-forbidden-key');
    expect(() => parseDocument(text.replace('"params": {}', '"params": { "a": [{ "__proto__": 1 }] }'))).toThrow(/nodes\[0\]\.params\.a\[0\]/);
    expect(codeOf(() => parseDocument(text.replaceAll('"n1"', '"__proto__"')))).toBe('document-forbidden-key');
    expect(codeOf(() => parseDocument(text.replace('"id": "n1"', '"id": "__proto__"')))).toBe('document-forbidden-key');
    expect(() => parseDocument(text.replace('"id": "n1"', '"id": "n0"'))).toThrow(/two nodes with the id “n0”/);
    expect(() => parseDocument(text.replace('"type": "test/step"', '"type": 5'))).toThrow(/nodes\[1\]\.type \(element “n1”\)/);
    expect(codeOf(() => parseDocument(text.replace('"version": 1,\n  "id"', '"version": 2,\n  "id"')))).toBe('document-newer');
    expect(codeOf(() => parseDocument('[]'))).toBe('document-invalid');
    expect(codeOf(() => parseDocument(text.replace('"params": {}', `"params": { "a": ${'['.repeat(100_000)}${']'.repeat(100_000)} }`)))).toBe('document-too-deep');
    expect(parseDocument(`\ufeff${text}`)).toEqual(chain(2));
  });

  it('names the line where a file is torn', () => {
    const text = serialiseDocument(chain(2));
    const lines = text.split('\n');
    try {
      parseDocument(lines.slice(0, 12).join('\n'));
      expect.unreachable();
    } catch (error) {
      expect((error as PenstockError).place?.line).toBe(12);
    }
  });
});

describe('migrations', () => {
  it('go step by step to the present version', () => {
    const steps = [
      { name: 'add-tags', from: 2, migrate: (d: Record<string, unknown>) => ({ ...d, tags: [] }) },
      { name: 'rename-title', from: 1, migrate: (d: Record<string, unknown>) => ({ ...d, name: d['title'] }) },
    ];
    expect(migrateDocument({ format: 'penstock-pipeline', version: 1, title: 'T' }, steps, 3)).toEqual({ format: 'penstock-pipeline', version: 3, title: 'T', name: 'T', tags: [] });
    expect(codeOf(() => migrateDocument({ format: 'penstock-pipeline', version: 1 }, steps.slice(0, 1), 3))).toBe('document-invalid');
  });

  it('bring params of older node versions up and leave newer ones alone', () => {
    const type = { ...testStep, version: 3, migrate: { 1: (p: Record<string, unknown>) => ({ ...p, b: p['a'] }), 2: (p: Record<string, unknown>) => ({ ...p, c: p['b'] }) } };
    expect(migrateParams(testNode('n', 'test/step', { a: 1 }), type)).toEqual({ a: 1, b: 1, c: 1 });
    expect(migrateParams({ ...testNode('n'), version: 4 }, type)).toBeNull();
  });
});

describe('graph', () => {
  it('orders, walks and prints 100 000 nodes in a chain', () => {
    const document = chain(100_000);
    const { order, cycle } = topologicalOrder(document);
    expect(cycle).toBeNull();
    expect(order[99_999]).toBe('n99999');
    expect(ancestors(document, ['n99999']).size).toBe(99_999);
    expect(descendants(document, ['n0']).size).toBe(99_999);
    const catalogue = catalogueOf(testSource, testStep);
    expect(canConnect(document, catalogue, { node: 'n99999', port: 'table' }, { node: 'n1', port: 'table' })).toMatchObject({ ok: false, code: 'cycle' });
    expect(parseDocument(serialiseDocument(document)).nodes).toHaveLength(100_000);
  }, 120_000);

  it('puts every node after those it needs', () => {
    const pairs = fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 30 });
    fc.assert(
      fc.property(pairs, (edges) => {
        const document = { ...emptyDocument('d', 'D'), nodes: [...Array(10).keys()].map((n) => testNode(`n${n}`)), edges: edges.map(([a, b], i) => testEdge(`n${a}`, `n${b}`, `e${i}`)) };
        const { order, cycle } = topologicalOrder(document);
        const at = new Map(order.map((id, index) => [id, index]));
        for (const { from, to } of document.edges) {
          if (at.has(to.node)) expect(at.get(from.node)).toBeLessThan(at.get(to.node) as number);
        }
        expect(cycle === null).toBe(order.length === 10);
        // The cycle is one: each id has an edge to the next, the last to the first.
        cycle?.forEach((id, index) => {
          const next = cycle[(index + 1) % cycle.length];
          expect(document.edges.some((edge) => edge.from.node === id && edge.to.node === next)).toBe(true);
        });
      }),
    );
  });

  it('reports a cycle and a dangling edge by name', () => {
    const document = chain(3);
    document.nodes[1] = { ...testNode('n1'), title: 'Middle' };
    document.edges.push(testEdge('n2', 'n1', 'back'), testEdge('n2', 'ghost', 'loose'));
    const diagnostics = checkDocument(document);
    expect(diagnostics.map((d) => d.code)).toEqual(['dangling-edge', 'cycle']);
    expect(diagnostics[0]?.message).toContain('“ghost”');
    expect(diagnostics[1]?.message).toMatch(/Middle → step → Middle|step → Middle → step/);
  });
});

describe('canConnect', () => {
  const catalogue = catalogueOf(testSource, testStep, testTrainer);
  const document = chain(3);
  document.nodes.push(testNode('t', 'test/trainer'), testNode('u', 'vendor/unknown'), testNode('s', 'test/step'));
  const ends = (from: string, fromPort: string, to: string, toPort: string): [{ node: string; port: string }, { node: string; port: string }] => [
    { node: from, port: fromPort },
    { node: to, port: toPort },
  ];
  const ask = (...pair: ReturnType<typeof ends>) => canConnect(document, catalogue, ...pair);

  it('says yes where an edge fits', () => {
    expect(ask(...ends('n0', 'table', 's', 'table'))).toEqual({ ok: true });
    expect(ask(...ends('n2', 'table', 't', 'table'))).toEqual({ ok: true });
  });

  it('says why not, in a sentence', () => {
    const reason = (...args: Parameters<typeof ends>): string => {
      const answer = ask(...ends(...args));
      return answer.ok ? 'ok' : answer.reason;
    };
    expect(reason('t', 'model', 's', 'table')).toBe('A model cannot go into a table port.');
    expect(reason('n0', 'table', 'n2', 'table')).toBe('The input “Table” is already connected to “Step”.');
    expect(reason('n2', 'table', 'n1', 'table')).toBe('This would make the pipeline run in a circle: “Step” → “Step” → “Step”.');
    expect(reason('n0', 'table', 'n1', 'table')).toBe('These two ports are already connected.');
    expect(reason('n0', 'table', 'n0', 'table')).toBe('A node cannot feed itself.');
    expect(reason('u', 'x', 's', 'table')).toContain('“vendor/unknown”');
    expect(reason('n0', 'nope', 's', 'table')).toBe('Source has no output “nope”.');
    expect(reason('gone', 'table', 's', 'table')).toBe('One end of the connection no longer exists.');
  });

  it('leaves the edge that is being dragged out of account', () => {
    expect(canConnect(document, catalogue, ...ends('n0', 'table', 'n2', 'table'), 'n1-n2')).toEqual({ ok: true });
  });
});
