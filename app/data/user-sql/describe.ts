import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { PenstockError } from '#app/core/errors.ts';
import { didYouMean, nameKey } from '#app/relation/index.ts';
import type { Column, Schema } from '#app/relation/types.ts';
import { logicalType, physicalType } from '../column-types.ts';
import { quoteName } from '../sql.ts';
import { checkQuery } from './check.ts';
import { SqlText } from './text.ts';

export interface NamedSchema {
  readonly name: string;
  readonly schema: Schema;
}

/**
 * Checks SQL that people write and finds its columns, over empty tables of the right types, in a DuckDB of its own that can reach no
 * file, no network and no setting. Nothing of a text runs: it is parsed, walked (check.ts) and prepared, without optimising, which would
 * compute constants.
 */
export class UserSql {
  #opened: Promise<{ instance: DuckDBInstance; connection: DuckDBConnection }> | null = null;
  /** One at a time: there is one connection, and preparing takes a millisecond. */
  #last: Promise<unknown> = Promise.resolve();

  /** @throws PenstockError `sql-syntax`, `sql-statement`, `sql-source`, `sql-function`, `unknown-table`, `sql-invalid` with a span in `text` where known */
  describe(text: string, tables: readonly NamedSchema[]): Promise<Schema> {
    const next = this.#last.then(
      () => this.#describe(text, tables),
      () => this.#describe(text, tables),
    );
    this.#last = next;
    return next;
  }

  async close(): Promise<void> {
    await this.#last.catch(() => undefined);
    const opened = await this.#opened;
    opened?.connection.closeSync();
    opened?.instance.closeSync();
    this.#opened = null;
  }

  async #describe(typed: string, tables: readonly NamedSchema[]): Promise<Schema> {
    this.#opened ??= open();
    const { connection } = await this.#opened;
    const text = new SqlText(typed);
    checkQuery(await parsed(connection, text), tables.map(({ name }) => name), text);
    const given = tables.map(({ name, schema }) => `${quoteName(name)} as (select ${schema.map((column) => `null::${physicalType[column.type]} as ${quoteName(column.name)}`).join(', ')} where false)`);
    const head = given.length === 0 ? '' : `with ${given.join(', ')} `;
    const statement = await connection.prepare(head + text.framed).catch((error: unknown) => {
      throw planError(error, text, head, tables);
    });
    try {
      const columns = Array.from({ length: statement.columnCount }, (_, i): Column => ({ name: statement.columnName(i), type: logicalType(statement.columnTypeId(i)) }));
      checkNames(columns);
      return columns;
    } finally {
      statement.destroySync();
    }
  }
}

async function open(): Promise<{ instance: DuckDBInstance; connection: DuckDBConnection }> {
  const instance = await DuckDBInstance.create(':memory:', {
    enable_external_access: 'false',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    memory_limit: '256MB',
    threads: '1',
  });
  const connection = await instance.connect();
  await connection.run('set errors_as_json = true');
  await connection.run("set TimeZone = 'UTC'");
  await connection.run('pragma disable_optimizer');
  await connection.run('set lock_configuration = true');
  return { instance, connection };
}

interface Serialized {
  readonly error?: unknown;
  readonly error_message?: unknown;
  readonly position?: unknown;
  readonly statements?: unknown;
}

async function serialize(connection: DuckDBConnection, sql: string): Promise<Serialized> {
  const result = await connection.runAndReadAll('select json_serialize_sql($1::varchar)', [sql]);
  return JSON.parse(String(result.getRows()[0]?.[0])) as Serialized;
}

/** The query that was typed, out of its frame. @throws PenstockError sql-syntax, sql-statement */
async function parsed(connection: DuckDBConnection, text: SqlText): Promise<unknown> {
  const onlySelect = (message = 'Only one SELECT is possible here.'): PenstockError =>
    new PenstockError('sql-statement', message, { remedy: 'Write one SELECT over the connected tables.', place: { span: { start: 0, end: text.typed.length } } });
  if (otherStatement.test(text.typed)) throw onlySelect('Only SELECT is possible here: this would do something else.');
  if (text.hasMore) throw onlySelect();
  const tree = await serialize(connection, text.framed);
  if (tree.error === true) {
    // On its own, a mistake is found where it was made rather than where our bracket closes.
    const alone = await serialize(connection, text.typed);
    if (alone.error !== true || alone.position === undefined) throw onlySelect();
    throw syntaxError(alone, text);
  }
  const [statement, ...more] = Array.isArray(tree.statements) ? (tree.statements as { node?: unknown }[]) : [];
  const written = statement?.node as { from_table?: { type?: unknown; alias?: unknown; subquery?: { node?: unknown } } } | undefined;
  if (more.length > 0 || written?.from_table?.type !== 'SUBQUERY' || written.from_table.alias !== 'written' || !isFrame(written)) throw onlySelect();
  return written.from_table.subquery?.node;
}

