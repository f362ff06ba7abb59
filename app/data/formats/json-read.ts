import { isUtf8 } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { CancelledError, PenstockError, type Diagnostic } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import type { JsonPlan, Misfits } from '#app/sdk/formats.ts';
import { isDiskFull } from '../parquet.ts';
import { diskFull } from '../query-errors.ts';
import { quoteText } from '../sql.ts';
import { jsonSyntax } from './json-sniff.ts';
import { JsonFault, JsonSplitter } from './json-split.ts';
import { openUtf8, requireFile } from './open-bytes.ts';
import { copyStrictly, type StrictResult } from './strict-copy.ts';

export interface JsonRead {
  readonly path: string;
  readonly plan: JsonPlan;
  readonly misfits: Misfits;
  readonly outPath: string;
  readonly rejectsPath: string;
  readonly tempDir: string;
  readonly signal: AbortSignal | undefined;
}

const maxRecordBytes = 64 << 20;

/**
 * JSON → Parquet in the order of the file, numbers digit by digit. The file is cut into records with their lines in a temporary copy,
 * which DuckDB parses on all cores.
 * @throws PenstockError `json-syntax`, `bad-value`, `bad-record`, `file-missing`, `file-damaged`, `disk-full`.
 */
export async function readJsonFile(connection: DuckDBConnection, read: JsonRead): Promise<StrictResult & { notes: Diagnostic[] }> {
  await requireFile(read.path);
  const id = randomBytes(6).toString('hex');
  const copy = join(read.tempDir, `json-${id}.tsv`);
  const table = `json_${id}`;
  try {
    const long = await splitTo(read, copy);
    const buffers = long ? `, max_line_size = ${maxRecordBytes + 64}, buffer_size = ${2 * maxRecordBytes}` : '';
    const source = `read_csv(${quoteText(copy)}, auto_detect = false, header = false, delim = '\u001f', quote = '', escape = '', new_line = '\\n', columns = {line: 'BIGINT', record: 'VARCHAR'}${buffers})`;
    try {
      await connection.run(`create temp table ${table} as ${cellsSql(read.plan, source)}`);
    } catch (thrown) {
      if (read.signal?.aborted) throw new CancelledError();
      throw (await badRecord(connection, read.path, source)) ?? thrown;
    }
    const notes = read.plan.whole ? [] : await newKeys(connection, read, source);
    const schema = read.plan.columns.map(({ name, type }) => ({ name, type }));
    const result = await copyStrictly(connection, { table, schema, file: basename(read.path), unit: 'line' }, read.misfits, read.outPath, read.rejectsPath);
    return { ...result, notes };
  } finally {
    await connection.run(`drop table if exists ${table}`).catch(() => undefined);
    await rm(copy, { force: true });
  }
}

/** One line a record: its line in the file, U+001F, its text. True where a record is longer than DuckDB's default line. */
async function splitTo(read: JsonRead, copy: string): Promise<boolean> {
  const file = await open(copy, 'w');
  let held: Buffer[] = [];
  let size = 0;
  let long = false;
  const flush = async (): Promise<void> => {
    const all = Buffer.concat(held);
    held = [];
    size = 0;
    if (all.length > 0) await file.writeFile(all);
  };
  const splitter = new JsonSplitter(read.plan.layout, (line, record) => {
    if (record.includes(0x1f)) throw new JsonFault('a text holds a control character, which JSON does not allow', line);
    if (!isUtf8(record)) throw new JsonFault('a text is not UTF-8', line);
    const head = Buffer.from(`${line}\u001f`);
    held.push(head, record, newline);
    size += head.length + record.length + 1;
    if (record.length > 1_000_000) long = true;
    return true;
  }, maxRecordBytes);
  try {
    for await (const block of openUtf8(read.path, read.signal)) {
      // Kept records are views of the block until they are written.
      splitter.push(block);
      if (size > 0) await flush();
    }
    splitter.end();
    await flush();
    return long;
  } catch (thrown) {
    if (isDiskFull(thrown)) throw diskFull(copy, thrown);
    if (thrown instanceof JsonFault) throw jsonSyntax(read.path, thrown.message, thrown.line, thrown);
    throw thrown;
  } finally {
    await file.close();
  }
}

const newline = Buffer.from('\n');

const kinds = { object: 'OBJECT', list: 'ARRAY' } as const;
const kindWords = { object: 'an object', list: 'a list' } as const;

function cellsSql(plan: JsonPlan, source: string): string {
  const pointers = plan.columns.map(({ pointer }) => quoteText(pointer)).join(', ');
  const cells = plan.columns.map((_, i) => `, found[${i + 1}] as c${i}`).join('');
  const shapes = [
    ...(plan.records === 'value' ? [] : [`when json_type(record) <> '${kinds[plan.records]}' then ${quoteText(`the record is not ${kindWords[plan.records]}`)}`]),
    ...plan.flattened.map((pointer) => `when coalesce(json_type(record, ${quoteText(pointer)}), 'NULL') not in ('OBJECT', 'NULL') then ${quoteText(`“${pointer.slice(1).replaceAll('~1', '/').replaceAll('~0', '~')}” is not an object`)}`),
  ];
  const problem = shapes.length === 0 ? 'null::varchar' : `case ${shapes.join(' ')} end`;
  if (plan.columns.length === 0) return `select line, ${problem} as problem from ${source}`;
  return `select line, problem${cells} from (select line, ${problem} as problem, json_extract_string(record, [${pointers}]) as found from ${source})`;
}

async function badRecord(connection: DuckDBConnection, path: string, source: string): Promise<PenstockError | null> {
  const reader = await connection.runAndReadAll(`select line, record from ${source} where not json_valid(record) order by line limit 1`);
  const found = reader.getRows()[0];
  if (found === undefined) return null;
  const text = String(found[1]);
  return jsonSyntax(path, `this is not JSON: ${text.length > 80 ? `${text.slice(0, 80)}…` : text}`, Number(found[0]));
}

/** Keys that only occur after the sample have no column; that must not go unseen. */
async function newKeys(connection: DuckDBConnection, read: JsonRead, source: string): Promise<Diagnostic[]> {
  if (read.plan.records !== 'object') return [];
  const known = new Set([...read.plan.columns.map(({ pointer }) => pointer.split('/')[1] ?? ''), ...read.plan.flattened.map((pointer) => pointer.slice(1))].map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')));
  const list = [...known].map(quoteText).join(', ');
  const reader = await connection.runAndReadAll(
    `select key, count(*), min(line) from (select line, unnest(json_keys(record)) as key from ${source} where json_type(record) = 'OBJECT') ${known.size === 0 ? '' : `where key not in (${list})`} group by key order by 3, 1 limit 20`,
  );
  return reader.getRows().map(([key, count, line]): Diagnostic => ({
    severity: 'warning',
    code: 'json-new-key',
    message: `The key “${String(key)}” appears first in line ${formatCount(Number(line))}, in ${formatCount(Number(count))} ${Number(count) === 1 ? 'record' : 'records'}, and has no column.`,
    remedy: `Add “${String(key)}” to the column types to read it.`,
    place: { file: read.path, line: Number(line) },
  }));
}
