import { spawnSync } from 'node:child_process';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Diagnostic } from '#app/core/errors.ts';
import { emptyDocument, type PipelineDocument } from '#app/pipeline/document.ts';
import { openTestEngine, type TestEngine } from './testing.ts';

/** What people do to a pipeline, and the sentence they get: each names what and where, and what to do. */
describe('bad inputs', () => {
  let test: TestEngine;
  beforeAll(async () => {
    test = await openTestEngine();
    await mkdir(path.join(test.projectDir, 'data'), { recursive: true });
  });
  afterAll(() => test.close());

  type Step = [id: string, type: string, params: Record<string, unknown>];

  function pipeline(steps: readonly Step[], edges: readonly [string, string][] = []): PipelineDocument {
    const document = emptyDocument('bad', 'Bad inputs');
    for (const [id, type, params] of steps) document.nodes.push({ id, type, version: 1, params });
    edges.forEach(([from, to], index) => {
      const end = (text: string): { node: string; port: string } => ({ node: text.split('.')[0] ?? '', port: text.split('.')[1] ?? '' });
      document.edges.push({ id: `e${index}`, from: end(from), to: end(to) });
    });
    return document;
  }

  async function csv(name: string, text: string): Promise<Step> {
    await writeFile(path.join(test.projectDir, 'data', name), text);
    return ['read', 'data/csv-reader', { path: `data/${name}` }];
  }

  /** The errors of a document, from configuring it or else from running it. */
  async function complaints(document: PipelineDocument): Promise<Diagnostic[]> {
    const configured = await test.engine.configure(document);
    const errors = configured.diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
    if (errors.length > 0) return errors;
    const run = await test.run(document);
    return Object.values(run.nodes).flatMap((node) => node.diagnostics.filter((diagnostic) => diagnostic.severity === 'error'));
  }

  async function expectComplaint(document: PipelineDocument, code: string, ...words: (string | RegExp)[]): Promise<void> {
    const errors = await complaints(document);
    const found = errors.find((error) => error.code === code);
    expect(errors.map((error) => `${error.code}: ${error.message}`).join('\n')).toContain(code);
    for (const word of words) expect(found?.message).toMatch(word);
    expect(found?.remedy ?? '').not.toBe('');
    expect(found?.message).not.toMatch(/\n|\bat .+:\d+:\d+/);
  }

  it('an empty CSV', async () => {
    await expectComplaint(pipeline([await csv('empty.csv', '')]), 'csv-empty', 'empty.csv');
  });

  it('a ragged CSV', async () => {
    await expectComplaint(pipeline([await csv('ragged.csv', 'a,b,c\n1,2,3\n4,5\n6,7,8\n')]), 'csv-ragged', 'ragged.csv', /line 3/);
  });

  it('a word in a number column at row 30,001', async () => {
    const rows = Array.from({ length: 30_000 }, (_, index) => `${index},${index / 4}`);
    const text = `id,price\n${rows.join('\n')}\n30000,cheap\n`;
    await expectComplaint(pipeline([await csv('late.csv', text)]), 'csv-bad-value', 'late.csv', /30[\s\u00a0\u202f]?002/, 'price', 'cheap');
  });

  it('a missing file', async () => {
    await expectComplaint(pipeline([['read', 'data/csv-reader', { path: 'data/nowhere.csv' }]]), 'file-missing', 'nowhere.csv');
  });

  it('a wrong type on a port', async () => {
    const document = pipeline(
      [
        ['prepare', 'train/preprocess', {}],
        ['sort', 'transform/sort', { keys: [{ column: 'a' }] }],
      ],
      [['prepare.recipe', 'sort.table']],
    );
    await expectComplaint(document, 'kind-mismatch', 'recipe', 'table');
  });

  it('a cycle', async () => {
    const document = pipeline(
      [
        ['one', 'transform/filter-rows', { expression: 'true' }],
        ['two', 'transform/filter-rows', { expression: 'true' }],
      ],
      [
        ['one.table', 'two.table'],
        ['two.table', 'one.table'],
      ],
    );
    await expectComplaint(document, 'cycle');
  });

  const train = (rows: (number | string | null)[][]): PipelineDocument =>
    pipeline(
      [
        ['in', 'test/values', { columns: [{ name: 'x', type: 'float' }, { name: 'y', type: 'string' }], rows }],
        ['fit', 'train/logistic-regression', { target: 'y' }],
      ],
      [['in.table', 'fit.table']],
    );

  it('a target with one class', async () => {
    await expectComplaint(train(Array.from({ length: 40 }, (_, index) => [index, 'yes'])), 'single-class', 'y');
  });

  it('a feature that is missing in every row', async () => {
    const document = train(Array.from({ length: 40 }, (_, index) => [null, index % 2 === 0 ? 'yes' : 'no']));
    const errors = await complaints(document);
    expect(errors.length).toBeGreaterThan(0);
    expect(errors[0]?.message).toContain('x');
    expect(errors[0]?.remedy ?? '').not.toBe('');
  });

  it('an all-missing column beside a good one is left out, and the node says so', async () => {
    const document = pipeline(
      [
        [
          'in',
          'test/values',
          {
            columns: [{ name: 'x', type: 'float' }, { name: 'gone', type: 'float' }, { name: 'y', type: 'string' }],
            rows: Array.from({ length: 60 }, (_, index) => [index, null, index < 30 ? 'low' : 'high']),
          },
        ],
        ['fit', 'train/logistic-regression', { target: 'y' }],
      ],
      [['in.table', 'fit.table']],
    );
    const run = await test.run(document);
    expect(run.status).toBe('succeeded');
    expect(run.nodes['fit']?.diagnostics.map((diagnostic) => diagnostic.message).join('\n')).toContain('gone');
  });

  const canMount = process.platform === 'linux' && process.getuid?.() === 0;
  it.skipIf(!canMount)('a full disk on export leaves nothing half written, and works again once there is room (needs root to mount a small disk)', async () => {
    const disk = path.join(test.projectDir, 'small-disk');
    await mkdir(disk);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
    if (mounted.status !== 0) throw new Error(`the small disk could not be mounted: ${mounted.stderr.toString()}`);
    try {
      await writeFile(path.join(disk, 'filler'), new Uint8Array(64 * 1024));
      const document = pipeline(
        [
          ['in', 'test/values', { columns: [{ name: 'x', type: 'float' }, { name: 'y', type: 'string' }], rows: Array.from({ length: 60 }, (_, index) => [index, index < 30 ? 'low' : 'high']) }],
          ['fit', 'train/logistic-regression', { target: 'y' }],
          ['save', 'deploy/export-onnx', { name: 'small', path: path.join(disk, 'out', 'model.onnx') }],
        ],
        [
          ['in.table', 'fit.table'],
          ['fit.model', 'save.model'],
        ],
      );
      const run = await test.run(document);
      const error = run.nodes['save']?.diagnostics.find((diagnostic) => diagnostic.severity === 'error');
      expect(error?.code).toBe('disk-full');
      expect(error?.message).toContain(disk);
      expect(run.nodes['fit']?.status).toBe('succeeded');
      expect((await readdir(disk, { recursive: true })).filter((name) => name.includes('onnx'))).toEqual([]);
      await rm(path.join(disk, 'filler'));
      const again = await test.run(document);
      expect(again.status).toBe('succeeded');
      expect(again.nodes['fit']?.status).toBe('cached');
    } finally {
      spawnSync('umount', [disk]);
    }
  });
});
