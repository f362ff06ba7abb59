import { connect } from 'node:net';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sessionCookie } from './replies.ts';
import { startTeamServer } from './team-server.ts';
import { call, origin, TestTeam } from './testing.ts';

const good = 'three green kettles';
let team: TestTeam;
beforeAll(async () => {
  team = await TestTeam.start({ slow: { headersMs: 300, requestMs: 600 } });
  await team.access.accounts.create({ name: 'ada', password: good, admin: true, createdBy: 'test' });
});
afterAll(() => team.close());

const cookieFrom = (headers: Readonly<Record<string, string | string[] | undefined>>): string => String([headers['set-cookie']].flat().find((one) => one?.startsWith(sessionCookie)) ?? '').split(';')[0] ?? '';
const closed = (socket: { once(event: 'close', heard: (code: number) => void): unknown }): Promise<number> => new Promise((resolve) => socket.once('close', resolve));

describe('the team server under attack', () => {
  it('answers no other Host, on the socket neither: a page that rebinds its name gets nothing', async () => {
    const { cookie } = await team.person('host', 'viewer');
    expect((await team.ask('/healthz', { host: 'evil.test' })).status).toBe(421);
    expect((await team.ask('/healthz', { host: 'penstock.test.evil.test' })).status).toBe(421);
    expect(await team.socket({ cookie, origin: 'https://evil.test', host: 'evil.test' })).toBe(421);
  });

  it('opens no socket for a page of another origin, or without one', async () => {
    const { cookie } = await team.person('origin', 'viewer');
    const refused: Record<string, string>[] = [{ cookie, origin: 'https://evil.test' }, { cookie, origin: 'http://penstock.test' }, { cookie, origin: 'null' }, { cookie }, { cookie, origin, 'sec-fetch-site': 'cross-site' }];
    for (const headers of refused) expect(await team.socket(headers)).toBe(403);
    (await team.opened({ cookie, origin })).terminate();
  });

  it('takes no form from another site, and signs nobody out without the page’s token', async () => {
    const { cookie, session } = await team.person('csrf', 'viewer');
    const foreign: Record<string, string>[] = [{ origin: 'https://evil.test' }, { origin: 'null' }, { 'sec-fetch-site': 'same-site' }];
    for (const headers of foreign) expect((await team.ask('/signin', headers, { name: 'ada', password: good })).status).toBe(403);
    expect((await team.ask('/signout', { cookie }, { csrf: 'guessed' })).status).toBe(403);
    const csrf = team.access.sessions.byId(session)?.csrf ?? '';
    expect((await team.ask('/signout', { cookie, 'x-penstock-csrf': csrf }, {})).status).toBe(303);
    expect((await team.ask('/', { cookie })).status).toBe(303);
  });

  it('gives a new session at sign-in, whatever the browser came with, in a cookie no neighbour can set', async () => {
    const planted = `${sessionCookie}=planted-by-eve`;
    const before = await team.person('fixation', 'viewer');
    const answer = await team.ask('/signin', { cookie: `${planted}` }, { name: 'ada', password: good, next: '//evil.test' });
    expect([answer.status, answer.headers['location']]).toEqual([303, '/']);
    expect(String(answer.headers['set-cookie'])).toMatch(/__Host-penstock-session=[^;]+; Path=\/; Secure; HttpOnly; SameSite=Strict/);
    expect(cookieFrom(answer.headers)).not.toContain('planted');
    expect((await team.ask('/', { cookie: planted })).status).toBe(303);
    // Who signs in over an old session ends it.
    await team.ask('/signin', { cookie: before.cookie }, { name: 'ada', password: good });
    expect((await team.ask('/', { cookie: before.cookie })).status).toBe(303);
  });

  it('lets nobody raise their own role, nor an admin of a project reach accounts of the server', async () => {
    const analyst = await team.person('climber', 'analyst');
    const head = await team.person('project-admin', 'admin');
    const ada = team.access.accounts.byName('ada')?.id ?? '';
    const low = await team.opened({ cookie: analyst.cookie, origin });
    const high = await team.opened({ cookie: head.cookie, origin });
    expect(await call(low, 'access.people.setRole', { id: analyst.id, role: 'admin', caller: { role: 'admin' } })).toBe('not-allowed');
    expect(await call(high, 'access.people.setAdmin', { id: head.id, admin: true })).toBe('not-allowed');
    expect(await call(high, 'access.people.reset', { id: ada })).toBe('not-allowed');
    expect(await call(high, 'access.people.invite', { name: 'sock puppet', role: 'admin', admin: true })).toBe('not-allowed');
    expect(await call(low, 'access.sessions.end', { id: head.session })).toBe('unknown-session');
    const theirs = team.token(head.id, 'admin');
    expect(await call(low, 'access.tokens.revoke', { id: theirs.id })).toBe('unknown-token');
    expect(await call(await team.opened({ authorization: theirs.authorization }), 'access.tokens.make', { name: 'more', scopes: ['admin'], expiresAt: Date.now() + 1000 })).toBe('not-allowed');
    expect(team.access.accounts.grant(analyst.id, team.access.project)).toBe('analyst');
    for (const socket of [low, high]) socket.terminate();
  });

  it('takes no token that is withdrawn, over, of a model server or sent by a page elsewhere', async () => {
    const { id } = await team.person('tokens', 'analyst');
    const token = team.token(id, 'read');
    const socket = await team.opened({ authorization: token.authorization });
    expect(await team.socket({ authorization: token.authorization, origin: 'https://evil.test' })).toBe(403);
    const ended = closed(socket);
    team.access.tokens.revoke(token.id, id);
    team.access.changed();
    expect(await ended).toBe(4401);
    expect(await team.socket({ authorization: token.authorization })).toBe(401);
    const model = team.engine.store.tokens.create({ name: 'shop', scopes: ['predict'], expiresAt: null, createdBy: 'user:test' });
    for (const authorization of [`Bearer ${model.token}`, 'Basic YWRhOmFkYQ==', 'Bearer ', 'nonsense']) expect(await team.socket({ authorization })).toBe(401);
  });

  it('closes sockets whose session ends or whose role changes', async () => {
    const first = await team.person('leaver', 'analyst');
    const second = await team.person('changer', 'analyst');
    const [left, changed] = [await team.opened({ cookie: first.cookie, origin }), await team.opened({ cookie: second.cookie, origin })];
    const codes = Promise.all([closed(left), closed(changed)]);
    team.access.accounts.setRole(second.id, team.access.project, 'viewer');
    team.access.endSession(first.session, first.id);
    expect(await codes).toEqual([4401, 4403]);
    expect(await team.socket({ cookie: first.cookie, origin })).toBe(401);
  });

  it('locks out who guesses, says when to try again, and is not fooled by forged addresses', async () => {
    const guess = (at: number) => team.ask('/signin', { 'x-forwarded-for': `10.9.8.${at}, 203.0.113.77` }, { name: `nobody-${at}`, password: 'wrong wrong wrong' });
    for (let at = 0; at < 20; at += 1) team.access.lockout.began({ name: `n${at}`, address: '203.0.113.77', account: null, device: null });
    const answer = await guess(1);
    expect([answer.status, Number(answer.headers['retry-after']) > 0]).toEqual([429, true]);
    // Somebody else's address is not locked by it, and a known browser neither.
    expect((await team.ask('/signin', { 'x-forwarded-for': '203.0.113.78' }, { name: 'ada', password: good })).status).toBe(303);
  });

  it('writes names and agents of attackers as one harmless line', async () => {
    await team.ask('/signin', { 'x-forwarded-for': '203.0.113.90' }, { name: 'eve\r\n2026-01-01 ada signed in\u001b[2J\u202e', password: 'x' });
    const line = team.log.at(-1) ?? '';
    expect(line).toContain('eve');
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it('serves no file outside the page’s folder', async () => {
    const { cookie } = await team.person('paths', 'admin');
    for (const target of ['/../secret.csv', '/%2e%2e/secret.csv', '/..%2fsecret.csv', '/assets/..%5c..%5csecret.csv', '/assets/%00', 'https://evil.test/../secret.csv']) {
      const answer = await team.ask(target, { cookie });
      expect(answer.body).not.toContain('secret\n');
      expect([200, 400, 404]).toContain(answer.status);
    }
    expect((await team.ask('/%zz', { cookie })).status).toBe(400);
  });

  it('reads no file of the server outside the project, its secrets, nor through links', async () => {
    const { cookie } = await team.person('reader', 'admin');
    const { projectDir } = team.engine;
    mkdirSync(path.join(projectDir, 'data'), { recursive: true });
    mkdirSync(path.join(projectDir, 'servers'), { recursive: true });
    writeFileSync(path.join(projectDir, 'servers', 'churn.state.json'), '{"control":"secret"}');
    writeFileSync(path.join(projectDir, 'data', 'plain.csv'), 'a\n1\n');
    symlinkSync(path.join(team.folder, 'secret.csv'), path.join(projectDir, 'data', 'link.csv'));
    const socket = await team.opened({ cookie, origin });
    const read = (file: string): Promise<string> => call(socket, 'files.reader', { path: file });
    for (const file of ['/etc/passwd', '../secret.csv', path.join(team.folder, 'secret.csv'), 'data/link.csv', 'data/../../secret.csv']) expect([file, await read(file)]).toEqual([file, 'path-outside']);
    for (const file of ['penstock.db', 'servers/churn.state.json', 'data/../servers/churn.state.json', 'PENSTOCK.DB', 'connections.json', '.git/config', 'requests/.key']) expect([file, await read(file)]).toEqual([file, 'path-own']);
    expect(await read('data/plain.csv')).toBe('ok');
    socket.terminate();
  });

  it('shows a viewer what is saved, and no document of their own making', async () => {
    const { cookie } = await team.person('looker', 'viewer');
    const socket = await team.opened({ cookie, origin });
    const { path: file } = await team.engine.pipelines.create('Saved');
    const { document } = await team.engine.pipelines.open(file);
    const node = { id: 'a1', type: 'data/csv-reader', version: 2, x: 0, y: 0, params: { path: 'data/plain.csv' } };
    const forged = { ...document, nodes: [node] };
    const page = { document: forged, nodeId: 'a1', port: 'table', filter: '', offset: 0, limit: 10, sort: [] };
    expect(await call(socket, 'data.page', page)).toBe('viewer-document');
    expect(await call(socket, 'pipeline.configure', { document: forged })).toBe('viewer-document');
    expect(await call(socket, 'pipeline.configure', { document })).toBe('ok');
    expect(await call(socket, 'run.start', { document, path: file })).toBe('not-allowed');
    socket.terminate();
  });

  it('takes no large form, and none of another kind', async () => {
    expect((await team.ask('/signin', {}, `name=${'a'.repeat(40_000)}`)).status).toBe(413);
    expect((await team.ask('/signin', { 'content-type': 'application/json' }, '{"name":"ada"}')).status).toBe(400);
  });

  it('hangs up on who sends slowly', async () => {
    const socket = connect(team.server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('POST /signin HTTP/1.1\r\nHost: penstock.test\r\nX-Slow: 1');
    await new Promise((resolve) => socket.once('close', resolve).resume());
    expect(socket.destroyed).toBe(true);
  });

  it('does not start in the open: without TLS or a named proxy, or without knowing its name', async () => {
    const options = { rendererDir: path.join(team.folder, 'page'), router: {}, access: team.access, port: 0 };
    await expect(startTeamServer({ ...options, host: '0.0.0.0', tls: null })).rejects.toMatchObject({ code: 'server-open' });
    await expect(startTeamServer({ ...options, host: '0.0.0.0', tls: { cert: new Uint8Array(), key: new Uint8Array() } })).rejects.toMatchObject({ code: 'public-name' });
    await expect(startTeamServer({ ...options, host: '127.0.0.1', tls: { cert: Buffer.from('no'), key: Buffer.from('no') } })).rejects.toMatchObject({ code: 'tls-invalid' });
  });

  it('answers only the networks it was told to, and only over https behind its proxy', async () => {
    const closedTeam = await TestTeam.start({ allow: ['192.0.2.0/24', '2001:db8::/32'] });
    const status = async (address: string, more = {}): Promise<number> => (await closedTeam.ask('/healthz', { 'x-forwarded-for': address, ...more })).status;
    expect([await status('192.0.2.9'), await status('2001:db8::9'), await status('198.51.100.1'), await status('192.0.2.9, 198.51.100.1'), await status('::ffff:192.0.2.9')]).toEqual([200, 200, 403, 403, 200]);
    expect(await status('192.0.2.9', { 'x-forwarded-proto': 'http' })).toBe(403);
    await closedTeam.close();
  });
});
