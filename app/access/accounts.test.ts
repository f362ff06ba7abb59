import { mkdtempSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Access } from './access.ts';
import { network } from './lockout.ts';
import { checkPassword, hashComputations, hashPassword, passwordFault } from './passwords.ts';
import { idleMs, longestMs } from './sessions.ts';

const good = 'three green kettles';
const from = { address: '192.0.2.1', agent: 'test' };
let folder: string;
let now: number;
let access: Access;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-access-'));
  now = Date.now();
  access = Access.open(path.join(folder, 'own', 'access.db'), { project: 'p1', now: () => now });
});
afterEach(() => {
  access.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('passwords', () => {
  it('are kept as argon2id and found again, whatever way their letters are composed', async () => {
    const kept = await hashPassword('Ångström and kettle');
    expect(kept).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await checkPassword('A\u030angstro\u0308m and kettle', kept)).toEqual({ ok: true, outdated: false });
    expect(await checkPassword('Ångström and kettles', kept)).toMatchObject({ ok: false });
  });

  it('are refused where they are short, common, repeated or the name', () => {
    expect([passwordFault('elevenchars', 'ada'), passwordFault('Password1234', 'ada'), passwordFault('abcabcabcabcabc', 'ada'), passwordFault('lovelace-at-work', 'lovelace@example.org'), passwordFault('x'.repeat(300), 'ada'), passwordFault(good, 'ada')]).toEqual(['short', 'common', 'common', 'name', 'long', null]);
  });

  it('cost one hash for a name that exists, one that does not, a disabled one, one without password and an endless one', async () => {
    const ada = await access.accounts.create({ name: 'ada', password: good, createdBy: 'test' });
    const off = await access.accounts.create({ name: 'off', password: good, createdBy: 'test' });
    access.accounts.setDisabled(off.id, true);
    await access.accounts.create({ name: 'invited', createdBy: 'test' });
    const costs: number[] = [];
    for (const [name, password] of [['ada', good], ['ada', 'wrong'], ['nobody', 'wrong'], ['off', good], ['invited', ''], ['ada', 'x'.repeat(5000)]] as const) {
      const before = hashComputations();
      const account = await access.accounts.verify(name, password);
      expect(account?.id ?? null).toBe(password === good && name === 'ada' ? ada.id : null);
      costs.push(hashComputations() - before);
    }
    expect(costs).toEqual([1, 1, 1, 1, 1, 1]);
  });
});

describe('accounts', () => {
  it('lie in a file that only its owner may read', () => {
    expect(statSync(path.join(folder, 'own', 'access.db')).mode & 0o777).toBe(0o600);
  });

  it('have one name in whatever letters, and none that a log would take for something else', async () => {
    await access.accounts.create({ name: 'Ada', createdBy: 'test' });
    await expect(access.accounts.create({ name: 'ａｄａ', createdBy: 'test' })).rejects.toMatchObject({ code: 'account-exists' });
    for (const name of ['', 'a\nb', 'a\u001b[31m', 'a b', '-a', 'a/b', 'a\u202eb', 'x'.repeat(81)]) {
      await expect(access.accounts.create({ name, createdBy: 'test' })).rejects.toMatchObject({ code: 'account-name' });
    }
  });

  it('never lose their last admin', async () => {
    const ada = await access.accounts.create({ name: 'ada', password: good, admin: true, createdBy: 'test' });
    await access.accounts.create({ name: 'invited-admin', admin: true, createdBy: 'test' });
    expect(() => access.accounts.setDisabled(ada.id, true)).toThrow('the only admin');
    expect(() => access.accounts.setAdmin(ada.id, false)).toThrow('the only admin');
  });

  it('may do in a project what was granted there and nothing elsewhere', async () => {
    const { id } = await access.accounts.create({ name: 'ada', createdBy: 'test' });
    access.accounts.setRole(id, 'p1', 'analyst');
    expect([access.accounts.role(id, 'p1'), access.accounts.role(id, 'p2')]).toEqual(['analyst', null]);
    access.accounts.setDisabled(id, true);
    expect(access.accounts.role(id, 'p1')).toBeNull();
  });
});

describe('sessions', () => {
  it('end when nobody uses them, after a week anyway, and with their account', async () => {
    const { id } = await access.accounts.create({ name: 'ada', password: good, admin: true, createdBy: 'test' });
    const { secret, session } = await access.signIn({ name: 'ada', password: good, device: null }, from);
    const via = { kind: 'session', id: session.id } as const;
    expect(access.callerOf(via)).toMatchObject({ name: 'ada', role: 'admin', actor: 'account:ada' });
    now += idleMs - 1;
    expect(access.sessions.bySecret(secret)).not.toBeNull();
    now += idleMs;
    expect(access.sessions.bySecret(secret)).toBeNull();
    const second = access.begin(id, from, 'test');
    for (let hours = 0; hours < 7 * 24; hours += 6) {
      expect(access.sessions.bySecret(second.secret)).not.toBeNull();
      now += 6 * 3_600_000;
    }
    expect(longestMs).toBe(7 * 24 * 3_600_000);
    expect(access.sessions.bySecret(second.secret)).toBeNull();
  });

  it('keep nothing of what a browser says of itself that could forge a line', () => {
    return access.accounts.create({ name: 'ada', password: good, createdBy: 'test' }).then(({ id }) => {
      const { session } = access.begin(id, { address: '::1', agent: `evil\r\n2026 admin signed in\u001b[2J${'x'.repeat(500)}` }, 'test');
      expect(session.agent).not.toMatch(/\p{Cc}/u);
      expect(session.agent.length).toBe(200);
    });
  });
});

describe('API tokens', () => {
  it('do no more than their scopes and than their account, and end', async () => {
    const { id } = await access.accounts.create({ name: 'ada', createdBy: 'test' });
    access.accounts.setRole(id, 'p1', 'analyst');
    const { token, secret } = access.tokens.create({ account: id, name: 'ci', scopes: ['admin'], expiresAt: now + 1000 });
    expect([...(access.callerOf({ kind: 'token', id: token.id })?.permissions ?? [])].sort()).toEqual(['edit', 'read', 'run']);
    expect(() => access.tokens.revoke(token.id, 'somebody else')).toThrow('no such token');
    now += 1000;
    expect(access.tokens.bySecret(secret)).toBeNull();
    expect(() => access.tokens.create({ account: id, name: 'ci', scopes: ['read'], expiresAt: now + 400 * 86_400_000 })).toThrow('within a year');
  });
});

describe('invitations', () => {
  it('are good once, for a day, and a newer one replaces them', async () => {
    const { id } = await access.accounts.create({ name: 'ada', createdBy: 'test' });
    const first = access.invitations.create(id, 'test').secret;
    const second = access.invitations.create(id, 'test').secret;
    await expect(access.accept(first, { name: '', password: good }, from)).rejects.toMatchObject({ code: 'invitation-invalid' });
    await expect(access.accept(second, { name: '', password: 'short' }, from)).rejects.toMatchObject({ code: 'password-weak' });
    const answers = await Promise.allSettled([access.accept(second, { name: '', password: good }, from), access.accept(second, { name: '', password: good }, from)]);
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const late = access.invitations.create(id, 'test').secret;
    now += 24 * 3_600_000;
    expect(access.invitations.bySecret(late)).toBeNull();
  });

  it('of the first start make one admin, and never a second', async () => {
    const { secret } = access.invitations.create(null, 'first start');
    expect((await access.accept(secret, { name: 'ada', password: good }, from)).account.admin).toBe(true);
    const again = access.invitations.create(null, 'first start').secret;
    await expect(access.accept(again, { name: 'eve', password: good }, from)).rejects.toMatchObject({ code: 'invitation-invalid' });
    expect(access.accounts.byName('eve')).toBeNull();
  });
});

describe('guessing', () => {
  const fail = (address: string, device: string | null = null): Promise<string> => access.signIn({ name: 'ada', password: 'a wrong password', device }, { address, agent: '' }).then(() => 'in', (error: { code: string }) => error.code);

  it('is slowed down more with each failure, up to a quarter of an hour, also from many addresses and all at once', async () => {
    await access.accounts.create({ name: 'ada', password: good, admin: true, createdBy: 'test' });
    const codes = await Promise.all(Array.from({ length: 12 }, (_unused, at) => fail(`192.0.2.${at}`)));
    expect(codes.filter((code) => code === 'sign-in-failed')).toHaveLength(5);
    expect(codes.filter((code) => code === 'locked-out')).toHaveLength(7);
    const waits: number[] = [];
    const from = (at: number) => ({ name: 'ada', address: `198.51.100.${at}`, account: null, device: null });
    for (let at = 0; at < 14; at += 1) {
      const wait = access.lockout.wait(from(at));
      waits.push(wait);
      now += wait;
      access.lockout.began(from(at));
    }
    expect(waits[0]).toBe(1000);
    expect(waits[1]).toBe(2000);
    expect(Math.max(...waits)).toBe(15 * 60_000);
  });

  it('does not shut out whoever signed in before in the same browser', async () => {
    await access.accounts.create({ name: 'ada', password: good, admin: true, createdBy: 'test' });
    const { device } = await access.signIn({ name: 'ada', password: good, device: null }, from);
    for (let at = 0; at < 8; at += 1) access.lockout.began({ name: 'ada', address: '203.0.113.9', account: null, device: null });
    expect(await fail('203.0.113.10')).toBe('locked-out');
    // A cookie made up, or known with another account, opens nothing.
    expect(await fail('203.0.113.10', 'made up')).toBe('locked-out');
    expect((await access.signIn({ name: 'ada', password: good, device }, { address: '203.0.113.9', agent: '' })).account.name).toBe('ada');
  });

  it('from one network of IPv6 is from one address', () => {
    expect(network('2001:db8:0:1::5')).toBe(network('2001:db8:0:1:ffff::9'));
    expect(network('2001:db8:0:2::5')).not.toBe(network('2001:db8:0:1::5'));
    expect(network('::1')).toBe('0:0:0:0::/64');
    expect(network('192.0.2.7')).toBe('192.0.2.7');
  });
});
