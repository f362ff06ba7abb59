import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { neededFor } from '#app/access/procedures.ts';
import { apiScopes, permissionsOf, permissionsOfToken, roles, type Permission } from '#app/access/roles.ts';
import { contract } from '#app/protocol/contract.ts';
import { call, origin, TestTeam } from './testing.ts';

function paths(node: unknown, at: readonly string[] = []): string[] {
  if (typeof node !== 'object' || node === null) return [];
  if ('~orpc' in node) return [at.join('.')];
  return Object.entries(node).flatMap(([name, inner]) => paths(inner, [...at, name]));
}

/** They start programs of the machine or do something to it: whether they may be called is asked with the lowest caller that may not. */
const notReally = new Set(['project.doctor', 'trust.give', 'trust.revoke', 'encryption.lock']);

let team: TestTeam;
const callers: { readonly who: string; readonly headers: Record<string, string>; readonly may: ReadonlySet<Permission> | null }[] = [];

beforeAll(async () => {
  team = await TestTeam.start();
  for (const role of roles) {
    const { cookie } = await team.person(`a-${role}`, role);
    callers.push({ who: role, headers: { cookie, origin }, may: permissionsOf(role) });
  }
  const boss = await team.person('boss', null, true);
  for (const scope of apiScopes) callers.push({ who: `token ${scope}`, headers: { authorization: team.token(boss.id, scope).authorization }, may: permissionsOfToken('admin', [scope]) });
  const viewer = await team.person('reader', 'viewer');
  callers.push({ who: 'token admin of a viewer', headers: { authorization: team.token(viewer.id, 'admin').authorization }, may: permissionsOfToken('viewer', ['admin']) });
  const expired = team.token(boss.id, 'admin', 1);
  team.now += 1000;
  const off = await team.person('off', 'admin');
  team.access.accounts.setDisabled(off.id, true);
  const elsewhere = await team.person('elsewhere', null);
  team.access.accounts.setRole(elsewhere.id, 'another project', 'admin');
  callers.push(
    { who: 'nobody', headers: { origin }, may: null },
    { who: 'an expired token', headers: { authorization: expired.authorization }, may: null },
    { who: 'a disabled account', headers: { cookie: off.cookie, origin }, may: null },
    { who: 'an admin of another project', headers: { cookie: elsewhere.cookie, origin }, may: null },
    { who: 'a made-up token', headers: { authorization: 'Bearer penstock_api_made-up' }, may: null },
  );
});
afterAll(() => team.close());

describe('every procedure for everybody', () => {
  it('is refused or not as the table says, over the real socket', async () => {
    const wrong: string[] = [];
    for (const { who, headers, may } of callers) {
      const socket: WebSocket | number = await team.socket(headers);
      if (may === null) {
        if (socket !== 401) wrong.push(`${who}: the socket answered ${typeof socket === 'number' ? socket : 'open'}`);
        continue;
      }
      if (typeof socket === 'number') {
        wrong.push(`${who}: no socket (${socket})`);
        continue;
      }
      await Promise.all(
        paths(contract).map(async (procedure) => {
          const needed = neededFor[procedure];
          if (needed === undefined) return void wrong.push(`${procedure} has no entry in the table`);
          if (may.has(needed) && notReally.has(procedure)) return;
          // No input of any procedure is a number: whoever may is told that, whoever may not is not even heard.
          const code = await call(socket, procedure, 7);
          if ((code === 'not-allowed') !== !may.has(needed)) wrong.push(`${who}: ${procedure} → ${code}`);
        }),
      );
      socket.terminate();
    }
    expect(wrong).toEqual([]);
  });
});

describe('every route for everybody', () => {
  /** Status without and with a session. */
  const expected: Readonly<Record<string, readonly [number, number]>> = {
    'GET /signin': [200, 200],
    'POST /signin': [401, 401],
    // With a session, but without the page's token.
    'POST /signout': [401, 403],
    'GET /invite': [410, 410],
    'POST /invite': [410, 410],
    'GET /healthz': [200, 200],
    'GET /signin.css': [200, 200],
    'GET /': [303, 200],
    'GET /assets/app.js': [401, 404],
    'GET /rpc': [401, 404],
    'POST /rpc': [405, 405],
    'POST /anything': [405, 405],
  };

  it('answers as the table says, and none is without an entry', async () => {
    for (const { method, path } of team.server.routes) expect(Object.keys(expected)).toContain(`${method} ${path}`);
    const { cookie } = await team.person('somebody', 'viewer');
    for (const [route, statuses] of Object.entries(expected)) {
      const [method, path = ''] = route.split(' ');
      const form = method === 'POST' ? {} : undefined;
      const without = await team.ask(path, {}, form);
      const withSession = await team.ask(path, { cookie }, form);
      expect([route, without.status, withSession.status]).toEqual([route, ...statuses]);
      for (const { headers } of [without, withSession]) {
        expect(headers['strict-transport-security']).toContain('max-age');
        expect(headers['x-content-type-options']).toBe('nosniff');
        expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
      }
      if (method === 'POST') {
        expect((await team.ask(path, { cookie, origin: 'https://evil.test' }, form)).status).toBe(403);
        expect((await team.ask(path, { cookie, 'sec-fetch-site': 'cross-site' }, form)).status).toBe(403);
      }
      expect((await team.ask(path, { cookie, host: 'evil.test' }, form)).status).toBe(421);
    }
  });
});
