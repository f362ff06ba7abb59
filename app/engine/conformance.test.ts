import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ParamHint } from '#app/sdk/node.ts';
import { categories } from '#app/sdk/node.ts';
import { mayBeEmpty } from '#app/sdk/ports.ts';
import { loadCatalogue } from './catalogue.ts';
import { fixtureDocument, openTestEngine, readFixtures, type Fixture, type TestEngine } from './testing.ts';
import { inEnglish } from '#app/sdk/say.ts';

/** What every node type must keep, whoever wrote it. A new folder under nodes/ is covered by being there. */

const nodesDir = fileURLToPath(new URL('../../nodes/', import.meta.url));
const catalogue = loadCatalogue();
const fixturesOf = (type: string): { file: string; fixture: Fixture }[] => {
  const folder = path.join(nodesDir, type, 'fixtures');
  return existsSync(folder) ? readFixtures(folder) : [];
};

let opened: TestEngine;
beforeAll(async () => {
  opened = await openTestEngine();
});
afterAll(async () => {
  await opened.close();
});

describe.each([...catalogue])('%s', (type, { definition, relation, executor, icon, help }) => {
  it('has an id, a category, words and distinct ports', () => {
    expect(definition.type).toBe(type);
    expect(categories).toContain(type.split('/')[0]);
    expect(Number.isInteger(definition.version) && definition.version >= 1).toBe(true);
    expect(definition.title).not.toBe('');
    expect(definition.summary).toMatch(/\.$/);
    expect(relation !== undefined || executor?.run !== undefined).toBe(true);
    for (const ports of [definition.inputs, definition.outputs]) expect(new Set(ports.map((port) => port.name)).size).toBe(ports.length);
    for (const port of definition.inputs) expect(port.arity, `arity of the input ${port.name}`).toBeDefined();
  });

  it('has an icon in the frame’s colours and help with a heading or a paragraph', () => {
    expect(icon).toContain('<svg');
    expect(icon).toContain('currentColor');
    expect(icon).not.toMatch(/(?:fill|stroke)="#/);
    expect(help.length).toBeGreaterThan(100);
  });

  it('has params whose defaults parse, survive JSON, have a JSON Schema and good hints, and describe themselves', () => {
    const defaults = definition.params.parse({});
    expect(definition.params.parse(JSON.parse(JSON.stringify(defaults)))).toEqual(defaults);
    const schema = z.toJSONSchema(definition.params, { io: 'input', unrepresentable: 'any' }) as { type?: string; properties?: Record<string, ParamHint> };
    expect(schema.type).toBe('object');
    const ports = new Set(definition.inputs.map((port) => port.name));
    for (const [name, hint] of Object.entries(schema.properties ?? {})) {
      if (hint.from !== undefined) expect(ports, `${name}: input that its columns come from`).toContain(hint.from);
      if (hint.visibleWhen !== undefined) expect(Object.keys(schema.properties ?? {})).toContain(hint.visibleWhen.param);
    }
    expect(typeof (definition.describe?.(defaults, inEnglish) ?? '')).toBe('string');
    expect(definition.describe?.(defaults, inEnglish) ?? '').not.toMatch(/undefined|\[object|NaN/);
  });

  it('says in words what a fresh node lacks, and never throws', async () => {
    const document = fixtureDocument({ nodes: [{ id: 'fresh', type, params: {} }], edges: [] }, opened.engine.catalogue);
    const { configurations } = await opened.engine.configure(document);
    const configured = configurations['fresh'];
    expect(Object.keys(configured?.outputs ?? {}).sort()).toEqual(definition.outputs.map((port) => port.name).sort());
    expectWords(configured?.diagnostics ?? []);
    if (definition.inputs.some((port) => !mayBeEmpty(port))) expect(configured?.diagnostics.some((one) => one.severity === 'error')).toBe(true);
  });

  it('answers damaged params with a diagnostic', async () => {
    const keys = Object.keys((z.toJSONSchema(definition.params, { io: 'input', unrepresentable: 'any' }) as { properties?: object }).properties ?? {});
    for (const damage of [17, 'nonsense\0', [{}], { deep: null }]) {
      const params = Object.fromEntries(keys.map((key) => [key, damage]));
      const document = fixtureDocument({ nodes: [{ id: 'values', type: 'test/values', params: { columns: [{ name: 'a', type: 'integer' }], rows: [[1]] } }, { id: 'broken', type, params }], edges: tableEdges(definition.inputs, 'broken') }, opened.engine.catalogue);
      const { configurations } = await opened.engine.configure(document);
      expectWords(configurations['broken']?.diagnostics ?? []);
    }
  });

  const fixtures = fixturesOf(type);
  it('has fixtures', () => {
    expect(fixtures.length).toBeGreaterThan(0);
  });

  it.each(fixtures.filter(({ fixture }) => fixture.expect !== undefined))('cancels $file', async ({ fixture }) => {
    const document = { ...fixtureDocument(fixture, opened.engine.catalogue), id: `cancel-${type}` };
    const run = await opened.engine.startRun({ document, path: null, force: fixture.nodes.map((node) => node.id) });
    run.cancel();
    expect(['cancelled', 'succeeded']).toContain(await run.finished);
    const detail = opened.engine.store.records.get(run.runId);
    expect(detail?.nodes.filter((node) => node.status === 'running' || node.status === 'queued' || node.status === 'failed')).toEqual([]);
  });
});

function tableEdges(inputs: readonly { name: string; kind: string }[], to: string): [string, string][] {
  return inputs.filter((port) => port.kind === 'table').map((port): [string, string] => ['values.table', `${to}.${port.name}`]);
}

/** Sentences for people: no stack, no library's phrasing for "unexpected". */
function expectWords(diagnostics: readonly { code: string; message: string }[]): void {
  for (const { code, message } of diagnostics) {
    expect(code, message).not.toBe('unexpected');
    expect(message).not.toMatch(/\n\s+at |TypeError|undefined|\[object/);
    expect(message.length).toBeGreaterThan(10);
  }
}
