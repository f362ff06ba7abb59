import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runProgram } from './program.ts';
import { processTerminal } from './terminal.ts';

const root = mkdtempSync(path.join(os.tmpdir(), 'penstock-pack-cli-'));
const project = path.join(root, 'project');
const at = (name: string): string => path.join(root, name);

beforeAll(() => {
  mkdirSync(path.join(project, 'pipelines'), { recursive: true });
  for (const name of ['XDG_CONFIG_HOME', 'APPDATA', 'HOME']) vi.stubEnv(name, at('config'));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

/** As in a window of a terminal. */
async function penstock(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  let out = '';
  let error = '';
  const code = await runProgram(args, processTerminal({ isTTY: true, write: (text) => (out += text) }, { isTTY: false, write: (text) => (error += text) }));
  return { code, out, error };
}

describe('penstock pack', () => {
  it('goes from a new pack to one that is installed and pinned', async () => {
    expect(await penstock('pack', 'new', at('src'), '--name', 'my-pack')).toMatchObject({ code: 0 });
    expect(await penstock('pack', 'keygen', at('me'), '--publisher', 'Ann')).toMatchObject({ code: 0 });
    if (process.platform !== 'win32') expect(statSync(at('me.private.pem')).mode & 0o077).toBe(0);
    expect(await penstock('pack', 'build', at('src'), '--out', at('my.pack'))).toMatchObject({ code: 0 });
    expect(await penstock('pack', 'install', at('my.pack'), '--project', project)).toMatchObject({ code: 1, error: expect.stringContaining('not signed') as unknown });
    expect(await penstock('pack', 'sign', at('my.pack'), '--key', at('me.private.pem'))).toMatchObject({ code: 0 });
    expect(await penstock('pack', 'install', at('my.pack'), '--project', project)).toMatchObject({ code: 1, error: expect.stringContaining('do not trust the key') as unknown });

    const shown = await penstock('pack', 'trust-key', at('me.key.json'));
    expect(shown).toMatchObject({ code: 1, error: expect.stringContaining('fingerprint') as unknown });
    const fingerprint = /(?:[0-9a-f]{4} ){15}[0-9a-f]{4}/.exec(shown.error)?.[0] ?? '';
    expect(await penstock('pack', 'trust-key', at('me.key.json'), '--fingerprint', fingerprint)).toMatchObject({ code: 0 });
    expect(await penstock('pack', 'verify', at('my.pack'))).toMatchObject({ code: 0, out: expect.stringContaining('transform/my-pack.shout') as unknown });
    expect(await penstock('pack', 'install', at('my.pack'), '--project', project)).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(path.join(project, 'packs.json'), 'utf8'))).toMatchObject({ packs: [{ name: 'my-pack', version: '0.1.0', key: fingerprint.replaceAll(' ', '') }] });
    expect((await penstock('pack', 'list')).out).toContain('my-pack  0.1.0    Ann');

    expect(await penstock('pack', 'revoke-key', fingerprint)).toMatchObject({ code: 0 });
    expect((await penstock('pack', 'list')).out).toContain('trust taken back');
    expect(await penstock('pack', 'remove', 'my-pack', '--project', project)).toMatchObject({ code: 0, out: expect.stringContaining('no longer named') as unknown });
    expect(JSON.parse(readFileSync(path.join(project, 'packs.json'), 'utf8'))).toEqual({ version: 1, packs: [] });
  });

  it('writes out what a terminal would obey in a publisher’s name', async () => {
    await penstock('pack', 'keygen', at('evil'), '--publisher', 'Ann\u001b[2J\u001b]0;owned\u0007\u009b31m\u202e');
    const fingerprint = /(?:[0-9a-f]{4} ){15}[0-9a-f]{4}/.exec((await penstock('pack', 'trust-key', at('evil.key.json'))).error)?.[0] ?? '';
    const { out } = await penstock('pack', 'trust-key', at('evil.key.json'), '--fingerprint', fingerprint);
    expect(out).toContain('Ann\\u001b[2J');
    expect([...out].filter((letter) => letter !== '\n' && /\p{C}/u.test(letter))).toEqual([]);
  });
});
