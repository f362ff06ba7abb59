import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyDocument } from '#app/pipeline/document.ts';
import { serialiseDocument } from '#app/pipeline/serialise.ts';
import { runProgram } from './program.ts';

const root = mkdtempSync(path.join(os.tmpdir(), 'penstock-ci-test-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8', env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' } }).trim();
const file = (name: string): string => path.join(root, 'pipelines', `${name}.pipeline.json`);

async function penstock(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  let [out, error] = ['', ''];
  const code = await runProgram(['ci', '--project', root, ...args], { out: (text) => (out += text), error: (text) => (error += text), isTty: false });
  return { code, out, error };
}

interface Params {
  readonly features?: readonly string[];
  readonly contract?: readonly object[];
}

/** Houses: price by size, measured on held-out rows, behind a contract; and a writer that a check must not run. */
function houses({ features = ['size'], contract = [{ kind: 'range', column: 'size', min: 0 }] }: Params = {}): string {
  const node = (id: string, type: string, params: object, version = 1) => ({ id, type, version, params: params as Record<string, unknown>, title: id });
  const edge = (from: string, fromPort: string, to: string, toPort: string) => ({ id: `${from}-${fromPort}-${to}-${toPort}`, from: { node: from, port: fromPort }, to: { node: to, port: toPort } });
  return serialiseDocument({
    ...emptyDocument('houses', 'Houses'),
    nodes: [
      node('read', 'data/csv-reader', { path: 'houses.csv' }),
      node('contract', 'monitor/data-contract', { expectations: contract }),
      node('part', 'transform/partition', {}),
      node('fit', 'train/linear-regression', { target: 'price', features }),
      node('predict', 'evaluate/predict', {}),
      node('score', 'evaluate/regression-diagnostics', {}),
      node('write', 'data/csv-writer', { path: 'written.csv' }),
    ],
    edges: [edge('read', 'table', 'contract', 'table'), edge('contract', 'table', 'part', 'table'), edge('part', 'train', 'fit', 'table'), edge('part', 'test', 'predict', 'table'), edge('fit', 'model', 'predict', 'model'), edge('predict', 'table', 'score', 'table'), edge('predict', 'table', 'write', 'table')],
  });
}

beforeAll(() => {
  mkdirSync(path.join(root, 'pipelines'));
  const rows = Array.from({ length: 400 }, (_, index) => `${20 + (index % 90)},${(index * 7919) % 13},${1000 * (20 + (index % 90)) + ((index * 31) % 17) * 10}`);
  writeFileSync(path.join(root, 'houses.csv'), `size,noise,price\n${rows.join('\n')}\n`);
  writeFileSync(file('houses'), houses());
  writeFileSync(file('quiet'), serialiseDocument({ ...emptyDocument('quiet', 'Quiet'), nodes: [{ id: 'read', type: 'data/csv-reader', version: 1, params: { path: 'houses.csv' } }] }));
  git('init', '-q', '-b', 'main');
  git('config', 'user.name', 'Ann');
  git('config', 'user.email', 'ann@example.org');
  git('add', '.');
  git('commit', '-qm', 'Houses');
  git('checkout', '-qb', 'better');
});

type Json = { passed: boolean; pipelines: { path: string; state: string; problems: string[]; run: { metrics: Record<string, number> } | null; metrics: { name: string; base: number; here: number; fails: string | null }[]; changes: string[] }[] };
const json = async (...args: string[]): Promise<{ code: number; report: Json }> => {
  const { code, out, error } = await penstock('--json', ...args);
  expect(out, error).not.toBe('');
  return { code, report: JSON.parse(out) as Json };
};

describe('penstock ci', () => {
  it('passes where nothing changed, and runs nothing', async () => {
    const { code, report } = await json();
    expect([code, report.passed]).toEqual([0, true]);
    expect(report.pipelines.map(({ path: at, state, run }) => [at, state, run])).toEqual([['pipelines/houses.pipeline.json', 'same', null], ['pipelines/quiet.pipeline.json', 'same', null]]);
  });

  it('fails where a change makes the model worse, with both numbers in the report', async () => {
    writeFileSync(file('houses'), houses({ features: ['noise'] }));
    const out = path.join(root, 'out', 'report.md');
    const { code, report } = await json('--sample', '300', '--report', out);
    const [first] = report.pipelines;
    expect([code, first?.state]).toEqual([1, 'changed']);
    expect(first?.metrics.length).toBeGreaterThan(1);
    expect(first?.problems.join(' ')).toMatch(/score · r2: it is worse by more than 0\.02/i);
    const markdown = readFileSync(out, 'utf8');
    expect(markdown).toMatch(/^# Penstock: failed/);
    expect(markdown).toContain('on 300 random rows of each source (seed 42), the same on both sides');
    expect(markdown).toMatch(/\| Houses \| changed \| \*\*failed\*\* \| succeeded in/);
    expect(markdown).toMatch(/contract: kept/);
    expect(existsSync(path.join(root, 'written.csv')), 'nothing acts outside').toBe(false);
    expect(readdirSync(root).toSorted()).toEqual(['.git', 'houses.csv', 'out', 'pipelines']);
  });

  it('goes by the limits of penstock.ci.json', async () => {
    writeFileSync(path.join(root, 'penstock.ci.json'), JSON.stringify({ sample: 200, tolerance: 1e9 }));
    expect((await json()).code).toBe(0);
    writeFileSync(path.join(root, 'penstock.ci.json'), JSON.stringify({ tolerance: 1e9, metrics: { r2: { limit: 0.9 } } }));
    expect((await json()).report.pipelines[0]?.problems.join()).toMatch(/it is below 0\.9/);
    writeFileSync(path.join(root, 'penstock.ci.json'), JSON.stringify({ tolerances: 1 }));
    expect(await penstock()).toMatchObject({ code: 1, error: expect.stringContaining('penstock.ci.json is wrong') as unknown });
    rmSync(path.join(root, 'penstock.ci.json'));
  });

  it('fails where data break their contract, and where a pipeline is not valid', async () => {
    writeFileSync(file('houses'), houses({ contract: [{ kind: 'range', column: 'size', max: 30 }] }));
    const broken = await json();
    expect(broken.report.pipelines[0]?.problems.join()).toMatch(/contract: The data break their contract\. “size” lies in its range/);
    writeFileSync(file('quiet'), readFileSync(file('quiet'), 'utf8').replace('houses.csv', 'gone.csv'));
    const { code, report } = await json();
    expect(code).toBe(1);
    expect(report.pipelines[1]?.problems.join()).toContain('gone.csv');
  });

  it('says which base it lacks', async () => {
    expect(await penstock('--base', 'nowhere')).toMatchObject({ code: 1, error: expect.stringMatching(/no branch or commit “nowhere”.*\n.*fetch-depth: 0/s) as unknown });
  });

  it('writes a workflow that is YAML, once', async () => {
    expect((await penstock('--write-workflow')).code).toBe(0);
    const workflow = load(readFileSync(path.join(root, '.github/workflows/penstock.yml'), 'utf8')) as { jobs: { check: { steps: { run?: string }[] } } };
    expect(workflow.jobs.check.steps.some(({ run }) => run?.includes('penstock ci --trust-base --report') === true)).toBe(true);
    expect((await penstock('--write-workflow')).error).toContain('is there already');
  });
});

it('a contract is learnt from data, leaves as a file of the standard and comes back', async () => {
  const cli = async (...args: string[]): Promise<{ code: number; out: string; error: string }> => {
    let [out, error] = ['', ''];
    const code = await runProgram(['contract', ...args], { out: (text) => (out += text), error: (text) => (error += text), isTty: false });
    return { code, out, error };
  };
  writeFileSync(file('houses'), houses({ contract: [] }));
  const learnt = await cli('learn', file('houses'), '--node', 'contract', '--write', '--project', root);
  expect(learnt.error).toMatch(/expects 3 columns and 7 things of them/);
  const whole = readFileSync(file('houses'), 'utf8');
  const yaml = path.join(root, 'houses.contract.yaml');
  expect((await cli('export', file('houses'), '--node', 'contract', '--out', yaml)).code).toBe(0);
  const contract = load(readFileSync(yaml, 'utf8')) as { kind: string; schema: { properties: { name: string; required?: boolean }[] }[] };
  expect(contract).toMatchObject({ kind: 'DataContract', apiVersion: 'v3.0.2', schema: [{ properties: [{ name: 'size', logicalType: 'integer', required: true }, { name: 'noise' }, { name: 'price' }] }] });
  writeFileSync(file('houses'), houses({ contract: [] }));
  expect((await cli('import', file('houses'), yaml, '--node', 'contract')).code).toBe(0);
  const kinds = (text: string): string[] => (text.match(/"kind": "[a-z-]+"/g) ?? []).toSorted();
  expect(kinds(readFileSync(file('houses'), 'utf8'))).toEqual(kinds(whole));
  writeFileSync(yaml, 'kind: Nothing\n');
  expect(await cli('import', file('houses'), yaml, '--node', 'contract')).toMatchObject({ code: 1, error: expect.stringContaining('is not a data contract of the Open Data Contract Standard') as unknown });
  expect(await cli('export', file('houses'), '--node', 'read')).toMatchObject({ code: 1, error: expect.stringContaining('is not a Data Contract') as unknown });
});

describe('penstock ci in a pull request', () => {
  const script = (code: string): string => serialiseDocument({ ...emptyDocument('script', 'Script'), nodes: [{ id: 'js', type: 'transform/script', version: 1, params: { code, columns: [{ name: 'a', type: 'integer' }] } }, { id: 'first', type: 'transform/sample', version: 1, params: { count: 1 } }], edges: [{ id: 'e', from: { node: 'js', port: 'table' }, to: { node: 'first', port: 'table' } }] });
  const problems = async (...args: string[]): Promise<string> => {
    const { report } = await json(...args);
    return report.pipelines.find(({ path: at }) => at.includes('script'))?.problems.join() ?? 'absent';
  };

  it('--trust-base runs the code that the base has, and none that the pull request wrote', async () => {
    git('checkout', '-qf', 'main');
    git('checkout', '-qb', 'code');
    writeFileSync(file('script'), script('return [{ a: 1 }];'));
    git('add', '.');
    git('commit', '-qm', 'Script');
    const base = ['--base', git('rev-parse', 'HEAD')];
    writeFileSync(file('script'), script('return [{ a: 1 }];').replace('"count": 1', '"count": 2'));
    expect(await problems(...base)).toContain('runs JavaScript');
    expect(await problems(...base, '--trust-base')).toBe('');
    writeFileSync(file('script'), script('return [{ a: 666 }];'));
    expect(await problems(...base, '--trust-base')).toContain('runs JavaScript');
    expect(await problems(...base, '--trust-once')).toBe('');
  });
});
