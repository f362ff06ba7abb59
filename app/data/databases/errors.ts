import { PenstockError } from '#app/core/errors.ts';
import { databaseTitles } from '#app/sdk/databases.ts';
import type { Target } from './types.ts';

/** Where a connection goes, for people: `shop@db.example:5432/shop`, or the file. */
export function placeName(target: Target): string {
  if (target.kind === 'sqlite' || target.kind === 'duckdb') return target.path;
  return `${target.host || 'localhost'}:${target.port || defaultPort(target.kind)}`;
}

export const defaultPort = (kind: Target['kind']): number => (kind === 'mysql' ? 3306 : 5432);

/** A text of a server without the password, should it hold it. */
export function withoutSecret(text: string, target: Target): string {
  return target.password === null || target.password === '' ? text : text.replaceAll(target.password, '•••');
}

/** What a client threw as a sentence with a remedy. The cause is left out on purpose: it may hold what was sent. */
export function toDatabaseError(thrown: unknown, target: Target): PenstockError {
  if (thrown instanceof PenstockError) return thrown;
  const fields = thrown as { code?: unknown; message?: unknown; errno?: unknown; errors?: unknown; detail?: unknown };
  // Several addresses of one host were tried; the first says as much as all.
  const first = Array.isArray(fields.errors) ? (fields.errors[0] as { code?: unknown } | undefined) : undefined;
  const code = String(fields.code ?? first?.code ?? '');
  const text = withoutSecret(String(fields.message || fields.code || thrown).split('\n')[0] ?? '', target).replace(/\.$/, '');
  const at = placeName(target);
  const name = `“${target.name}”`;
  const fail = (id: string, message: string, remedy: string): PenstockError => new PenstockError(id, message, { remedy });
  const known = network(code, text);
  if (known !== null) return fail(known.id, `The connection ${name} failed: ${known.say(target.host || 'localhost', at)}.`, known.remedy);
  if (['28P01', '28000', 'ER_ACCESS_DENIED_ERROR', 'ER_ACCESS_DENIED_NO_PASSWORD_ERROR', 'ER_DBACCESS_DENIED_ERROR'].includes(code) || /password must be a string|client password/i.test(text)) {
    if (/pg_hba|no encryption|SSL off/i.test(text)) return fail('connection-denied', `The connection ${name} failed: ${at} does not let “${target.user}” in from here (${text}).`, 'Ask whoever runs the server to allow it, or choose another encryption mode.');
    const given = target.password === null ? 'no password is stored for it' : 'the password is wrong, or the user may not use this database';
    return fail('connection-password', `The connection ${name} failed: ${at} refused the user “${target.user}”: ${given}.`, 'Enter user and password again in Data → Connections, or with “penstock connection add”.');
  }
  if (['3D000', 'ER_BAD_DB_ERROR'].includes(code)) return fail('connection-database', `The connection ${name} failed: there is no database “${target.database}” on ${at}.`, 'Check the name of the database.');
  if (code === '53300' || code === 'ER_CON_COUNT_ERROR') return fail('connection-busy', `The connection ${name} failed: ${at} has no free connection.`, 'Try again later.');
  if (code === '57014' || code === 'ER_STATEMENT_TIMEOUT' || code === 'ER_QUERY_TIMEOUT' || /max_statement_time/.test(text)) return fail('database-timeout', `${databaseTitles[target.kind]} gave up: the statement took longer than its time limit.`, 'Raise the time limit of the node, or read fewer rows.');
  if (['42501', 'ER_TABLEACCESS_DENIED_ERROR', 'ER_COLUMNACCESS_DENIED_ERROR'].includes(code)) return fail('database-denied', `The user “${target.user}” may not do this in ${name}: ${text}.`, 'Ask for the right, or use another connection.');
  if (code === '25006' || code === 'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION' || code === 'SQLITE_READONLY') return fail('database-read-only', `A query may only read, but this one writes (${text}).`, 'Write with the Database Writer node.');
  if (['42P01', 'ER_NO_SUCH_TABLE', '3F000'].includes(code) || /no such table/i.test(text)) return fail('database-unknown-table', `${name} has no such table: ${text}.`, 'Choose another table; the list of the connection shows all.');
  if (code === '42703' || code === 'ER_BAD_FIELD_ERROR' || /no such column|has no column named|does not have a column/i.test(text)) return fail('database-unknown-column', `${name} has no such column: ${text}.`, 'Check the column names.');
  if (code === '42601' || code === 'ER_PARSE_ERROR' || /syntax error/i.test(text)) return fail('database-syntax', `${databaseTitles[target.kind]} does not understand the SQL: ${text}.`, 'Correct the SQL; one SELECT is expected.');
  if (code === 'ER_DUP_FIELDNAME' || code === '42701') return fail('database-duplicate-column', `Two columns of the query have one name: ${text}.`, 'Give each column a name of its own with “as”.');
  if (code === '23505' || code === 'ER_DUP_ENTRY' || /^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)/.test(code)) return fail('database-duplicate', `A row is there already: ${text}.`, 'Use the mode “Update or add”, or leave out rows that exist.');
  if (/^(23|22)/.test(code) || /^SQLITE_CONSTRAINT/.test(code) || /^ER_(TRUNCATED|DATA_TOO_LONG|BAD_NULL|WARN_DATA|NO_DEFAULT|CHECK_CONSTRAINT|CONSTRAINT|NO_REFERENCED|ROW_IS)/.test(code)) return fail('database-bad-row', `${databaseTitles[target.kind]} refused a row: ${text}.`, 'Nothing was written. Convert or filter the rows before the Database Writer, or change the table.');
  if (code.startsWith('SQLITE_BUSY') || /Conflicting lock|Could not set lock/i.test(text)) return fail('database-locked', `${target.path} is being written to by another program.`, 'Close it there, or try again later.');
  if (code === 'SQLITE_NOTADB' || /not a valid DuckDB database/i.test(text)) return fail('database-not-a-file', `${target.path} is not a ${databaseTitles[target.kind].replace(' file', '')} database.`, 'Choose another file, or another kind of connection.');
  return fail('database-failed', `${databaseTitles[target.kind]} answered: ${text}.`, 'Check the SQL and the settings of the node.');
}

