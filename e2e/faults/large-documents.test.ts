import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestEngine, type TestEngine } from '#app/engine/testing.ts';
import { documentVersion, type PipelineDocument } from '#app/pipeline/document.ts';
import { parseDocument } from '#app/pipeline/parse.ts';
import { serialiseDocument } from '#app/pipeline/serialise.ts';
import { count, isLong } from './counts.ts';

let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine();
});
afterAll(() => test.close());

/** A table, and filters one behind the other. */
function chain(length: number): PipelineDocument {
  const nodes: PipelineDocument['nodes'] = [{ id: 'n0', type: 'test/values', version: 1, params: { columns: [{ name: 'x', type: 'integer' }], rows: [[1], [2]] } }];
  const edges: PipelineDocument['edges'] = [];
  for (let at = 1; at < length; at++) {
    nodes.push({ id: `n${at}`, type: 'transform/filter-rows', version: 1, params: { expression: 'x > 0' } });
    edges.push({ id: `e${at}`, from: { node: `n${at - 1}`, port: 'table' }, to: { node: `n${at}`, port: 'table' } });
  }
  return { format: 'penstock-pipeline', version: documentVersion, id: 'long', title: 'Long', nodes, edges, notes: [], groups: [], layout: {} };
}

/** A table, and that many nodes beside each other, all connected to it. */
function fan(width: number): PipelineDocument {
  const document = chain(width);
  return { ...document, edges: document.edges.map((edge) => ({ ...edge, from: { node: 'n0', port: 'table' } })) };
}

describe('a pipeline of very many nodes', { timeout: 600_000 }, () => {
  const many = Number(process.env['PENSTOCK_NODES'] ?? (isLong ? 100_000 : 2000));

  it.each([
    ['one behind the other', chain],
    ['beside each other', fan],
  ])('loads, is checked and saved, or is refused naming the culprit: %s', async (_, make) => {
    const document = make(many);
    const read = parseDocument(serialiseDocument(document));
    expect(read).toEqual(document);
    const answer = await test.engine.configure(read).then(
      ({ configurations, diagnostics }) => ({ configured: Object.keys(configurations).length, errors: diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code) }),
      (error: unknown) => ({ refused: (error as { code?: string }).code ?? String(error) }),
    );
    // No recursion that overflows, whatever it says.
    expect(JSON.stringify(answer)).not.toMatch(/call stack|RangeError|unexpected/);
    if ('configured' in answer) expect(answer.configured).toBe(many);
    else expect(answer.refused).toMatch(/^[a-z]+(-[a-z]+)+$/);
    count('documents', `${many.toLocaleString('en')} nodes ${_}: ${'configured' in answer ? `loaded, ${answer.configured} configured, ${answer.errors.length} errors` : `refused: ${answer.refused}`}; no overflow`);
  });

  it('runs a chain of many transforms', async () => {
    const deep = Number(process.env['PENSTOCK_DEEP'] ?? (isLong ? 1000 : 200));
    const { status, nodes } = await test.run(chain(deep));
    const failures = Object.values(nodes).flatMap(({ diagnostics }) => diagnostics.map(({ code, message }) => `${code}: ${message}`));
    expect(failures.join('\n')).not.toMatch(/call stack|RangeError|unexpected/);
    expect(status, failures[0]).toBe('succeeded');
    count('documents', `a run of ${deep} transforms in a row: succeeded`);
  });
});
