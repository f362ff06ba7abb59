import { removeConnection, saveConnection } from '../connections/changes.ts';
import type { Engine } from '../engine.ts';
import type { Implementer } from './implementer.ts';
import { onWire } from '../wire.ts';

/** Database connections of the project. */
export function connectionsProcedures(os: Implementer, engine: Engine) {
  const { connections } = engine;
  return {
    list: os.connections.list.handler(() => connections.list()),
    save: os.connections.save.handler(async ({ input }) => {
      await saveConnection(engine, input.connection, input.password, input.previous);
      return {};
    }),
    remove: os.connections.remove.handler(async ({ input }) => {
      await removeConnection(engine, input.name);
      return {};
    }),
    test: os.connections.test.handler(async ({ input }) => {
      const result = await connections.test(input.connection, input.password);
      return result.ok ? result : { ok: false as const, diagnostic: onWire(result.diagnostic) };
    }),
    tables: os.connections.tables.handler(({ input }) => connections.tables(input.name)),
    columns: os.connections.columns.handler(async ({ input }) => [...(await connections.columns(input.name, input.schema, input.table))].map((column) => ({ ...column }))),
  };
}
