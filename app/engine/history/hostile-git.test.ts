import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { emptyDocument } from '#app/pipeline/document.ts';
import { serialiseDocument } from '#app/pipeline/serialise.ts';
import { commitFile, fileHistory } from './git.ts';

it.skipIf(process.platform === 'win32')('a repository from elsewhere runs none of its hooks, filters or programs when a pipeline is committed', async () => {
  const root = mkdtempSync(path.join(os.tmpdir(), 'penstock-hooks-'));
  try {
    const ran = path.join(root, 'ran');
    mkdirSync(ran);
    const program = (name: string): string => {
      const file = path.join(root, `${name}.sh`);
      writeFileSync(file, `#!/bin/sh\ntouch ${path.join(ran, name)}\ncat\n`);
      chmodSync(file, 0o755);
      return file;
    };
    const project = path.join(root, 'project');
    mkdirSync(path.join(project, 'pipelines'), { recursive: true });
    const git = (...args: string[]): string => execFileSync('git', args, { cwd: project, encoding: 'utf8', env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' } });
    git('init', '-q', '-b', 'main');
    for (const hook of ['pre-commit', 'commit-msg', 'post-commit', 'prepare-commit-msg', 'post-checkout', 'reference-transaction', 'post-index-change']) {
      writeFileSync(path.join(project, '.git', 'hooks', hook), `#!/bin/sh\ntouch ${path.join(ran, hook)}\n`);
      chmodSync(path.join(project, '.git', 'hooks', hook), 0o755);
    }
    for (const [key, value] of [['user.name', 'Ann'], ['user.email', 'ann@example.org'], ['core.fsmonitor', program('fsmonitor')], ['filter.evil.clean', program('clean')], ['filter.evil.smudge', program('smudge')], ['gpg.program', program('gpg')], ['commit.gpgsign', 'true'], ['core.editor', program('editor')], ['diff.external', program('diff')], ['core.pager', program('pager')], ['core.sshCommand', program('ssh')]] as const) git('config', key, value);
    writeFileSync(path.join(project, '.gitattributes'), '* filter=evil diff=evil\n');
    const file = path.join(project, 'pipelines', 'a.pipeline.json');
    writeFileSync(file, serialiseDocument(emptyDocument('a', 'A')));
    await fileHistory(file);
    await commitFile(file, 'First');
    expect((await fileHistory(file)).commits).toHaveLength(1);
    expect(readdirSync(ran)).toEqual([]);
    // The hooks are such as git itself would run.
    writeFileSync(path.join(project, 'x.txt'), 'x');
    git('-c', 'commit.gpgsign=false', 'add', 'x.txt');
    expect(existsSync(path.join(ran, 'clean'))).toBe(true);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
