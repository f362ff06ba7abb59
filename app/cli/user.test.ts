import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Access } from '#app/access/access.ts';
import { createEngine, appPlaces } from '#app/engine/index.ts';
import { addUser, listUsers, makeUserToken, setUserRole } from './user.ts';
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

it('does not start in the open, nor takes a weak password', async () => {
  const shown = terminal();
  expect(await runProgram(['serve', '--project', place.project, '--host', '0.0.0.0', '--accounts', place.accounts], shown)).toBe(1);
  expect(shown.written.error).toContain('--tls-cert');
  await expect(addUser('eve', place, shown, { isTty: false, read: () => Promise.resolve('password1234') })).rejects.toMatchObject({ code: 'password-weak' });
});
