import { BIGINT, DuckDBDataChunk, VARCHAR, type DuckDBAppender, type DuckDBConnection } from '@duckdb/node-api';

const chunkRows = 2048;

/** Appends rows of text to a temporary table as copyStrictly wants it (`line`, `problem`, `c0` …), a chunk at a time; DuckDB spills what memory does not hold. */
export class RowAppender {
  readonly #appender: DuckDBAppender;
  readonly #columns: (string | null)[][];
  readonly #lines: bigint[] = [];
  readonly #problems: (string | null)[] = [];

  private constructor(appender: DuckDBAppender, width: number) {
    this.#appender = appender;
    this.#columns = Array.from({ length: width }, () => []);
  }

  static async create(connection: DuckDBConnection, table: string, width: number): Promise<RowAppender> {
    const columns = Array.from({ length: width }, (_, i) => `, c${i} varchar`).join('');
    await connection.run(`create temp table ${table} (line bigint, problem varchar${columns})`);
    return new RowAppender(await connection.createAppender(table), width);
  }

  add(line: number, problem: string | null, cells: readonly (string | null)[]): void {
    this.#lines.push(BigInt(line));
    this.#problems.push(problem);
    for (let i = 0; i < this.#columns.length; i += 1) this.#columns[i]?.push(cells[i] ?? null);
    if (this.#lines.length === chunkRows) this.#write();
  }

  #write(): void {
    const count = this.#lines.length;
    if (count === 0) return;
    const chunk = DuckDBDataChunk.create([BIGINT, VARCHAR, ...this.#columns.map(() => VARCHAR)], count);
    chunk.setColumnValues(0, this.#lines);
    chunk.setColumnValues(1, this.#problems);
    this.#columns.forEach((values, i) => chunk.setColumnValues(i + 2, values));
    this.#appender.appendDataChunk(chunk);
    this.#lines.length = 0;
    this.#problems.length = 0;
    for (const values of this.#columns) values.length = 0;
  }

  /** Writes what is left. */
  end(): void {
    this.#write();
    this.close();
  }

  close(): void {
    this.#appender.closeSync();
  }
}
