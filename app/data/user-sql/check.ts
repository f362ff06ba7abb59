import { PenstockError } from '#app/core/errors.ts';
import { nameKey } from '#app/relation/index.ts';
import type { SqlText } from './text.ts';

/**
 * What a person's SQL may be: one SELECT that reads the tables given to it and nothing else. Decided on DuckDB's own parse tree of
 * exactly the text that will run, by what is allowed: a kind of source that is not listed here is refused, whatever it does.
 */

/** Sources of rows in a FROM. */
const sources: ReadonlySet<string> = new Set(['BASE_TABLE', 'SUBQUERY', 'JOIN', 'TABLE_FUNCTION', 'EXPRESSION_LIST', 'EMPTY', 'EMPTY_FROM', 'PIVOT']);
const queryNodes: ReadonlySet<string> = new Set(['SELECT_NODE', 'SET_OPERATION_NODE', 'RECURSIVE_CTE_NODE']);
const tableFunctions: ReadonlySet<string> = new Set(['generate_series', 'range', 'unnest']);

/**
 * Scalar functions that tell about the machine, the database or the session, change it, keep it waiting, or plan SQL that they are given as
 * text. DuckDB has more of them with every version, so whole families are refused by the beginning of their name.
 */
const refusedFunctions: ReadonlySet<string> = new Set([
  'current_setting', 'current_database', 'current_catalog', 'current_schema', 'current_schemas', 'current_user', 'session_user', 'user', 'current_role', 'current_query', 'current_query_id',
  'current_connection_id', 'current_transaction_id', 'txid_current', 'getenv', 'getvariable', 'version', 'write_log', 'sleep_ms', 'setseed', 'nextval', 'currval', 'query', 'query_table',
  'json_serialize_plan', 'json_execute_serialized_sql', 'glob', 'sniff_csv', 'which_secret', 'get_block_size', 'format_type', 'has_table_privilege', 'inet_client_addr', 'inet_server_addr',
]);
const refusedFamilies = /^(read_|parquet_|duckdb_|pragma_|pg_|inet_|has_.*_privilege$|sqlite_|postgres_|mysql_|iceberg_|delta_|st_read|http_|load_|install_|copy_|export_|import_|enable_|disable_|from_substrait|get_substrait|arrow_scan|seq_scan)/;

interface Scope {
  has(name: string): boolean;
}

type Tree = Readonly<Record<string, unknown>>;
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);
const textAt = (tree: Tree, key: string): string => (typeof tree[key] === 'string' ? tree[key] : '');

/**
 * @param node the query node of the parse tree
 * @throws PenstockError `sql-source`, `sql-function`, `sql-parameter`, `sql-statement`, each with the span where it is
 */
export function checkQuery(node: unknown, tables: readonly string[], text: SqlText): void {
  const given = new Set(tables.map(nameKey));
  const walker = new Walker(text, tables);
  walker.walk(node, { has: (name) => given.has(name) });
}

class Walker {
  readonly #text: SqlText;
  readonly #tables: readonly string[];

  constructor(text: SqlText, tables: readonly string[]) {
    this.#text = text;
    this.#tables = tables;
  }

  walk(value: unknown, scope: Scope): void {
    if (Array.isArray(value)) {
      for (const one of value) this.walk(one, scope);
      return;
    }
    if (!isTree(value)) return;
    if ('cte_map' in value) return this.#query(value, scope);
    if ('class' in value) this.#expression(value);
    else if ('sample' in value && 'alias' in value) this.#source(value, scope);
    this.#children(value, scope);
  }

  #children(tree: Tree, scope: Scope, without: readonly string[] = []): void {
    for (const [key, child] of Object.entries(tree)) if (!without.includes(key)) this.walk(child, scope);
  }

  /** A table defined by WITH is visible to those behind it and to the query, not to itself or those before it: there the name would be a file. */
  #query(node: Tree, outer: Scope): void {
    if (!queryNodes.has(textAt(node, 'type'))) throw this.#refused('sql-statement', 'Only SELECT is possible here.', node, 6);
    const defined = new Set<string>();
    const scope: Scope = { has: (name) => defined.has(name) || outer.has(name) };
    const map = isTree(node['cte_map']) ? node['cte_map']['map'] : null;
    for (const entry of Array.isArray(map) ? map : []) {
      if (!isTree(entry) || typeof entry['key'] !== 'string') throw this.#refused('sql-statement', 'A WITH in this statement could not be understood.', node, 4);
      this.walk(entry['value'], { has: scope.has });
      defined.add(nameKey(entry['key']));
    }
    if (node['type'] !== 'RECURSIVE_CTE_NODE') return this.#children(node, scope, ['cte_map']);
    const own = nameKey(textAt(node, 'cte_name'));
    this.#children(node, scope, ['cte_map', 'right']);
    // Only the repeated part of a recursive table sees the table itself.
    this.walk(node['right'], { has: (name) => name === own || scope.has(name) });
  }

  #source(source: Tree, scope: Scope): void {
    const type = textAt(source, 'type');
    if (!sources.has(type)) throw this.#refused('sql-source', 'Only the connected tables can be read here.', source, 6);
    if (type === 'TABLE_FUNCTION') {
      const call = source['function'];
      const name = isTree(call) ? textAt(call, 'function_name').toLowerCase() : '';
      if (tableFunctions.has(name)) return;
      throw this.#refused('sql-source', `The function “${name}” cannot be a source of rows here.`, source, name.length, 'Read files with a reader node and connect it; generate_series, range and unnest are possible.');
    }
    if (type !== 'BASE_TABLE') return;
    const name = textAt(source, 'table_name');
    const qualified = textAt(source, 'schema_name') !== '' || textAt(source, 'catalog_name') !== '';
    if (!qualified && scope.has(nameKey(name))) return;
    const known = this.#tables.length === 0 ? 'no table is connected' : `the tables here are ${this.#tables.map((table) => `“${table}”`).join(', ')}`;
    const isFile = /[./\\:*]/.test(name);
    const full = [textAt(source, 'catalog_name'), textAt(source, 'schema_name'), name].filter((part) => part !== '').join('.');
    throw this.#refused(
      isFile ? 'sql-source' : 'unknown-table',
      isFile ? `Files cannot be read here: “${name}”.` : `There is no table “${full}”; ${known}.`,
      source,
      name.length,
      isFile ? 'Read the file with a reader node and connect it.' : 'Connect the table, or correct its name.',
    );
  }

  #expression(expression: Tree): void {
    if (expression['class'] === 'PARAMETER') throw this.#refused('sql-parameter', 'There are no values for parameters such as ? or $1.', expression, 1, 'Write the value itself.');
    if (expression['class'] !== 'FUNCTION' && expression['class'] !== 'WINDOW') return;
    const name = textAt(expression, 'function_name').toLowerCase();
    if (!refusedFunctions.has(name) && !refusedFamilies.test(name)) return;
    throw this.#refused('sql-function', `The function “${name}” cannot be used here: it reaches outside the connected tables.`, expression, name.length, 'Use the connected tables only.');
  }

  #refused(code: string, message: string, at: Tree, length: number, remedy = 'Write one SELECT over the connected tables.'): PenstockError {
    const span = this.#text.spanAt(Number(at['query_location']), length);
    return new PenstockError(code, message, { remedy, place: span === null ? {} : { span } });
  }
}
