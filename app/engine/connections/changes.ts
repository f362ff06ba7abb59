import type { Connection } from '#app/sdk/databases.ts';
import type { Engine } from '../engine.ts';

type Host = Pick<Engine, 'connections' | 'assertWritable' | 'audit'>;

/** Adds or changes a connection, and writes down who did. @param password, previous as of `Connections.save`. @throws PenstockError `read-only`. */
export async function saveConnection(host: Host, connection: Connection, password: string | null, previous: string | null): Promise<void> {
  host.assertWritable();
  const { name, kind, host: server, database } = connection;
  const isNew = previous === null && !(await host.connections.list()).some((one) => one.connection.name === name);
  await host.connections.save(connection, password, previous);
  host.audit({ action: isNew ? 'connection.added' : 'connection.changed', subject: `connection:${name}`, details: { kind, host: server, database, passwordChanged: password !== null } });
}

/** Forgets a connection and its password, and writes down who did. @throws PenstockError `read-only`, `connection-unknown`. */
export async function removeConnection(host: Host, name: string): Promise<void> {
  host.assertWritable();
  await host.connections.remove(name);
  host.audit({ action: 'connection.removed', subject: `connection:${name}` });
}
