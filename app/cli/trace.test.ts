import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3-multiple-ciphers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyDocument } from '#app/pipeline/document.ts';
import { serialiseDocument } from '#app/pipeline/serialise.ts';
import { runProgram } from './program.ts';

async function penstock(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  let [out, error] = ['', ''];
  const code = await runProgram([...args, '--project', project], { out: (text) => void (out += text), error: (text) => void (error += text), isTty: false });
  return { code, out, error };
}

const project = mkdtempSync(path.join(os.tmpdir(), 'penstock-trace-cli-'));
const file = path.join(project, 'pipelines', 'penguins.pipeline.json');

beforeAll(async () => {
  mkdirSync(path.join(project, 'pipelines'));
  mkdirSync(path.join(project, 'data'));
  copyFileSync(fileURLToPath(new URL('../../resources/samples/datasets/penguins.csv', import.meta.url)), path.join(project, 'data', 'penguins.csv'));
  const wire = (id: string, from: string, port: string, to: string, into: string) => ({ id, from: { node: from, port }, to: { node: to, port: into } });
  writeFileSync(
    file,
    serialiseDocument({
      ...emptyDocument('penguins', 'Penguins'),
      nodes: [
        { id: 'read', type: 'data/csv-reader', version: 2, params: { path: 'data/penguins.csv' } },
        { id: 'fit', type: 'train/logistic-regression', version: 2, params: { target: 'species' } },
        { id: 'register', type: 'deploy/register-model', version: 1, params: { name: 'penguins' } },
      ],
      edges: [wire('e1', 'read', 'table', 'fit', 'table'), wire('e2', 'fit', 'model', 'register', 'model')],
    }),
  );
  const ran = await penstock('run', file);
  expect(ran, ran.error).toMatchObject({ code: 0 });
}, 60_000);
afterAll(() => rmSync(project, { recursive: true }));

describe('penstock lineage --of', () => {
  it('leads a model back to the file, in words, as JSON and as a drawing', async () => {
    const { code, out } = await penstock('lineage', '--of', 'model:penguins@1', '--up');
    expect(code).toBe(0);
    expect(out.split('\n').map((line) => line.trim().replace(/ \(.*/, ''))).toEqual(expect.arrayContaining(['model penguins 1', '← step Logistic Regression', '← dataset data/penguins.csv']));
    const { nodes, edges } = JSON.parse((await penstock('lineage', '--of', 'dataset:data/penguins.csv', '--down', '--detail', 'runs', '--json')).out) as { nodes: { kind: string }[]; edges: unknown[] };
    expect(nodes.map(({ kind }) => kind)).toEqual(['dataset', 'version', 'run', 'model']);
    expect(edges).toHaveLength(3);
    expect((await penstock('lineage', '--of', 'dataset:data/penguins.csv', '--to', 'model:penguins', '--dot')).out).toMatch(/^digraph lineage \{[^]*"model:penguins\/1" \[shape=hexagon/);
  });

  it('says what it takes where something is wrong', async () => {
    expect(await penstock('lineage', '--of', 'nothing')).toMatchObject({ code: 1, error: expect.stringContaining('model:NAME@VERSION') });
    expect(await penstock('lineage', '--of', 'model:penguins', '--detail', 'cells')).toMatchObject({ code: 2 });
    expect(await penstock('lineage')).toMatchObject({ code: 2 });
  });
});

describe('penstock model card', () => {
  it('is printed, or written under the usual name', async () => {
    expect((await penstock('model', 'card', 'penguins')).out).toContain('# penguins');
    const { code, error } = await penstock('model', 'card', 'penguins@1', '--format', 'cyclonedx', '--out', path.join(project, 'cards'));
    expect(code, error).toBe(0);
    expect(JSON.parse(readFileSync(path.join(project, 'cards', 'penguins-1.cdx.json'), 'utf8'))).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' });
    expect(await penstock('model', 'card', 'penguins', '--format', 'docx')).toMatchObject({ code: 2 });
  });
});

describe('penstock dataset croissant and openlineage', () => {
  it('write a folder to hand on', async () => {
    const out = path.join(project, 'given');
    const { code, error } = await penstock('dataset', 'croissant', file, '--node', 'read', '--out', out, '--license', 'CC0-1.0');
    expect(code, error).toBe(0);
    expect(JSON.parse(readFileSync(path.join(out, 'croissant.json'), 'utf8'))).toMatchObject({ name: 'penguins', license: 'CC0-1.0' });
  });

  it('keep the settings, and refuse what is no address', async () => {
    expect(await penstock('openlineage', '--url', 'ftp://x')).toMatchObject({ code: 1, error: expect.stringContaining('ftp://x') });
    expect((await penstock('openlineage', '--file', 'on', '--json')).out).toContain('"file": true');
    expect(JSON.parse((await penstock('openlineage', '--json')).out)).toMatchObject({ file: true, url: '', key: 'none', waiting: 0 });
  });
});

describe('penstock audit and reproduce', () => {
  it('reproduce a run', async () => {
    const [run] = JSON.parse((await penstock('runs', '--json')).out) as { runId: string }[];
    const { code, out, error } = await penstock('reproduce', run?.runId ?? '');
    expect(code, error).toBe(0);
    expect(out).toMatch(/^Identical/);
  });

  it('list, export and verify the log; an edited row is named, with exit code 1', async () => {
    expect((await penstock('audit', 'list', '--action', 'run')).out).toContain('run.started');
    expect((await penstock('audit', 'export', '--format', 'csv')).out).toMatch(/^seq,at,actor,action,subject,details,previous,hash\n1,/);
    expect(await penstock('audit', 'sign')).toMatchObject({ code: 0, out: expect.stringContaining('Key: ') });
    expect(await penstock('audit', 'verify')).toMatchObject({ code: 0, out: expect.stringContaining('The audit log is whole') });
    expect(await penstock('audit', 'list', '--since', 'soon')).toMatchObject({ code: 2 });
    const db = new Sqlite(path.join(project, 'penstock.db'));
    db.prepare("update audit set actor = 'user:eve' where seq = 1").run();
    db.close();
    expect(await penstock('audit', 'verify')).toMatchObject({ code: 1, out: expect.stringContaining('First bad row: 1') });
  });
});
