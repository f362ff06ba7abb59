import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { distinctDiagnostics } from '#app/core/diagnostics.ts';
import type { Diagnostic } from '#app/core/errors.ts';
import { columnSchema, type NodeRun } from '#app/protocol/schema.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { documentVersion } from '#app/pipeline/document.ts';
import type { Schema } from '#app/relation/types.ts';
import { defineNode, type RelationFn } from '#app/sdk/node.ts';
import type { PortValue } from '#app/sdk/ports.ts';
import { loadCatalogue, type EngineCatalogue, type EngineNodeType } from './catalogue.ts';
import { Engine } from './engine.ts';

/** The harness that node tests stand on: an engine in a temporary project, and pipelines as small JSON fixtures. */

type Cell = null | boolean | number | string;

const cellSchema = z.union([z.null(), z.boolean(), z.number(), z.string()]);
const valuesParams = z.object({ columns: z.array(columnSchema).default([]), rows: z.array(z.array(cellSchema)).default([]) });

/** `test/values`: a table written out in the fixture; exists only in tests. */
export const valuesNode: EngineNodeType = {
  definition: defineNode({
    type: 'test/values',
    version: 1,
    title: 'Values',
    summary: 'A small table for tests.',
    keywords: [],
    inputs: [],
    outputs: [{ name: 'table', title: 'Table', kind: 'table' }],
    params: valuesParams,
  }) as EngineNodeType['definition'],
  relation: ((_inputs, params) => ({ op: 'scan', source: { kind: 'values', rows: params.rows }, schema: params.columns, label: 'values' })) as RelationFn<z.output<typeof valuesParams>> as RelationFn<unknown>,
  icon: '',
  help: '',
};

