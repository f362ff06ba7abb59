import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { emptyDocument } from '#app/pipeline/document.ts';
import { serialiseDocument } from '#app/pipeline/serialise.ts';
import { commitFile, fileAtCommit, fileHistory } from './git.ts';

let root: string;
let file: string;
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'penstock-git-'));
  mkdirSync(path.join(root, 'project', 'pipelines'), { recursive: true });
  file = path.join(root, 'project', 'pipelines', 'a.pipeline.json');
  write('First');
});
afterEach(() => rmSync(root, { recursive: true }));

const write = (title: string): void => writeFileSync(file, serialiseDocument(emptyDocument('a', title)));
const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8', env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' } }).trim();

it('commits the pipeline and nothing else, as git itself sees it, and gives every version back', async () => {
  expect(await fileHistory(file)).toEqual({ repository: false, branch: null, commits: [], changed: false });
  await expect(commitFile(file, 'x')).rejects.toMatchObject({ code: 'no-repository' });
  git('init', '-q', '-b', 'main');
  git('config', 'user.name', 'Ann');
  git('config', 'user.email', 'ann@example.org');
  expect(await fileHistory(file)).toMatchObject({ repository: true, branch: 'main', commits: [], changed: true });
  const first = await commitFile(file, 'Begin');
  expect(git('status', '--porcelain')).toBe('');

  // Something else is staged and something else is changed: both stay as they are.
  writeFileSync(path.join(root, 'staged.txt'), 'staged');
  git('add', 'staged.txt');
  writeFileSync(path.join(root, 'project', 'other.txt'), 'other');
  write('Second');
  const second = await commitFile(file, 'Better\n\nWith a reason.');
  expect(git('show', '--name-only', '--format=%an <%ae>|%s', 'HEAD').split('\n').filter((line) => line !== '')).toEqual(['Ann <ann@example.org>|Better', 'project/pipelines/a.pipeline.json']);
  expect(git('status', '--porcelain').split('\n').toSorted()).toEqual(['?? project/other.txt', 'A  staged.txt']);
  git('fsck', '--strict');

  const { commits, changed } = await fileHistory(file);
  expect(commits.map(({ oid, message, author }) => [oid, message, author])).toEqual([[second.oid, 'Better\n\nWith a reason.', 'Ann'], [first.oid, 'Begin', 'Ann']]);
  expect(changed).toBe(false);
  await expect(commitFile(file, 'Again')).rejects.toMatchObject({ code: 'nothing-to-commit' });
  expect((await fileAtCommit(file, first.oid)).title).toBe('First');
  await expect(fileAtCommit(path.join(root, 'project', 'pipelines', 'none.pipeline.json'), first.oid)).rejects.toMatchObject({ code: 'version-missing' });
});
