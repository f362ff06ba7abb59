import { mkdtempSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppendLog } from './append-log.ts';
import { readProjectText } from './files.ts';
import { lockVault, unlockVault } from './vault.ts';

let root: string;
let file: string;
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'penstock-append-'));
  file = path.join(root, 'journals', 'a.jsonl');
});
afterEach(() => {
  lockVault(root);
  rmSync(root, { recursive: true });
});

describe.each(['plain', 'encrypted'] as const)('a log in a project that is %s', (kind) => {
  beforeEach(() => {
    if (kind === 'encrypted') unlockVault(root, Buffer.alloc(32, 7));
  });

  it('keeps the order of appends that nobody waited for', async () => {
    const log = new AppendLog(file);
    const lines = Array.from({ length: 20 }, (_, number) => `line ${number}\n`);
    await Promise.all(lines.map((line, number) => log.append(line, number % 2 === 0)));
    await log.close();
    await log.append('after closing\n', true);
    await log.close();
    expect(await readProjectText(file)).toBe(`${lines.join('')}after closing\n`);
    expect(readFileSync(file).includes('line')).toBe(kind === 'plain');
  });

  it('writes to the file that lies there now, not to the one that it opened', async () => {
    const log = new AppendLog(file);
    await log.append('before\n', true);
    const other = new AppendLog(path.join(root, 'journals', 'b.jsonl'));
    await other.append('of who took over\n', true);
    await other.close();
    renameSync(other.file, file);
    await log.append('after\n', true);
    await log.close();
    expect(await readProjectText(file)).toBe('of who took over\nafter\n');
  });

  it('appends after what another writer has appended meanwhile, and after a file that was removed', async () => {
    const log = new AppendLog(file);
    await log.append('one\n', true);
    const other = new AppendLog(file);
    await other.append('two\n', true);
    await other.close();
    await log.append('three\n', true);
    expect(await readProjectText(file)).toBe('one\ntwo\nthree\n');
    rmSync(file);
    await log.append('four\n', true);
    await log.close();
    expect(await readProjectText(file)).toBe('four\n');
  });

  it('gives a new file the permissions asked for', async () => {
    const log = new AppendLog(file, { mode: 0o600 });
    await log.append('x\n', false);
    await log.close();
    expect(statSync(file).mode & 0o777).toBe(process.platform === 'win32' ? 0o666 : 0o600);
  });
});

describe('a log in an encrypted project', () => {
  beforeEach(() => {
    unlockVault(root, Buffer.alloc(32, 7));
  });

  it('takes a record away that a crash tore, and goes on in its place', async () => {
    const log = new AppendLog(file);
    await log.append('whole\n', true);
    await log.append('torn\n', true);
    await log.close();
    truncateSync(file, statSync(file).size - 3);
    await log.append('next\n', true);
    await log.close();
    expect(await readProjectText(file)).toBe('whole\nnext\n');
  });

  it('encrypts a plain log before it appends to it', async () => {
    lockVault(root);
    const before = new AppendLog(file);
    await before.append('plain\n', true);
    unlockVault(root, Buffer.alloc(32, 7));
    await before.append('secret\n', true);
    await before.close();
    expect(await readProjectText(file)).toBe('plain\nsecret\n');
    expect(readFileSync(file).includes('plain')).toBe(false);
    writeFileSync(file, 'put there by hand\n');
    await before.append('more\n', true);
    await before.close();
    expect(await readProjectText(file)).toBe('put there by hand\nmore\n');
  });
});
