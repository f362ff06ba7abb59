import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cp, readdir, readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtServer } from '#app/engine/bundle/testing.ts';
import { appPlaces, createEngine } from '#app/engine/index.ts';
import { emptyDocument } from '#app/pipeline/document.ts';
import { serialiseDocument } from '#app/pipeline/serialise.ts';
import { runProgram } from './program.ts';

interface Answer {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

async function penstock(...args: string[]): Promise<Answer> {
  let out = '';
  let error = '';
  const code = await runProgram(args, { out: (text) => void (out += text), error: (text) => void (error += text), isTty: false });
  return { code, out, error };
}

const root = mkdtempSync(path.join(os.tmpdir(), 'penstock-cli-'));
const file = path.join(root, 'shop', 'pipelines', 'orders.pipeline.json');
const edge = (id: string, from: string, to: string) => ({ id, from: { node: from, port: 'table' }, to: { node: to, port: 'table' } });

beforeAll(() => {
  builtServer();
  mkdirSync(path.dirname(file), { recursive: true });
  const lines = Array.from({ length: 200 }, (_, index) => `${index},${index % 3 === 0 ? 'a' : 'b'},${(index * 7) % 50},${((index * 7) % 50) * 2 + (index % 3 === 0 ? 10 : 0)}`);
  writeFileSync(path.join(root, 'shop', 'orders.csv'), `id,kind,size,price\n${lines.join('\n')}\n`);
  const nodes = [
    { id: 'read', type: 'data/csv-reader', version: 1, params: { path: 'orders.csv' } },
    { id: 'keep', type: 'transform/filter-rows', version: 1, title: 'Large ones', params: { expression: 'size >= 10' } },
    { id: 'fit', type: 'train/linear-regression', version: 1, params: { target: 'price', features: ['kind', 'size'] } },
  ];
  writeFileSync(file, serialiseDocument({ ...emptyDocument('orders', 'Orders'), nodes, edges: [edge('e1', 'read', 'keep'), edge('e2', 'keep', 'fit')] }));
});
afterAll(() => rmSync(root, { recursive: true }));

describe('penstock lineage', () => {
  it('says plainly that nothing ran, in a project where nothing did', async () => {
    const fresh = path.join(root, 'fresh');
    cpSync(path.join(root, 'shop'), fresh, { recursive: true });
    await (await createEngine({ projectDir: fresh, ...appPlaces() })).close();
    const pipeline = path.join(fresh, 'pipelines', 'orders.pipeline.json');
    for (const row of ['read:1', 'keep:1']) {
      const { code, error } = await penstock('lineage', pipeline, '--row', row);
      expect(code).toBe(1);
      expect(error).toContain('“CSV Reader” has not been run yet');
      expect(error).toContain(`penstock run ${pipeline}`);
      expect(error).not.toContain('reading only');
    }
  });

  it('leads a row back to the rows of the file, with and without a project', async () => {
    const { code, out, error } = await penstock('lineage', file, '--row', 'Large ones:3', '--json');
    expect(code, error).toBe(0);
    const path = JSON.parse(out) as { row: { number: number; cells: unknown[] }; sources: { nodeId: string; rows: number; shown: { number: number; cells: unknown[] }[] }[]; stops: unknown[] };
    // Sizes are 7 times the id, from 10 on: ids 2, 3, 4.
    expect(path.row).toMatchObject({ number: 3, cells: [4, 'b', 28, 56] });
    expect(path.sources).toMatchObject([{ nodeId: 'read', rows: 1, shown: [{ number: 5, cells: [4, 'b', 28, 56] }] }]);
    expect(path.stops).toEqual([]);
    expect((await penstock('lineage', file, '--row', 'keep:3')).out).toContain('  CSV Reader (read): 1 row\n    row 5: id 4, kind b, size 28, price 56\n');
    expect(await penstock('lineage', file, '--row', 'keep:0')).toMatchObject({ code: 1, error: expect.stringContaining('does not name a row') as unknown });
    expect(await penstock('lineage', file, '--row', 'keep:9999')).toMatchObject({ code: 1, error: expect.stringContaining('has no row') as unknown });
    expect(await penstock('lineage', file)).toMatchObject({ code: 2, error: expect.stringContaining('--row NODE:N') as unknown });
  });
});

describe('penstock describe', () => {
  it('tells a pipeline in words, as Markdown and as JSON, and runs nothing', async () => {
    const plain = await penstock('describe', file);
    expect(plain, plain.error).toMatchObject({ code: 0 });
    expect(plain.out).toContain('“CSV Reader” reads orders.csv: 4 columns. Whole numbers: id, size and price; Text: kind.');
    expect(plain.out).toContain('Then “Large ones” (Filter Rows) keeps the rows where size >= 10.');
    const markdown = await penstock('describe', file, '--markdown');
    expect(markdown.out).toContain('# Orders\n\n');
    expect(markdown.out).toContain('Then **Large ones** (Filter Rows) keeps the rows where `size >= 10`.');
    const out = path.join(root, 'about.md');
    expect((await penstock('describe', file, '--out', out)).code).toBe(0);
    expect(await readFile(out, 'utf8')).toBe(markdown.out);
    expect(await penstock('describe', file, '--out', path.join(root, 'nowhere', 'about.md'))).toMatchObject({ code: 2, error: expect.stringContaining('does not exist') as unknown });
    const json = JSON.parse((await penstock('describe', file, '--json')).out) as { sections: { id: string }[] };
    expect(json.sections.map(({ id }) => id)).toEqual(['in', 'steps', 'learnt', 'out', 'watch']);
  });
});

describe('penstock storage', () => {
  it('lists what results take, frees it, and refuses what is no size', async () => {
    const project = path.join(root, 'stored');
    mkdirSync(project);
    writeFileSync(path.join(project, 'orders.csv'), 'a,b\n1,2\n3,4\n');
    const pipeline = path.join(project, 'one.pipeline.json');
    writeFileSync(pipeline, serialiseDocument({ ...emptyDocument('one', 'One'), nodes: [{ id: 'read', type: 'data/csv-reader', version: 1, params: { path: 'orders.csv' } }], edges: [] }));
    expect(await penstock('run', pipeline, '--project', project, '--memory', 'much')).toMatchObject({ code: 2, error: expect.stringContaining('“much” is not a size') as unknown });
    const run = await penstock('run', pipeline, '--project', project, '--memory', '500MB');
    expect(run.code, run.error).toBe(0);
    const listed = await penstock('storage', '--project', project);
    expect(listed.out).toMatch(/One +CSV Reader/);
    expect(listed.out).toMatch(/ used\.\n$/);
    const report = JSON.parse((await penstock('storage', '--project', project, '--json')).out) as { used: number; held: unknown[] };
    expect(report.held).toHaveLength(1);
    expect(report.used).toBeGreaterThan(0);
    expect((await penstock('storage', '--project', project, '--clean')).out).toBe('0 B freed, 0 results removed.\n');
    expect((await penstock('storage', '--project', project, '--clean', '--all')).out).toMatch(/^[1-9].* freed, 1 result removed\.\n$/);
    const audited = JSON.parse((await penstock('audit', 'list', '--action', 'storage', '--project', project, '--json')).out) as object[];
    expect(audited).toMatchObject([{ action: 'storage.cleaned', details: { all: true, results: 1 } }, { action: 'storage.cleaned', details: { all: false, results: 0 } }]);
    expect(await penstock('storage', '--project', path.join(root, 'nowhere'))).toMatchObject({ code: 1, error: expect.stringContaining('There is no project') as unknown });
  });
});

describe('penstock run', () => {
  it('prints exactly one JSON object and reuses results the second time', async () => {
    expect(await penstock('trust', path.join(root, 'shop'))).toMatchObject({ code: 0 });
    const first = await penstock('run', file, '--json');
    expect(first.code, first.error).toBe(0);
    const result = JSON.parse(first.out) as { status: string; nodes: { id: string; status: string; rows: number | null }[]; artifacts: { node: string; path: string }[] };
    expect(result.status).toBe('succeeded');
    expect(result.nodes.map(({ id, status }) => [id, status])).toEqual([
      ['read', 'succeeded'],
      ['keep', 'succeeded'],
      ['fit', 'succeeded'],
    ]);
    expect(result.nodes[0]?.rows).toBe(200);
    expect(result.artifacts.some((artifact) => artifact.node === 'fit')).toBe(true);
    const second = JSON.parse((await penstock('run', file, '--json')).out) as typeof result;
    expect(second.nodes.map(({ status }) => status)).toEqual(['cached', 'cached', 'cached']);
    expect(await readdir(path.join(root, 'shop'))).toContain('penstock.db');
  });

  it('sets params for one run, by id and by title, and runs to a node', async () => {
    const { code, out } = await penstock('run', file, '--to', 'large ones', '--set', 'keep.expression=size >= 40', '--set', 'Large ones.mode=remove', '--json');
    expect(code).toBe(0);
    const nodes = (JSON.parse(out) as { nodes: { id: string; rows: number }[] }).nodes;
    expect(nodes.map(({ id }) => id)).toEqual(['read', 'keep']);
    expect(nodes[1]?.rows).toBe(160);
    expect(await readFile(file, 'utf8')).toContain('size >= 10');
  });

  it.each([
    [['--to', 'nobody'], /no node “nobody”.*read \(CSV Reader\)/s],
    [['--set', 'nobody.x=1'], /no node “nobody”/],
    [['--set', 'keep.condition=1'], /no parameter “condition”.*expression, mode/s],
    [['--set', 'keep'], /not NODE.PARAM=VALUE/],
    [['--set', 'fit.target=5'], /--set fit\.target=5: .*must be text/],
    [['--set', 'keep.mode=drop'], /must be one of/],
    [['--sett', 'x'], /unknown option/],
  ])('says what is wrong with %j', async (args, message) => {
    const { code, out, error } = await penstock('run', file, ...args);
    expect([code, out]).toEqual([2, '']);
    expect(error).toMatch(message);
  });

  it('fails with a sentence and code 1 when a node fails', async () => {
    const { code, error } = await penstock('run', file, '--set', 'read.path=gone.csv');
    expect(code).toBe(1);
    expect(error).toMatch(/gone\.csv.*does not exist/);
    expect(error).toMatch(/Failed: 1 node/);
    expect((await penstock('run', path.join(root, 'none.pipeline.json'))).error).toMatch(/no pipeline file/);
  });

  it('says in a sentence what cannot be a pipeline or a project', async () => {
    const text = path.join(root, 'notes.md');
    writeFileSync(text, '# Notes\n');
    expect(await penstock('run', text)).toMatchObject({ code: 2, error: expect.stringMatching(/notes\.md is not a pipeline file\.\n {2}→ Name/) as unknown });
    expect((await penstock('run', root)).error).toMatch(/is a folder, not a pipeline file/);
    expect((await penstock('run', path.join(text, 'x.json'))).error).toMatch(/no pipeline file/);
    for (const project of [text, path.join(text, 'inside')]) {
      expect(await penstock('run', file, '--project', project)).toMatchObject({ code: 1, error: expect.stringMatching(/cannot be the project folder: .*is a file\.\n {2}→/) as unknown });
    }
    expect(await penstock('serve', '--project', text, '--port', '0')).toMatchObject({ code: 1, out: '' });
  });

  it('looks for relative paths under the project, and says so where the file lies elsewhere', async () => {
    const project = path.join(root, 'elsewhere');
    const { code, error } = await penstock('run', file, '--project', project);
    expect(code).toBe(1);
    expect(error).toContain(`Relative paths in ${file} are under the project folder, ${project}.`);
  });

  it('brings the data of an example into the project, and wants one', async () => {
    const example = path.resolve('resources/samples/project/pipelines/cars.pipeline.json');
    expect(await penstock('run', example)).toMatchObject({ code: 2, error: expect.stringContaining('--project') as unknown });
    expect(await penstock('validate', example)).toMatchObject({ code: 0 });
    const project = path.join(root, 'new', 'examples');
    const ran = await penstock('run', example, '--project', project, '--to', 'read');
    expect(ran.code, ran.error).toBe(0);
    expect(await readdir(path.join(project, 'pipelines'))).toContain('cars.pipeline.json');
    writeFileSync(path.join(project, 'data', 'cars.csv'), 'mine\n1\n');
    await penstock('run', example, '--project', project, '--to', 'read');
    expect(await readFile(path.join(project, 'data', 'cars.csv'), 'utf8')).toBe('mine\n1\n');
  });

  it('keeps results in .penstock beside a file that is in no project', async () => {
    const lone = path.join(root, 'lone');
    mkdirSync(lone);
    const nodes = [{ id: 'read', type: 'data/csv-reader', version: 1, params: { path: '../shop/orders.csv' } }];
    writeFileSync(path.join(lone, 'lone.pipeline.json'), serialiseDocument({ ...emptyDocument('lone', 'Lone'), nodes }));
    expect((await penstock('run', path.join(lone, 'lone.pipeline.json'))).code).toBe(0);
    expect((await readdir(lone)).sort()).toEqual(['.penstock', 'lone.pipeline.json']);
  });
});

describe('penstock validate', () => {
  it('finds errors without running or leaving anything', async () => {
    const before = await readdir(path.join(root, 'shop'));
    expect(await penstock('validate', file)).toMatchObject({ code: 0 });
    const broken = path.join(root, 'shop', 'pipelines', 'broken.pipeline.json');
    writeFileSync(broken, (await readFile(file, 'utf8')).replace('size >= 10', 'siz >= 10'));
    const { code, out } = await penstock('validate', broken, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ valid: false, diagnostics: [{ severity: 'error', place: { nodeId: 'keep' } }] });
    expect((await readdir(path.join(root, 'shop'))).sort()).toEqual(before.sort());
    writeFileSync(broken, '{"format": "penstock-pipeline",\n"version"');
    expect((await penstock('validate', broken)).error).toMatch(/line 2/);
  });

  it('lists leaks, which are no errors', async () => {
    const leaky = path.join(root, 'shop', 'pipelines', 'leaky.pipeline.json');
    const node = (id: string, type: string, params: Record<string, unknown> = {}) => ({ id, type, version: 1, params, title: id });
    const edge = (id: string, from: [string, string], to: [string, string]) => ({ id, from: { node: from[0], port: from[1] }, to: { node: to[0], port: to[1] } });
    const nodes = [node('read', 'data/csv-reader', { path: 'orders.csv' }), node('fit', 'train/linear-regression', { target: 'size' }), node('predict', 'evaluate/predict'), node('score', 'evaluate/regression-diagnostics')];
    const edges = [edge('a', ['read', 'table'], ['fit', 'table']), edge('b', ['read', 'table'], ['predict', 'table']), edge('c', ['fit', 'model'], ['predict', 'model']), edge('d', ['predict', 'table'], ['score', 'table'])];
    writeFileSync(leaky, serialiseDocument({ ...emptyDocument('leaky', 'Leaky'), nodes, edges }));
    expect(await penstock('validate', leaky)).toMatchObject({ code: 0, out: expect.stringMatching(/^warning in predict: “fit” is tested \(“predict”\) on rows that it was trained on/m) });
  });
});

