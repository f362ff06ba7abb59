import { afterEach, describe, expect, it } from 'vitest';
import { permissionsOf, roles } from '#app/access/roles.ts';
import { usePermissions, whyNot } from './may.ts';

afterEach(() => usePermissions.setState({ permissions: null }));

describe('what a role may not do', () => {
  it('is nothing where there are no accounts', () => {
    for (const needs of ['read', 'edit', 'run', 'operate', 'admin', undefined] as const) expect(whyNot(needs)).toBeNull();
  });

  it('has a reason, one for each, as the engine’s table of roles says', () => {
    const refused = roles.map((role) => {
      usePermissions.setState({ permissions: permissionsOf(role) });
      expect(whyNot(undefined)).toBeNull();
      return (['read', 'edit', 'run', 'operate', 'admin'] as const).filter((needs) => whyNot(needs) !== null);
    });
    expect(refused).toEqual([['edit', 'run', 'operate', 'admin'], ['operate', 'admin'], ['admin'], []]);
    usePermissions.setState({ permissions: permissionsOf('viewer') });
    expect(new Set([whyNot('edit'), whyNot('run'), whyNot('operate'), whyNot('admin')]).size).toBe(4);
  });
});
