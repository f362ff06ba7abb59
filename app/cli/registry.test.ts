import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { emptyDocument } from '#app/pipeline/document.ts';
import { serialiseDocument } from '#app/pipeline/serialise.ts';
import { runProgram } from './program.ts';

async function penstock(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  let [out, error] = ['', ''];
  const code = await runProgram([...args, '--project', project], { out: (text) => void (out += text), error: (text) => void (error += text), isTty: false });
  return { code, out, error };
}
const model = (...args: string[]): ReturnType<typeof penstock> => penstock('model', ...args);

const project = mkdtempSync(path.join(os.tmpdir(), 'penstock-model-cli-'));
const pipeline = path.join(project, 'pipelines', 'species.pipeline.json');

beforeAll(async () => {
  mkdirSync(path.dirname(pipeline));
  copyFileSync(fileURLToPath(new URL('../../resources/samples/datasets/penguins.csv', import.meta.url)), path.join(project, 'penguins.csv'));
  const port = (node: string, name: string) => ({ node, port: name });
  writeFileSync(
    pipeline,
    serialiseDocument({
      ...emptyDocument('species', 'Species'),
      nodes: [
        { id: 'read', type: 'data/csv-reader', version: 2, params: { path: 'penguins.csv' } },
        { id: 'fit', type: 'train/logistic-regression', version: 2, params: { target: 'species', features: ['bill_length_mm', 'bill_depth_mm'] } },
        { id: 'register', type: 'deploy/register-model', version: 1, params: { name: 'penguins', note: 'By the bill.' } },
      ],
      edges: [
        { id: 'a', from: port('read', 'table'), to: port('fit', 'table') },
        { id: 'b', from: port('fit', 'model'), to: port('register', 'model') },
      ],
    }),
  );
  expect(await penstock('trust')).toMatchObject({ code: 0 });
  expect(await penstock('run', pipeline)).toMatchObject({ code: 0 });
  expect(await penstock('run', pipeline, '--set', 'fit.features=["bill_length_mm","bill_depth_mm","island"]')).toMatchObject({ code: 0 });
}, 60_000);
afterAll(() => rmSync(project, { recursive: true }));

it('goes from training to production and back', async () => {
  expect((await model('list')).out).toMatch(/^penguins {2}.*2 versions/);
  expect(await model('promote', 'penguins@1')).toMatchObject({ code: 0, out: 'penguins@1 went from candidate to production.\n' });
  expect((await model('promote', 'penguins')).out).toBe('penguins@2 went from candidate to production; archived: penguins@1.\n');
  expect((await model('list', 'stage:production')).out).toMatch(/^penguins@2 {2}production/);
  expect((await model('rollback', 'penguins')).out).toBe('penguins@1 is in production again; archived: penguins@2.\n');
  expect(await model('rollback', 'penguins')).toMatchObject({ code: 1, error: expect.stringContaining('No other version of “penguins” has been in production before version 1.') as unknown });
  expect((await model('alias', 'penguins@2', 'challenger')).out).toBe('penguins@challenger is version 2.\n');
  expect((await model('approve', 'penguins@challenger', '--reject', '--note', 'Leaks the island.')).out).toBe('penguins@2 is rejected.\n');
  expect(await model('promote', 'penguins@2')).toMatchObject({ code: 1, error: expect.stringContaining('“Leaks the island.”') as unknown });
  expect(await model('note', 'penguins@2', 'With the island.')).toMatchObject({ code: 0 });
  const shown = JSON.parse((await model('show', 'penguins@2', '--json')).out) as { history: { action: string }[]; recipe: string[] };
  expect(shown).toMatchObject({ note: 'With the island.', stage: 'archived', aliases: ['challenger'], trainer: { title: 'Logistic Regression' }, pipelinePath: 'pipelines/species.pipeline.json', dataset: { title: 'CSV Reader', rows: 344 }, approvals: [{ verdict: 'rejected' }] });
  expect(shown.history.map(({ action }) => action)).toEqual(['model.note', 'model.approval', 'model.alias', 'model.stage', 'model.stage', 'model.registered']);
  expect((await model('show', 'penguins')).out).toContain('penguins@1  production');
});

it('compares versions', async () => {
  const { out } = await model('compare', 'penguins@1', 'penguins@2');
  expect(out).toMatch(/input island +not there +string/);
  expect(out).toMatch(/data +the same/);
  expect(JSON.parse((await model('compare', 'penguins@1', 'penguins@2', '--json')).out)).toMatchObject({ sameData: [true, true], inputs: [{ name: 'island', types: [null, 'string'] }] });
});

it('takes models out and in again', async () => {
  const file = path.join(project, 'out.onnx');
  expect(await model('export', 'penguins@1', file)).toMatchObject({ code: 0 });
  expect(existsSync(file)).toBe(true);
  const made = await model('import', file, '--name', 'again', '--rows', path.join(project, 'penguins.csv'), '--note', 'From a colleague.');
  expect(made, made.error).toMatchObject({ code: 0, out: 'Registered as again@1.\n' });
  expect(JSON.parse((await model('show', 'again', '--json')).out)).toMatchObject({ source: 'onnx', origin: 'out.onnx', algorithm: 'logistic-regression', classes: ['Adelie', 'Chinstrap', 'Gentoo'], note: 'From a colleague.' });
  expect((await model('import', file, '--name', 'again', '--rows', path.join(project, 'penguins.csv'))).out).toBe('That very model is again@1 already.\n');
  writeFileSync(path.join(project, 'no.onnx'), 'not a model');
  expect(await model('import', path.join(project, 'no.onnx'), '--name', 'no')).toMatchObject({ code: 1, error: expect.stringContaining('“no.onnx” is not a readable ONNX model.') as unknown });
});

it('removes what nothing uses', async () => {
  expect(await model('remove', 'penguins@1')).toMatchObject({ code: 1, error: expect.stringContaining('it is in production') as unknown });
  expect((await model('remove', 'again')).out).toBe('again@1 is removed.\n');
  expect(await model('show', 'again')).toMatchObject({ code: 2, error: expect.stringContaining('There is no model “again”') as unknown });
  expect(await model('list', 'stage:prod')).toMatchObject({ code: 2, error: expect.stringContaining('There is no stage “prod”') as unknown });
});

it('says that there is no MLflow server', async () => {
  expect(await model('push', 'penguins')).toMatchObject({ code: 2, error: expect.stringContaining('This project has no MLflow server.') as unknown });
  expect(await model('push', 'penguins', '--server', 'http://127.0.0.1:9')).toMatchObject({ code: 1, error: expect.stringContaining('The MLflow server http://127.0.0.1:9 cannot be reached') as unknown });
  expect(await model('push', 'penguins', '--server', 'http://ann:secret@host')).toMatchObject({ code: 2, error: expect.not.stringContaining('secret@') as unknown });
});
