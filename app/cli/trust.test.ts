import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { emptyDocument } from '#app/pipeline/document.ts';
import { serialiseDocument } from '#app/pipeline/serialise.ts';
import { runProgram } from './program.ts';

const root = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'penstock-cli-trust-')));
const project = path.join(root, 'cloned');
const pipeline = path.join(project, 'pipelines', 'code.pipeline.json');
const config = process.env['XDG_CONFIG_HOME'];

async function penstock(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  let [out, error] = ['', ''];
  const code = await runProgram(args, { out: (text) => (out += text), error: (text) => (error += text), isTty: false });
  return { code, out, error };
}

beforeAll(() => {
  process.env['XDG_CONFIG_HOME'] = path.join(root, 'config');
  mkdirSync(path.dirname(pipeline), { recursive: true });
  writeFileSync(pipeline, serialiseDocument({ ...emptyDocument('code', 'Code'), nodes: [{ id: 'js', type: 'transform/script', version: 1, params: { code: 'return [{ a: 1 }];', columns: [{ name: 'a', type: 'integer' }] } }], edges: [] }));
});
afterAll(() => {
  if (config === undefined) delete process.env['XDG_CONFIG_HOME'];
  else process.env['XDG_CONFIG_HOME'] = config;
  rmSync(root, { recursive: true, force: true });
});

it('run, work and ci say that a project from elsewhere is restricted, and how to trust it', async () => {
  const run = await penstock('run', pipeline);
  expect(run).toMatchObject({ code: 1, error: expect.stringMatching(/comes from elsewhere and is restricted[^]*penstock trust[^]*runs JavaScript/) as unknown });
  expect(await penstock('work', '--once', '--project', project)).toMatchObject({ code: 1, error: expect.stringMatching(/do not fire until you trust it[^]*penstock trust/) as unknown });
  // Neither in a project of one's own that its file is run in.
  expect(await penstock('run', pipeline, '--project', path.join(root, 'own'))).toMatchObject({ code: 1, error: expect.stringContaining('runs JavaScript') as unknown });
});

it('--trust-once runs it, this time only', async () => {
  expect(await penstock('run', pipeline, '--trust-once')).toMatchObject({ code: 0 });
  expect(await penstock('run', pipeline, '--set', 'js.code=return [{ a: 2 }];')).toMatchObject({ code: 1 });
  expect((await penstock('trust', '--list')).out).not.toContain(project);
});

it('trust says what can run, --list names it, --revoke takes it back', async () => {
  const trusted = await penstock('trust', project);
  expect(trusted).toMatchObject({ code: 0, out: expect.stringMatching(/Trusted: [^]*Now this can run:\n {2}pipelines\/code\.pipeline\.json: “Script” \(JavaScript\)/) as unknown });
  expect((await penstock('trust', '--list')).out).toMatch(new RegExp(`${project} .*trusted`));
  expect(await penstock('run', pipeline, '--set', 'js.code=return [{ a: 3 }];')).toMatchObject({ code: 0 });
  expect(await penstock('trust', project, '--revoke')).toMatchObject({ code: 0, out: `No longer trusted: ${project}\n` });
  expect(await penstock('run', pipeline, '--set', 'js.code=return [{ a: 4 }];')).toMatchObject({ code: 1 });
  expect((await penstock('audit', 'list', '--project', project)).out).toMatch(/project\.restricted[^]*project\.trusted/);
  expect(await penstock('trust', path.join(root, 'nowhere'))).toMatchObject({ code: 1, error: expect.stringContaining('There is no project') as unknown });
});