it('lists node types with the JSON Schema of their params', async () => {
  const { code, out } = await penstock('nodes', '--json');
  const types = JSON.parse(out) as { type: string; category: string; inputs: unknown[]; params: { properties: Record<string, unknown> } }[];
  expect(code).toBe(0);
  expect(types.find((one) => one.type === 'transform/filter-rows')).toMatchObject({ category: 'transform', params: { properties: { expression: { default: '' } } } });
});

it('lists runs, newest first', async () => {
  const { code, out } = await penstock('runs', '--project', path.join(root, 'shop'), '--json');
  const runs = JSON.parse(out) as { startedAt: number; title: string }[];
  expect(code).toBe(0);
  expect(runs.length).toBeGreaterThan(1);
  expect(runs.every((run, index) => index === 0 || run.startedAt <= (runs[index - 1]?.startedAt ?? 0))).toBe(true);
  expect((await penstock('runs', '--limit', '0')).error).toMatch(/whole number from 1 to 1000/);
  expect(await penstock('runs', '--project', path.join(root, 'nowhere'))).toMatchObject({ code: 1, error: expect.stringContaining('no project') as unknown });
});

it('explains every command and option in the guide', async () => {
  const guide = await readFile('docs/guide/command-line.md', 'utf8');
  const commands = [...(await penstock('--help')).out.matchAll(/^ {2}([a-z]+) .*/gm)].map(([, name]) => name ?? '').filter((name) => name !== 'help');
  expect(commands.length).toBeGreaterThan(7);
  for (const command of commands) {
    const section = guide.split(/^## /m).find((one) => one.startsWith(`${command}\n`));
    expect(section, command).toBeDefined();
    for (const [, option] of (await penstock(command, '--help')).out.matchAll(/^ {2}(--[a-z]+)/gm)) expect(guide, `${command} ${option}`).toContain(option);
  }
});

it('looks at a machine without making a project', async () => {
  const nowhere = path.join(root, 'not-yet');
  const { out } = await penstock('doctor', '--project', nowhere);
  expect(out).toContain(`none yet in ${nowhere}`);
  expect(await readdir(root)).not.toContain('not-yet');
});

it('bundles a model and scores CSV and Parquet with the bundle alone', async () => {
  const bundle = path.join(root, 'out', 'price');
  mkdirSync(path.dirname(bundle));
  const made = await penstock('bundle', file, '--node', 'fit', '--out', bundle);
  expect(made.code, made.error).toBe(0);
  const input = path.join(root, 'new.csv');
  writeFileSync(input, 'size,kind,note\n20,b,"x, y"\n30,a,\n,never,z\n');
  const csv = path.join(root, 'scored.csv');
  expect((await penstock('score', bundle, input, csv)).code).toBe(0);
  const [head, first, second, third] = (await readFile(csv, 'utf8')).split('\r\n');
  expect(head).toBe('size,kind,note,price_predicted');
  expect(first).toMatch(/^20,b,"x, y",/);
  expect(Number(first?.split(',').at(-1))).toBeCloseTo(40, 2);
  expect(Number(second?.split(',').at(-1))).toBeCloseTo(70, 2);
  expect(Number.isFinite(Number(third?.split(',').at(-1)))).toBe(true);
  expect((await penstock('score', bundle, input, path.join(root, 'scored.parquet'))).code).toBe(0);
  expect(await penstock('score', bundle, input, path.join(root, 'scored.xlsx'))).toMatchObject({ code: 2 });
  const before = await readFile(input, 'utf8');
  expect(await penstock('score', bundle, input, input)).toMatchObject({ code: 2, error: expect.stringContaining('would be replaced') as unknown });
  expect(await readFile(input, 'utf8')).toBe(before);
  expect((await penstock('score', bundle, input, path.join(root, 'no', 'such.csv'))).error).toMatch(/no folder .*no to write such\.csv to/);
  expect((await penstock('score', bundle, root, csv)).error).toMatch(/is a folder, not a file of records/);
  const changed = path.join(root, 'changed');
  await cp(bundle, changed, { recursive: true });
  appendFileSync(path.join(changed, 'model.onnx'), 'x');
  expect(await penstock('score', changed, input, csv)).toMatchObject({ code: 1, error: expect.stringContaining('model.onnx was changed after it was written') as unknown });
  writeFileSync(input, 'kind\nb\n');
  expect((await penstock('score', bundle, input, csv)).error).toMatch(/needs the column “size”/);
  expect((await penstock('bundle', file, '--node', 'keep', '--out', path.join(root, 'out', 'no'))).error).toMatch(/gives no model/);
});
