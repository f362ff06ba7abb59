import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { lockVault } from '#app/sealing/vault.ts';
import { openTestEngine } from '../testing.ts';
import { encryptProject } from './keys.ts';
import { plainFiles } from './plain-files.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-plain-'));
const project = path.join(folder, 'project');
afterAll(() => {
  lockVault(project);
  rmSync(folder, { recursive: true, force: true });
});

it('counts what stays readable in an encrypted project by place, and nothing that Penstock sealed', async () => {
  const engine = await openTestEngine({ projectDir: project });
  await engine.engine.pipelines.create('Kept');
  await engine.engine.close();
  expect(await plainFiles(project)).toEqual({ files: 0, bytes: 0, places: [], isMore: false });
  const write = (name: string, text: string): void => {
    mkdirSync(path.dirname(path.join(project, name)), { recursive: true });
    writeFileSync(path.join(project, name), text);
  };
  write('data/orders.csv', 'a,b\n1,2\n');
  write('data/more/people.csv', 'name\nAda\n');
  write('bundles/churn/model.onnx', '12345');
  write('notes.txt', 'ours');
  symlinkSync(path.join(folder, 'elsewhere'), path.join(project, 'data', 'link'));
  await encryptProject(project, { passphrase: 'correct horse battery' });
  expect(await plainFiles(project)).toEqual({
    files: 5,
    bytes: 8 + 9 + 5 + 4,
    places: [{ name: 'data', files: 3, bytes: 17 }, { name: 'bundles', files: 1, bytes: 5 }, { name: 'notes.txt', files: 1, bytes: 4 }],
    isMore: false,
  });
  // They are as they were, which is why they are counted.
  expect(readFileSync(path.join(project, 'data/orders.csv'), 'utf8')).toBe('a,b\n1,2\n');
  expect(await plainFiles(project, 2)).toMatchObject({ files: 2, isMore: true });
});
