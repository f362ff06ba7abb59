import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { emptyDocument, type PipelineDocument } from '#app/pipeline/document.ts';
import { parseDocument } from '#app/pipeline/parse.ts';
import { serialiseDocument } from '#app/pipeline/serialise.ts';
import { runProgram } from './program.ts';

async function penstock(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  let out = '';
  let error = '';
  const code = await runProgram(args, { out: (text) => void (out += text), error: (text) => void (error += text), isTty: false });
  return { code, out, error };
}

const root = mkdtempSync(path.join(os.tmpdir(), 'penstock-versions-'));
afterAll(() => rmSync(root, { recursive: true }));

const edge = (id: string, from: string, to: string) => ({ id, from: { node: from, port: 'table' }, to: { node: to, port: 'table' } });
const pipeline = (expression: string, more: Partial<PipelineDocument> = {}): PipelineDocument => ({
  ...emptyDocument('orders', 'Orders'),
  nodes: [
    { id: 'read', type: 'data/csv-reader', version: 1, params: { path: 'orders.csv' } },
    { id: 'keep', type: 'transform/filter-rows', version: 1, params: { expression } },
    { id: 'sum', type: 'transform/group-by', version: 1, params: { by: ['kind'], measures: [{ name: 'total', fn: 'sum', column: 'size' }] } },
  ],
  edges: [edge('e1', 'read', 'keep'), edge('e2', 'keep', 'sum')],
  ...more,
});
const write = (name: string, document: PipelineDocument): string => {
  const file = path.join(root, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, serialiseDocument(document));
  return file;
};

describe('penstock diff', () => {
  it('tells how files differ, in words and as JSON', async () => {
    const [a, b] = [write('a.pipeline.json', pipeline('size > 1')), write('b.pipeline.json', pipeline('size > 2', { title: 'Other' }))];
    expect(await penstock('diff', a, a)).toEqual({ code: 0, out: 'No difference.\n', error: '' });
    expect(await penstock('diff', a, b)).toEqual({ code: 1, out: 'Renamed the pipeline from “Orders” to “Other”.\nChanged “Condition” of Filter Rows from “size > 1” to “size > 2”.\n', error: '' });
    const { changes } = JSON.parse((await penstock('diff', a, b, '--json')).out) as { changes: { kind: string; changesResults: boolean; path?: string[] }[] };
    expect(changes.map(({ kind, changesResults, path: at }) => [kind, changesResults, at])).toEqual([['pipeline-title', false, undefined], ['param', true, ['expression']]]);
    expect(await penstock('diff', a, '0mhq3k2l4AbCdEf12')).toMatchObject({ code: 2, error: expect.stringContaining('not of one kind') as unknown });
  });

  it('tells where the results of two runs begin to differ, and why', async () => {
    const project = path.join(root, 'shop');
    const lines = Array.from({ length: 100 }, (_, index) => `${index % 3 === 0 ? 'a' : 'b'},${index}`);
    const file = write('shop/pipelines/orders.pipeline.json', pipeline('size >= 10'));
    writeFileSync(path.join(project, 'orders.csv'), `kind,size\n${lines.join('\n')}\n`);
    const run = async (...more: string[]): Promise<string> => {
      const { code, out, error } = await penstock('run', file, '--project', project, '--json', ...more);
      expect(code, error + out).toBe(0);
      return (JSON.parse(out) as { runId: string }).runId;
    };
    const first = await run();
    const second = await run('--set', 'keep.expression=size >= 40');
    const { code, out } = await penstock('diff', first, second, '--project', project);
    expect(code).toBe(1);
    expect(out).toMatch(/^The results differ from “Filter Rows” on: it kept 60 rows instead of 90 because its “Condition” changed\.\n/);
    expect(out).toContain('Changed “Condition” of Filter Rows from “size >= 10” to “size >= 40”.');
    const json = JSON.parse((await penstock('diff', first, second, '--project', project, '--json')).out) as { from: string; ports: { nodeId: string; rows: number[] }[] };
    expect(json.from).toBe('keep');
    expect(json.ports.find(({ nodeId }) => nodeId === 'keep')?.rows).toEqual([90, 60]);
    const again = await run();
    expect(await penstock('diff', first, again, '--project', project)).toMatchObject({ code: 0, out: 'The results are the same.\n' });
    // The file it reads has other rows: the pipeline is the same, its results are not.
    writeFileSync(path.join(project, 'orders.csv'), `kind,size\n${lines.slice(0, 50).join('\n')}\n`);
    const read = await penstock('diff', first, await run(), '--project', project);
    expect(read.out).toMatch(/^The results differ from “CSV Reader” on: it gave 50 rows instead of 100 because .*orders\.csv.* changed\.\n/);
    expect(await penstock('diff', first, 'n0such0run0is0here', '--project', project)).toMatchObject({ code: 1, error: expect.stringContaining('There is no run') as unknown });
  });
});

