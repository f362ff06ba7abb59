import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openKeychain, type SafeStorage } from './keychain.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-keychain-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const id = '0123456789abcdef';
const lineOf = (line: string): { userKey: string; projectKeys: Record<string, string> } => JSON.parse(line) as { userKey: string; projectKeys: Record<string, string> };

/** Stands for Electron's safeStorage with a keychain behind it: what another secret encrypted it cannot decrypt. */
function system({ secret = randomBytes(32), available = true, backend = 'gnome_libsecret' }: { secret?: Buffer; available?: boolean; backend?: string | null } = {}): SafeStorage {
  return {
    isEncryptionAvailable: () => available,
    ...(backend === null ? {} : { getSelectedStorageBackend: () => backend }),
    encryptString(text) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', secret, iv);
      return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    },
    decryptString(sealed) {
      const cipher = createDecipheriv('aes-256-gcm', secret, sealed.subarray(0, 12)).setAuthTag(sealed.subarray(-16));
      return Buffer.concat([cipher.update(sealed.subarray(12, -16)), cipher.final()]).toString('utf8');
    },
  };
}

describe('the keychain of the system', () => {
  it('keeps the user’s key and those of projects over starts, and forgets them; nothing is readable in the folder', () => {
    const storage = system();
    const first = openKeychain(folder, storage, 'linux');
    expect(first.trouble).toBeNull();
    const { userKey } = lineOf(first.keychain?.line() ?? '');
    first.keychain?.remember(id, 'a2V5IG9mIHRoZSBwcm9qZWN0');
    first.keychain?.remember('../../elsewhere', 'x');
    const second = openKeychain(folder, storage, 'linux');
    expect(lineOf(second.keychain?.line() ?? '')).toEqual({ userKey, projectKeys: { [id]: 'a2V5IG9mIHRoZSBwcm9qZWN0' } });
    for (const name of readdirSync(folder)) expect(readFileSync(path.join(folder, name), 'latin1')).not.toContain('a2V5IG9m');
    second.keychain?.remember(id, null);
    expect(lineOf(openKeychain(folder, storage, 'linux').keychain?.line() ?? '').projectKeys).toEqual({});
  });

  it.each([
    ['is not available', system({ available: false }), 'linux', 'unavailable'],
    ['is not available', system({ available: false, backend: null }), 'darwin', 'unavailable'],
    ['keeps plain text', system({ backend: 'basic_text' }), 'linux', 'plain-text'],
    ['keeps plain text and says it is not available', system({ backend: 'basic_text', available: false }), 'linux', 'plain-text'],
    ['does not say what it is', system({ backend: 'unknown' }), 'linux', 'unknown'],
    ['is that of an Electron that cannot say it', system({ backend: null }), 'linux', 'unknown'],
  ] as const)('is refused where it %s, and nothing is written', (_, storage, platform, trouble) => {
    expect(openKeychain(folder, storage, platform)).toEqual({ keychain: null, trouble });
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each(['darwin', 'win32'] as const)('of %s has no backend to ask for', (platform) => {
    expect(openKeychain(folder, system({ backend: null }), platform)).toMatchObject({ trouble: null, keychain: { line: expect.any(Function) } });
  });

  it('that was changed has no key of a project, so that its passphrase is asked for; what it kept is there when it comes back', () => {
    const [before, after] = [system(), system()];
    const first = openKeychain(folder, before, 'linux');
    first.keychain?.remember(id, 'a2V5');
    const kept = lineOf(first.keychain?.line() ?? '');
    const changed = openKeychain(folder, after, 'linux');
    const anew = lineOf(changed.keychain?.line() ?? '');
    expect([changed.trouble, anew.projectKeys, anew.userKey === kept.userKey]).toEqual(['changed', {}, false]);
    changed.keychain?.remember(id, 'bmV3');
    expect(openKeychain(folder, after, 'linux')).toMatchObject({ trouble: null });
    expect(lineOf(openKeychain(folder, after, 'linux').keychain?.line() ?? '').projectKeys).toEqual({ [id]: 'bmV3' });
    const back = openKeychain(folder, before, 'linux');
    expect([back.trouble, lineOf(back.keychain?.line() ?? '')]).toEqual([null, kept]);
    // And the other once more.
    expect(lineOf(openKeychain(folder, after, 'linux').keychain?.line() ?? '')).toEqual({ userKey: anew.userKey, projectKeys: { [id]: 'bmV3' } });
  });

  it('begins anew where its file is none', () => {
    const storage = system();
    writeFileSync(path.join(folder, 'keychain.bin'), 'not one');
    const opened = openKeychain(folder, storage, 'linux');
    expect([opened.trouble, lineOf(opened.keychain?.line() ?? '').projectKeys]).toEqual(['changed', {}]);
    expect(readFileSync(path.join(folder, 'keychain.earlier.bin'), 'utf8')).toBe('not one');
  });
});
