import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Access } from '#app/access/access.ts';
import { createEngine, appPlaces } from '#app/engine/index.ts';
import { addUser, disableUser, listUsers, makeUserToken, resetUser, setUserRole } from './user.ts';
import { runProgram } from './program.ts';

let folder: string;
let place: { project: string; accounts: string };
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'penstock-user-'));
  place = { project: path.join(folder, 'project'), accounts: path.join(folder, 'access.db') };
  await (await createEngine({ projectDir: place.project, ...appPlaces() })).close();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function terminal() {
  const written = { out: '', error: '', isTty: false };
  return { written, out: (text: string) => void (written.out += text), error: (text: string) => void (written.error += text), isTty: false };
}

it('adds people with passwords that are typed, gives roles and makes tokens; a server finds them', async () => {
  const shown = terminal();
  await addUser('ada', { ...place, role: 'analyst' }, shown, { isTty: false, read: () => Promise.resolve('three green kettles') });
  await setUserRole('ada', 'operator', place, shown);
  await makeUserToken('ada', { ...place, scope: ['run'], for: 'nightly', days: 1 }, shown);
  const list = terminal();
  await listUsers(place, list);
  expect(list.written.out).toContain('ada  operator');
  expect(shown.written.error + list.written.out).not.toContain('kettles');
  const engine = await createEngine({ projectDir: place.project, ...appPlaces() });
  const access = Access.open(place.accounts, { project: engine.projectId() });
  const token = access.tokens.bySecret(shown.written.out.trim());
  expect(access.callerOf({ kind: 'token', id: token?.id ?? '' })).toMatchObject({ name: 'ada', role: 'operator' });
  access.close();
  await engine.close();
});

it('leaves in the audit log of the project who did it: the user of this system; beside a server that has it open, too', async () => {
  const quiet = terminal();
  await addUser('zoe', { ...place, admin: true }, terminal(), { isTty: false, read: () => Promise.resolve('five purple ladders') });
  await addUser('bob', { ...place, role: 'viewer' }, quiet, { isTty: false, read: () => Promise.resolve('four yellow anchors') });
  await makeUserToken('bob', { ...place, scope: ['read'], for: 'a report', days: 1 }, quiet);
  const engine = await createEngine({ projectDir: place.project, ...appPlaces() });
  await setUserRole('bob', 'none', { ...place, admin: true }, quiet);
  await resetUser('bob', place, quiet);
  await disableUser('bob', place, quiet);
  await engine.close();
  const later = await createEngine({ projectDir: place.project, ...appPlaces(), readOnly: true });
  const rows = later.store.audit.list({ subject: 'account:bob', limit: 50 });
  await later.close();
  const me = `user:${os.userInfo().username}`;
  expect(rows.map(({ actor, action }) => [actor, action]).toReversed()).toEqual(['added', 'token-made', 'role', 'admin', 'reset', 'disabled'].map((action) => [me, `access.${action}`]));
  expect(rows.map(({ details }) => details)).toContainEqual(expect.objectContaining({ from: 'viewer', to: null }));
  expect(JSON.stringify(rows)).not.toContain(quiet.written.out.split('\n')[0]);
});

it('lists accounts beside a window that has the project open, and without taking the project to write', async () => {
  const engine = await createEngine({ projectDir: place.project, ...appPlaces() });
  const beside = terminal();
  expect(await listUsers(place, beside)).toBe(0);
  expect(beside.written.out).toContain('ada  operator');
  await engine.close();
  const database = path.join(place.project, 'penstock.db');
  const before = await readFile(database);
  expect(await listUsers(place, terminal())).toBe(0);
  // To take it would write a lease, and closing it would fold that into the file.
  expect((await readFile(database)).equals(before)).toBe(true);
});

it('does not start in the open, nor takes a weak password', async () => {
  const shown = terminal();
  expect(await runProgram(['serve', '--project', place.project, '--host', '0.0.0.0', '--accounts', place.accounts], shown)).toBe(1);
  expect(shown.written.error).toContain('--tls-cert');
  await expect(addUser('eve', place, shown, { isTty: false, read: () => Promise.resolve('password1234') })).rejects.toMatchObject({ code: 'password-weak' });
});