describe('penstock merge', () => {
  const base = pipeline('size > 1');
  const withNote = { ...base, notes: [{ id: 'n', text: 'Look', x: 0, y: 0, width: 10, height: 10 }] };

  it('writes into OURS, prints on request, and tells conflicts', async () => {
    const files = [write('base.pipeline.json', base), write('ours.pipeline.json', pipeline('size > 5')), write('theirs.pipeline.json', withNote)] as const;
    expect(await penstock('merge', ...files)).toEqual({ code: 0, out: '', error: '' });
    const merged = parseDocument(await readFile(files[1], 'utf8'));
    expect([merged.nodes[1]?.params['expression'], merged.notes.length]).toEqual(['size > 5', 1]);
    const rival = write('rival.pipeline.json', pipeline('size > 9'));
    const { code, out, error } = await penstock('merge', files[0], files[1], rival, '--print');
    expect([code, parseDocument(out).nodes[1]?.params['expression']]).toEqual([1, 'size > 5']);
    expect(error).toBe('1 place needs a look:\n  “Condition” of Filter Rows is “size > 5” here and “size > 9” there; “size > 5” was kept.\n');
  });

  it('works as the merge driver of git, and a changed param is one line of its diff', async () => {
    const repository = path.join(root, 'repository');
    mkdirSync(repository);
    const git = (...args: string[]): string => execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'commit.gpgsign=false', ...args], { cwd: repository, encoding: 'utf8', env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' } });
    const file = path.join(repository, 'orders.pipeline.json');
    const commit = (document: PipelineDocument): void => {
      writeFileSync(file, serialiseDocument(document));
      git('add', '.');
      git('commit', '-qm', 'edit');
    };
    git('init', '-q', '-b', 'main');
    const command = `"${process.execPath}" "${path.resolve(import.meta.dirname, '../../bin/penstock.mjs')}"`;
    git('config', 'merge.penstock.driver', `${command} merge %O %A %B`);
    writeFileSync(path.join(repository, '.gitattributes'), '*.pipeline.json merge=penstock\n');
    const edited = (params: Record<string, unknown>): PipelineDocument => ({ ...base, nodes: base.nodes.map((node) => (node.id === 'sum' ? { ...node, params: { ...node.params, ...params } } : node)) });
    commit(edited({ first: 1, second: 1 }));
    git('checkout', '-qb', 'other');
    commit(edited({ first: 1, second: 2 }));
    expect(git('diff', '--numstat', 'main').trim()).toBe('1\t1\torders.pipeline.json');
    git('checkout', '-q', 'main');
    // The line beside it: git by itself would call that a conflict.
    commit(edited({ first: 2, second: 1 }));
    git('merge', '-q', '--no-edit', 'other');
    expect(parseDocument(await readFile(file, 'utf8')).nodes[2]?.params).toMatchObject({ first: 2, second: 2 });
  });
});
