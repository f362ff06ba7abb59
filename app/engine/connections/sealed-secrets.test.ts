import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { emptyRing, newProjectKey } from '#app/sealing/key-ring.ts';
import { lockVault, unlockVault } from '#app/sealing/vault.ts';
import { secretsOf, UserSecrets } from './secrets.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) {
    lockVault(folder);
    rmSync(folder, { recursive: true, force: true });
  }
});
const folder = (): string => {
  const made = mkdtempSync(path.join(os.tmpdir(), 'penstock-secrets-'));
  folders.push(made);
  return made;
};
const reference = { name: 'shop-db', goesTo: 'postgres://ann@db.example:5432' };
const plainly = (at: string, secret: string): boolean => readdirSync(at).some((name) => readFileSync(path.join(at, name)).includes(secret));

describe('stored passwords', () => {
  it('are encrypted by the keychain’s key, a plain file of earlier the first time it is read', async () => {
    const at = folder();
    await new UserSecrets({ folder: at, env: {}, key: () => null }).set(reference, 'Tr0ub4dor');
    expect(plainly(at, 'Tr0ub4dor')).toBe(true);
    const key = randomBytes(32);
    const guarded = new UserSecrets({ folder: at, env: {}, key: () => key });
    expect(await guarded.get(reference)).toBe('Tr0ub4dor');
    expect(plainly(at, 'Tr0ub4dor')).toBe(false);
    await guarded.set({ ...reference, name: 'other' }, 'second');
    expect([await guarded.get(reference), await guarded.get({ ...reference, name: 'other' }), plainly(at, 'second')]).toEqual(['Tr0ub4dor', 'second', false]);
  });

  it('are not given without the key, and say where they are', async () => {
    const at = folder();
    await new UserSecrets({ folder: at, env: {}, key: () => Buffer.alloc(32, 1) }).set(reference, 'Tr0ub4dor');
    await expect(new UserSecrets({ folder: at, env: {}, key: () => null }).get(reference)).rejects.toMatchObject({ code: 'secrets-locked' });
    await expect(new UserSecrets({ folder: at, env: {}, key: () => Buffer.alloc(32, 2) }).get(reference)).rejects.toMatchObject({ code: 'secrets-unreadable' });
    expect(await new UserSecrets({ folder: at, env: { PENSTOCK_SECRET_SHOP_DB: 'given' }, key: () => null }).get(reference)).toBe('given');
  });

  it('that another keychain guards are set aside when one is entered again, and kept', async () => {
    const at = folder();
    const first = new UserSecrets({ folder: at, env: {}, key: () => Buffer.alloc(32, 1) });
    await first.set(reference, 'Tr0ub4dor');
    const sealed = readFileSync(path.join(at, 'secrets.json'));
    const second = new UserSecrets({ folder: at, env: {}, key: () => Buffer.alloc(32, 2) });
    await second.set(reference, 'entered again');
    expect(await second.get(reference)).toBe('entered again');
    expect(readFileSync(path.join(at, 'secrets.json.unreadable'))).toEqual(sealed);
  });

  it('of an encrypted project are encrypted by its key, and leave the user’s file', async () => {
    const [at, project] = [folder(), folder()];
    await secretsOf(project, { folder: at, env: {} }).set(reference, 'Tr0ub4dor');
    expect(plainly(at, 'Tr0ub4dor')).toBe(true);
    const key = newProjectKey();
    await writeFile(path.join(project, 'keys.json'), JSON.stringify(emptyRing(key)));
    unlockVault(project, key);
    const secrets = secretsOf(project, { folder: at, env: {} });
    expect(await secrets.get(reference)).toBe('Tr0ub4dor');
    expect(plainly(at, 'Tr0ub4dor')).toBe(false);
    await secrets.set(reference, 'another');
    expect([await secrets.get(reference), plainly(at, 'another')]).toEqual(['another', false]);
  });
});