export const fixtureSchema = z.strictObject({
  title: z.string(),
  nodes: z.array(z.strictObject({ id: z.string(), type: z.string(), params: z.record(z.string(), z.unknown()).default({}), bypassed: z.boolean().optional(), title: z.string().optional() })),
  /** `["from.port", "to.port"]` */
  edges: z.array(z.tuple([z.string(), z.string()])).default([]),
  /** Id of the node under test. */
  node: z.string(),
  /** By output port of the node under test: for tables the schema, the rows, or both; for others a part of the value. */
  expect: z
    .record(
      z.string(),
      z.strictObject({
        schema: z.array(columnSchema).optional(),
        rows: z.array(z.array(cellSchema)).optional(),
        /** Rows may come in any order. */
        unordered: z.boolean().optional(),
        /** Allowed difference of numbers, relative to the larger of 1 and the expected one; default 1e-9. */
        tolerance: z.number().optional(),
        /** Must be contained in the port's value (as `toMatchObject` compares). */
        value: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .optional(),
  /** A diagnostic of the node: from configuring or from running. */
  expectDiagnostic: z.strictObject({ code: z.string().optional(), contains: z.string().optional(), severity: z.enum(['error', 'warning', 'info']).optional() }).optional(),
});
export type Fixture = z.infer<typeof fixtureSchema>;

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface TestEngine {
  readonly engine: Engine;
  readonly projectDir: string;
  /** Runs a document to its end (or to nodes) and gives every node's final state. */
  run(document: PipelineDocument, to?: readonly string[]): Promise<{ runId: string; status: string; nodes: Record<string, NodeRun> }>;
  /** Value on a port after a run. */
  value(document: PipelineDocument, nodeId: string, port: string): Promise<PortValue>;
  /** Schema and all rows of a table port. */
  table(document: PipelineDocument, nodeId: string, port: string): Promise<{ schema: Schema; rows: Cell[][] }>;
  /** Closes the engine and opens another on the same project, as after a restart. */
  reopen(): Promise<TestEngine>;
  /** Closes and removes the project. */
  close(): Promise<void>;
}

/** An engine over the whole catalogue and `test/values`, in a new temporary project (or a given one). */
export async function openTestEngine(options: { projectDir?: string; extra?: readonly EngineNodeType[] } = {}): Promise<TestEngine> {
  const projectDir = options.projectDir ?? mkdtempSync(path.join(os.tmpdir(), 'penstock-test-'));
  const catalogue = new Map<string, EngineNodeType>(loadCatalogue());
  for (const type of [valuesNode, ...(options.extra ?? [])]) catalogue.set(type.definition.type, type);
  const engine = await Engine.open({ projectDir, resourcesDir: path.join(root, 'resources'), distDir: path.join(root, 'dist'), catalogue });
  return testEngineOf(engine, projectDir, options.extra ?? []);
}

/** An open engine with what tests ask of it. */
export function testEngineOf(engine: Engine, projectDir: string, extra: readonly EngineNodeType[]): TestEngine {
  const signal = new AbortController().signal;
  const opened: TestEngine = {
    engine,
    projectDir,
    async run(document, to) {
      const run = await engine.startRun({ document, path: null, ...(to === undefined ? {} : { to }) });
      const nodes: Record<string, NodeRun> = {};
      for await (const event of run.log.stream()) if (event.type === 'node') nodes[event.node.nodeId] = event.node;
      return { runId: run.runId, status: await run.finished, nodes };
    },
    value: (document, nodeId, port) => engine.data.portValue({ document, nodeId, port }, signal),
    async table(document, nodeId, port) {
      const value = await engine.data.table({ document, nodeId, port, filter: '' }, signal);
      const { rows } = await engine.database.rows(value.relation);
      return { schema: value.schema, rows };
    },
    async reopen() {
      await engine.close();
      return openTestEngine({ projectDir, extra });
    },
    async close() {
      await engine.close();
      await rm(projectDir, { recursive: true, force: true });
    },
  };
  return opened;
}

/** The document of a fixture; node versions are those of the catalogue. */
export function fixtureDocument(fixture: Pick<Fixture, 'nodes' | 'edges'>, catalogue: EngineCatalogue): PipelineDocument {
  const end = (text: string): { node: string; port: string } => {
    const dot = text.lastIndexOf('.');
    return { node: text.slice(0, dot), port: text.slice(dot + 1) };
  };
  return {
    format: 'penstock-pipeline',
    version: documentVersion,
    id: 'fixture',
    title: 'Fixture',
    nodes: fixture.nodes.map((node) => ({ ...node, version: catalogue.get(node.type)?.definition.version ?? 1 })),
    edges: fixture.edges.map(([from, to], index) => ({ id: `e${index}`, from: end(from), to: end(to) })),
    notes: [],
    groups: [],
    layout: {},
  };
}

/** Fixtures in a folder, by file name. @throws ZodError when one is not as `fixtureSchema` says. */
export function readFixtures(folder: string): { file: string; fixture: Fixture }[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((file) => ({ file, fixture: fixtureSchema.parse(JSON.parse(readFileSync(path.join(folder, file), 'utf8'))) }));
}

/** Runs one fixture and checks all it expects. */
export async function checkFixture(opened: TestEngine, fixture: Fixture): Promise<void> {
  const document = fixtureDocument(fixture, opened.engine.catalogue);
  const configured = await opened.engine.configure(document);
  const promised = configured.configurations[fixture.node]?.outputs ?? {};
  const { nodes } = await opened.run(document, [fixture.node]);
  const state = nodes[fixture.node];
  const found = [configured.configurations[fixture.node]?.diagnostics ?? [], state?.diagnostics ?? []];
  for (const one of found) expect(one, 'nothing is said twice').toEqual(distinctDiagnostics(one));
  const diagnostics: Diagnostic[] = distinctDiagnostics(found.flat());
  if (fixture.expectDiagnostic !== undefined) expectDiagnostic(diagnostics, fixture.expectDiagnostic);
  if (fixture.expect === undefined) return;
  expect(failures(nodes), 'no node may fail').toEqual([]);
  for (const [port, wanted] of Object.entries(fixture.expect)) {
    const value = await opened.value(document, fixture.node, port);
    if (wanted.value !== undefined) expect(value).toMatchObject(wanted.value);
    if (value.kind !== 'table') continue;
    const { schema, rows } = await opened.table(document, fixture.node, port);
    const promise = promised[port];
    if (promise?.kind === 'table' && promise.schema !== null) expect(schema, 'the produced schema is the promised one').toEqual(promise.schema);
    if (wanted.schema !== undefined) expect(schema).toEqual(wanted.schema);
    if (wanted.rows !== undefined) expectRows(rows, wanted.rows, wanted.tolerance ?? 1e-9, wanted.unordered === true);
  }
}

function failures(nodes: Readonly<Record<string, NodeRun>>): string[] {
  return Object.values(nodes)
    .filter((node) => node.status === 'failed' || node.status === 'skipped')
    .map((node) => `${node.nodeId}: ${node.reason} ${node.diagnostics.map((one) => `[${one.code}] ${one.message}`).join(' ')}`);
}

function expectDiagnostic(found: readonly Diagnostic[], wanted: NonNullable<Fixture['expectDiagnostic']>): void {
  const fits = found.some(
    (one) =>
      (wanted.code === undefined || one.code === wanted.code) &&
      (wanted.severity === undefined || one.severity === wanted.severity) &&
      (wanted.contains === undefined || `${one.message} ${one.remedy ?? ''}`.includes(wanted.contains)),
  );
  expect(fits, `a diagnostic like ${JSON.stringify(wanted)} among ${JSON.stringify(found)}`).toBe(true);
}

function expectRows(found: readonly Cell[][], wanted: readonly Cell[][], tolerance: number, unordered: boolean): void {
  const ordered = (rows: readonly Cell[][]): Cell[][] => (unordered ? rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : [...rows]);
  const given = ordered(found);
  const expected = ordered(wanted);
  const near = expected.map((row, index) =>
    row.map((cell, column) => {
      const other = given[index]?.[column];
      const close = typeof cell === 'number' && typeof other === 'number' && Math.abs(cell - other) <= tolerance * Math.max(1, Math.abs(cell));
      return close ? other : cell;
    }),
  );
  expect(given).toEqual(near);
}

/** A test for each fixture beside a node's test file: `describeFixtures(import.meta.url)`. */
export function describeFixtures(testFile: string): void {
  const folder = path.join(path.dirname(fileURLToPath(testFile)), 'fixtures');
  const name = path.dirname(fileURLToPath(testFile)).split(path.sep).slice(-2).join('/');
  describe(`${name} fixtures`, () => {
    let opened: TestEngine | undefined;
    beforeAll(async () => {
      opened = await openTestEngine();
    });
    afterAll(async () => {
      await opened?.close();
    });
    for (const { file, fixture } of readFixtures(folder)) {
      it(`${fixture.title} (${file})`, async () => {
        if (opened === undefined) throw new Error('the engine did not open');
        await checkFixture(opened, fixture);
      });
    }
  });
}