function network(code: string, text: string): { id: string; say: (host: string, at: string) => string; remedy: string } | null {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return { id: 'connection-host', say: (host) => `there is no host “${host}”`, remedy: 'Check the host name and that you are online.' };
  if (code === 'ECONNREFUSED') return { id: 'connection-refused', say: (_, at) => `nothing answers at ${at}`, remedy: 'Check host and port, and that the server is running.' };
  if (code === 'ETIMEDOUT' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH' || /timeout expired|connect ETIMEDOUT|connection timeout/i.test(text)) return { id: 'connection-timeout', say: (_, at) => `${at} did not answer in time`, remedy: 'Check host and port; a firewall or a missing VPN may be in the way.' };
  if (code === 'HANDSHAKE_NO_SSL_SUPPORT' || /does not support (SSL|secure)/i.test(text)) return { id: 'connection-tls', say: (_, at) => `${at} does not offer encryption`, remedy: 'Choose “Where possible” or “Off” for encryption, if the network is trusted.' };
  if (/^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|EPROTO)/.test(code) || code === 'HANDSHAKE_SSL_ERROR' || /certificate/i.test(text)) return { id: 'connection-tls', say: (_, at) => `the certificate of ${at} could not be checked (${text})`, remedy: 'Use the host name that the certificate is for, or “Required” to encrypt without checking.' };
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'PROTOCOL_CONNECTION_LOST' || code === '57P01' || /Connection terminated|Connection lost|server closed/i.test(text)) return { id: 'connection-lost', say: (_, at) => `${at} closed the connection`, remedy: 'Try again; look at the server’s log if it happens again.' };
  return null;
}
