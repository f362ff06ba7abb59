import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestEngine } from '../../testing.ts';
import { openTraced, tracedPipeline } from '../testing.ts';
import { exportCroissant } from './export.ts';
import { croissantMetadata } from './metadata.ts';

const signal = new AbortController().signal;
const python = [process.env['PENSTOCK_TEST_PYTHON'] ?? '', 'python3'].find((program) => program !== '' && spawnSync(program, ['-c', 'import mlcroissant'], { timeout: 120_000 }).status === 0) ?? null;
const nothing = { port: null, name: null, description: null, license: 'https://creativecommons.org/publicdomain/zero/1.0/', url: 'https://allisonhorst.github.io/palmerpenguins/', citeAs: 'Horst AM, Hill AP, Gorman KB (2020)', creator: 'Kristen Gorman' };

let opened: TestEngine;
beforeAll(async () => {
  opened = await openTraced();
  await opened.run(tracedPipeline(opened));
});
afterAll(() => opened.close());

const make = (nodeId: string, folder: string) => exportCroissant(opened.engine, { ...nothing, document: tracedPipeline(opened), nodeId, folder: path.join(opened.projectDir, folder) }, signal);

describe('Croissant', () => {
  it('hands a plain file on as it is, with its hash and the types of its columns', async () => {
    const { path: metadata, file } = await make('read', 'out/read');
    expect(readFileSync(file).equals(readFileSync(path.join(opened.projectDir, 'data/penguins.csv')))).toBe(true);
    const found = JSON.parse(readFileSync(metadata, 'utf8')) as { distribution: { sha256: string; encodingFormat: string }[]; recordSet: { field: { dataType: string; source: unknown }[] }[] };
    expect(found.distribution).toMatchObject([{ sha256: createHash('sha256').update(readFileSync(file)).digest('hex'), encodingFormat: 'text/csv' }]);
    expect(found.recordSet[0]?.field[2]).toMatchObject({ dataType: 'sc:Float', source: { extract: { column: 'bill_length_mm' } } });
  });

  it('gives every column an id of its own', () => {
    const facts = { ...nothing, name: 'x', description: 'x', published: new Date(0), version: null, file: { name: 'x.csv', bytes: 1, sha256: 'a'.repeat(64), format: 'text/csv' } as const };
    const { recordSet } = croissantMetadata({ ...facts, columns: [{ name: 'a b', type: 'string' }, { name: 'a-b', type: 'string' }, { name: '☃', type: 'date' }] }) as { recordSet: { field: { '@id': string }[] }[] };
    expect(recordSet[0]?.field.map((field) => field['@id'])).toEqual(['rows/a-b', 'rows/a-b-2', 'rows/column']);
  });

  it.skipIf(python === null)('is valid for mlcroissant, and its rows are read by it', async () => {
    for (const [node, folder] of [['read', 'out/a'], ['predict', 'out/b']] as const) {
      const { path: metadata, rows } = await make(node, folder);
      const script = 'import sys, mlcroissant\nd = mlcroissant.Dataset(jsonld=sys.argv[1])\nprint(d.metadata.issues.report())\nprint(sum(1 for _ in d.records("rows")))';
      const { stdout, stderr, status } = spawnSync(python ?? '', ['-c', script, metadata], { encoding: 'utf8', timeout: 120_000 });
      expect(status, stderr).toBe(0);
      expect(stdout.trim().split('\n').at(-1)).toBe(String(rows));
      expect(`${stdout}${stderr}`).not.toMatch(/error/i);
    }
  });
});
