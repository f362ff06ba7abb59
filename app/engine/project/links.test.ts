import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestEngine } from '../testing.ts';
import { listFiles, storeUpload } from './project-files.ts';

let root: string;
let outside: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'penstock-links-')));
  outside = path.join(root, 'home');
  mkdirSync(path.join(root, 'project', 'data'), { recursive: true });
  mkdirSync(outside);
  writeFileSync(path.join(outside, 'secret.csv'), 'a\n1\n');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));
const project = (): string => path.join(root, 'project');

describe.skipIf(process.platform === 'win32')('links in a project from elsewhere', () => {
  it('that lead out are not listed, those within are', async () => {
    writeFileSync(path.join(project(), 'data', 'own.csv'), 'a\n1\n');
    symlinkSync(path.join(outside, 'secret.csv'), path.join(project(), 'data', 'leak.csv'));
    symlinkSync(outside, path.join(project(), 'data', 'folder'));
    symlinkSync(path.join(project(), 'data', 'own.csv'), path.join(project(), 'data', 'again.csv'));
    symlinkSync(path.join(root, 'nothing'), path.join(project(), 'data', 'dangling.csv'));
    expect((await listFiles(project(), 'data')).map(({ name }) => name)).toEqual(['again.csv', 'own.csv']);
    await expect(listFiles(project(), 'data/folder')).rejects.toMatchObject({ code: 'path-outside' });
  });

  it('take no upload out of it', async () => {
    rmSync(path.join(project(), 'data'), { recursive: true });
    symlinkSync(outside, path.join(project(), 'data'));
    await expect(storeUpload(project(), 'secret.csv', new Blob(['evil']))).rejects.toMatchObject({ code: 'path-outside' });
    expect(readdirSync(outside)).toEqual(['secret.csv']);
  });

  it('do not turn the clean-up of a start on files of somebody else', async () => {
    for (const folder of ['tmp', 'checkpoints', 'ab']) {
      mkdirSync(path.join(outside, folder));
      writeFileSync(path.join(outside, folder, 'thesis.txt'), 'years of work');
      utimesSync(path.join(outside, folder, 'thesis.txt'), 1, 1);
    }
    symlinkSync(outside, path.join(project(), 'artifacts'));
    const opened = await openTestEngine({ projectDir: project() });
    await opened.engine.close();
    for (const folder of ['tmp', 'checkpoints', 'ab']) expect(existsSync(path.join(outside, folder, 'thesis.txt')), folder).toBe(true);
    expect(existsSync(path.join(outside, 'secret.csv'))).toBe(true);
  });
});
