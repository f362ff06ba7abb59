import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readKeyRing } from '#app/sealing/key-ring.ts';
import { useKeychain, useKeychainTrouble } from '#app/sealing/keychain.ts';
import { lockVault } from '#app/sealing/vault.ts';
import { DesktopSession } from '../desktop-session.ts';
import { Engine } from '../engine.ts';
import { encryptProject } from './keys.ts';
import { Encryption } from './lock.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const passphrase = 'correct horse battery';
let folder: string;
let projectDir: string;
const open = (): Promise<Engine> => Engine.open({ projectDir, filesDir: folder, resourcesDir: path.join(root, 'resources'), distDir: path.join(root, 'dist') });

/** A start of the app on the encrypted project. */
async function start(): Promise<DesktopSession> {
  lockVault(projectDir);
  const session = new DesktopSession(open, projectDir);
  await session.open();
  return session;
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-keychain-'));
  projectDir = path.join(folder, 'project');
  await (await open()).close();
  await encryptProject(projectDir, { passphrase });
});
afterAll(() => {
  lockVault(projectDir);
  rmSync(folder, { recursive: true, force: true });
});

describe('a project’s key and the keychain of the system', () => {
  it('is not kept where the keychain would keep plain text, and says what to do; the passphrase opens the project', async () => {
    useKeychainTrouble('plain-text');
    const session = await start();
    const encryption = new Encryption(projectDir, session);
    expect(encryption.state).toMatchObject({ isLocked: true, canRemember: false, isRemembered: false, keychainTrouble: 'plain-text' });
    await encryption.unlock({ passphrase });
    expect(() => encryption.remember(true)).toThrow(expect.objectContaining({ code: 'no-keychain', message: expect.stringContaining('plain text') as string, remedy: expect.stringContaining('KeePassXC') as string }));
    // To forget what is not kept is no fault.
    encryption.remember(false);
    await session.close();
  });

  it('opens the project without asking where it is kept; one of a keychain that was changed does not, and the passphrase is asked for', async () => {
    const kept: Record<string, string> = {};
    const remember = (id: string, key: string | null): void => {
      if (key !== null) kept[id] = key;
    };
    const userKey = Buffer.alloc(32, 1).toString('base64');
    useKeychain({ userKey, projectKeys: {} }, remember);
    useKeychainTrouble('changed');
    const first = await start();
    const encryption = new Encryption(projectDir, first);
    expect(encryption.state).toMatchObject({ isLocked: true, canRemember: true, isRemembered: false, keychainTrouble: 'changed' });
    await encryption.unlock({ passphrase });
    encryption.remember(true);
    await first.close();
    expect(Object.keys(kept)).toEqual([readKeyRing(projectDir)?.id]);

    useKeychain({ userKey, projectKeys: kept }, remember);
    const second = await start();
    expect(second.isLocked).toBe(false);
    await second.close();

    useKeychain({ userKey, projectKeys: Object.fromEntries(Object.keys(kept).map((id) => [id, Buffer.alloc(32, 9).toString('base64')])) }, remember);
    const third = await start();
    expect(third.isLocked).toBe(true);
    await third.unlock({ passphrase });
    expect(third.isLocked).toBe(false);
    await third.close();
  });
});
