import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { quotePath } from '#app/relation/emitters/duckdb/index.ts';
import { quoteText } from './sql.ts';

/** A key in base64; null: not encrypted. */
export type TableKey = string | null;

/** Writes tables of a project anew under other keys, row for row in their order. */
export class TableRewriter {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  #count = 0;

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance;
    this.#connection = connection;
  }

  /** No query of it needs to spill: tables stream through. */
  static async open(): Promise<TableRewriter> {
    const instance = await DuckDBInstance.create(':memory:', { force_mbedtls_unsafe: 'true', max_temp_directory_size: '0B', autoinstall_known_extensions: 'false', autoload_known_extensions: 'false' });
    return new TableRewriter(instance, await instance.connect());
  }

  /** @throws Error of DuckDB, also for a wrong key. */
  async rewrite(from: { readonly file: string; readonly key: TableKey }, to: { readonly file: string; readonly key: TableKey }): Promise<void> {
    const read = await this.#option(from.key, 'encryption_config = ');
    const write = await this.#option(to.key, 'encryption_config ');
    await this.#connection.run(`copy (select * from read_parquet(${quotePath(from.file)}${read})) to ${quoteText(to.file)} (format parquet, compression zstd, compression_level 1, parquet_version v2${write})`);
  }

  close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }

  async #option(key: TableKey, option: string): Promise<string> {
    if (key === null) return '';
    const name = `k${this.#count++}`;
    await this.#connection.run(`pragma add_parquet_key(${quoteText(name)}, ${quoteText(key)})`).catch(() => Promise.reject(new Error('DuckDB refused the key of a table.')));
    return `, ${option}{footer_key: ${quoteText(name)}}`;
  }
}