const otherStatement =
  /^\s*(--[^\n]*\n\s*|\/\*[\s\S]*?\*\/\s*)*(insert|update|delete|copy|attach|detach|create|drop|alter|install|load|set|reset|pragma|call|export|import|use|vacuum|checkpoint|begin|commit|explain|merge|truncate|show|describe|summarize)\b/i;

function syntaxError(tree: Serialized, text: SqlText): PenstockError {
  const message = String(tree.error_message ?? 'syntax error');
  const near = /at or near "(.*)"$/s.exec(message)?.[1] ?? '';
  const early = /at end of input/.test(message);
  return new PenstockError('sql-syntax', early ? 'The SQL ends too early: something is still missing.' : `The SQL cannot be read: ${message}.`, {
    remedy: 'Correct the SQL at the marked place.',
    place: { span: text.spanAtCodePoint(Number(tree.position), near.length) },
  });
}

/** Whether nothing was added to our own `select * from (…) as written`. */
function isFrame(node: Readonly<Record<string, unknown>>): boolean {
  const empty = (key: string): boolean => node[key] === null || node[key] === undefined || (Array.isArray(node[key]) && node[key].length === 0);
  const withs = (node['cte_map'] as { map?: unknown } | undefined)?.map;
  return node['type'] === 'SELECT_NODE' && ['modifiers', 'where_clause', 'group_expressions', 'having', 'qualify', 'sample'].every(empty) && Array.isArray(withs) && withs.length === 0;
}

/** What DuckDB says of a text that parses but means nothing, in a sentence with its place. */
function planError(error: unknown, text: SqlText, head: string, tables: readonly NamedSchema[]): PenstockError {
  const raw = error instanceof Error ? error.message : String(error);
  const found = /\{[\s\S]*\}/.exec(raw)?.[0];
  let fields: { exception_message?: string; position?: string; error_subtype?: string; name?: string; type?: string } = {};
  try {
    fields = found === undefined ? {} : (JSON.parse(found) as typeof fields);
  } catch {
    // Not every error of DuckDB is JSON; then its first line has to do.
  }
  const name = fields.name ?? '';
  const span = fields.position === undefined ? null : text.spanAt(Number(fields.position) - Buffer.byteLength(head), name.length);
  const place = { place: span === null ? {} : { span }, cause: error };
  if (fields.error_subtype === 'COLUMN_NOT_FOUND') {
    const columns = tables.flatMap(({ schema }) => schema.map((column) => column.name));
    const guess = didYouMean(name, columns);
    return new PenstockError('unknown-column', `There is no column “${name}” here.${guess}`, { remedy: guess === '' ? `The connected tables have ${[...new Set(columns)].slice(0, 12).join(', ')}${columns.length > 12 ? ', …' : ''}.` : 'Correct the name.', ...place });
  }
  if (fields.error_subtype === 'MISSING_ENTRY' && fields.type?.includes('Function') === true) {
    const candidate = /Did you mean "([^"]+)"/.exec(fields.exception_message ?? '')?.[1];
    return new PenstockError('unknown-function', `There is no function “${name}”.${candidate === undefined ? '' : ` Did you mean “${candidate}”?`}`, { remedy: 'Correct its name.', ...place });
  }
  const message = (fields.exception_message ?? raw.replace(/^[A-Z][A-Za-z ]+ Error: /, '')).split('\n')[0] ?? raw;
  return new PenstockError('sql-invalid', `The SQL does not fit together: ${message.replace(/\.$/, '')}.`, { remedy: 'Correct the SQL.', ...place });
}

function checkNames(columns: Schema): void {
  const seen = new Set<string>();
  for (const { name } of columns) {
    if (name.trim() === '') throw new PenstockError('sql-invalid', 'A column of the result has no name.', { remedy: 'Give it one with AS.' });
    if (seen.has(nameKey(name))) throw new PenstockError('duplicate-column', `The result has two columns “${name}”.`, { remedy: 'Give one of them another name with AS.', place: { column: name } });
    seen.add(nameKey(name));
  }
}
