import { describe, expect, it } from 'vitest';
import { contract } from '#app/protocol/contract.ts';
import { authorize } from './authorize.ts';
import { localCaller, type Caller } from './caller.ts';
import { neededFor } from './procedures.ts';
import { permissionsOf, permissionsOfToken, roles } from './roles.ts';

/** Paths of all procedures of the contract. */
export function procedurePaths(node: unknown = contract, path: readonly string[] = []): string[] {
  if (typeof node !== 'object' || node === null) return [];
  if ('~orpc' in node) return [path.join('.')];
  return Object.entries(node).flatMap(([name, inner]) => procedurePaths(inner, [...path, name]));
}

const as = (role: (typeof roles)[number]): Caller => ({ kind: 'account', accountId: '1', name: 'ada', role, permissions: permissionsOf(role), via: { kind: 'session', id: '1' }, actor: 'account:ada' });

describe('the table of permissions', () => {
  it('has every procedure of the contract, and nothing else', () => {
    expect(Object.keys(neededFor).sort()).toEqual(procedurePaths().sort());
  });

  it('refuses what it does not name, to everybody', () => {
    for (const name of ['run.startAll', 'toString', '__proto__', 'constructor', '', 'run']) expect(() => authorize(localCaller, name)).toThrow('open to nobody');
  });

  it('gives each role what the one below has, and more', () => {
    const counts = roles.map((role) => Object.values(neededFor).filter((permission) => permissionsOf(role).has(permission)).length);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(new Set(counts).size).toBe(roles.length);
    expect(() => authorize(as('viewer'), 'run.start')).toThrow('As viewer you may not do that.');
    expect(() => authorize(as('analyst'), 'run.start')).not.toThrow();
  });

  it('never lets a token do what its account may not', () => {
    for (const role of roles) for (const scope of ['read', 'run', 'operate', 'admin'] as const) for (const permission of permissionsOfToken(role, [scope])) expect(permissionsOf(role).has(permission)).toBe(true);
  });
});
