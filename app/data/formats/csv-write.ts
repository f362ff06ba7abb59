import { createReadStream, createWriteStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { DuckDBConnection } from '@duckdb/node-api';
import { PenstockError, type Diagnostic } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import { floatTextSql } from '#app/relation/functions/conversion.ts';
import { schemaOf } from '#app/relation/index.ts';
import type { ColumnType, Relation, Schema } from '#app/relation/types.ts';
import type { CsvWriteOptions, WrittenFile } from '#app/sdk/formats.ts';
import { quoteName, quoteText } from '../sql.ts';
import { writeWhole } from './whole-file.ts';

/** Beginnings that make Excel and LibreOffice take a cell for a formula (OWASP, “CSV injection”). */
const formulaStart = '^[=+\\-@\\t\\r]';

/**
 * A relation as delimited text: UTF-8 (or another encoding), numbers with a point, dates as 2024-01-31, gzip where the name ends in .gz.
 * @throws PenstockError those of writeWhole; `csv-encoding` naming a character that Latin-1 lacks.
 */
export async function writeCsvFile(connection: DuckDBConnection, sql: string, relation: Relation, path: string, options: CsvWriteOptions, signal: AbortSignal | undefined): Promise<WrittenFile> {
  const schema = schemaOf(relation);
  const gzip = path.toLowerCase().endsWith('.gz');
  const recoded = options.encoding !== 'utf-8';
  const text = schema.filter(({ type }) => type === 'string');
  const { result: rows, bytes } = await writeWhole(path, relation, options.overwrite, async (temporary) => {
    const raw = recoded ? `${temporary}.utf8` : temporary;
    try {
      const settings = [
        'format csv',
        `header ${options.header}`,
        `delimiter ${quoteText(options.delimiter)}`,
        `quote '"'`,
        `escape '"'`,
        `nullstr ${quoteText(options.missing)}`,
        ...(options.quote === 'all' ? ['force_quote *'] : options.quote === 'text' && text.length > 0 ? [`force_quote (${text.map(({ name }) => quoteName(name)).join(', ')})`] : []),
        `compression ${gzip && !recoded ? 'gzip' : 'none'}`,
      ];
      const cells = schema.map(({ name, type }) => `${cellSql(name, type, options.escapeFormulas)} as ${quoteName(name)}`);
      const result = await connection.runAndReadAll(`copy (select ${cells.join(', ')} from (${sql})) to ${quoteText(raw)} (${settings.join(', ')})`);
      if (recoded) await recode(raw, temporary, options.encoding, gzip, signal);
      return Number(result.getRows()[0]?.[0] ?? 0);
    } finally {
      if (recoded) await rm(raw, { force: true });
    }
  });
  const notes = options.escapeFormulas ? [] : await formulaNote(connection, sql, text);
  return { path, rows, bytes, files: 1, notes };
}

function cellSql(name: string, type: ColumnType, escape: boolean): string {
  const quoted = quoteName(name);
  if (type === 'binary') return `lower(hex(${quoted}))`;
  if (type === 'float') return floatTextSql(quoted);
  if (type === 'string' && escape) return `case when regexp_matches(${quoted}, ${quoteText(formulaStart)}) then '''' || ${quoted} else ${quoted} end`;
  return quoted;
}

/** Says which texts a spreadsheet would run. */
async function formulaNote(connection: DuckDBConnection, sql: string, text: Schema): Promise<Diagnostic[]> {
  if (text.length === 0) return [];
  const counts = text.map(({ name }) => `count(*) filter (regexp_matches(${quoteName(name)}, ${quoteText('^[=@]|^[+\\-][^0-9.]')}))`);
  const reader = await connection.runAndReadAll(`select ${counts.join(', ')} from (${sql})`);
  const row = reader.getRows()[0] ?? [];
  return text.flatMap(({ name }, i): Diagnostic[] => {
    const count = Number(row[i] ?? 0);
    if (count === 0) return [];
    return [
      {
        severity: 'warning',
        code: 'csv-formulas',
        message: `Column “${name}” holds ${formatCount(count)} ${count === 1 ? 'text that begins' : 'texts that begin'} like a formula (=, +, -, @); a spreadsheet would run ${count === 1 ? 'it' : 'them'}.`,
        remedy: 'Switch on “Make formulas harmless” if people will open the file in a spreadsheet.',
        place: { column: name },
      },
    ];
  });
}

async function recode(from: string, to: string, encoding: CsvWriteOptions['encoding'], gzip: boolean, signal: AbortSignal | undefined): Promise<void> {
  const steps = [createReadStream(from, { highWaterMark: 1 << 20 }), new Recoder(encoding), ...(gzip ? [createGzip()] : []), createWriteStream(to)];
  await pipeline(steps, signal === undefined ? {} : { signal });
  const file = await open(to, 'r');
  await file.close();
}

/** UTF-8 in, the chosen encoding out. */
class Recoder extends Transform {
  readonly #decoder = new TextDecoder('utf-8');
  readonly #encoding: CsvWriteOptions['encoding'];
  #started = false;
  #line = 1;

  constructor(encoding: CsvWriteOptions['encoding']) {
    super();
    this.#encoding = encoding;
  }

  override _transform(block: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      done(null, this.#encode(this.#decoder.decode(block, { stream: true })));
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: TransformCallback): void {
    try {
      done(null, this.#encode(this.#decoder.decode()));
    } catch (error) {
      done(error as Error);
    }
  }

  #encode(text: string): Buffer {
    const mark = this.#started || this.#encoding === 'latin-1' ? '' : '\ufeff';
    this.#started = true;
    if (this.#encoding === 'utf-16') return Buffer.from(mark + text, 'utf16le');
    if (this.#encoding !== 'latin-1') return Buffer.from(mark + text, 'utf8');
    const bytes = Buffer.alloc(text.length);
    for (let i = 0; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      if (code === 10) this.#line += 1;
      const byte = code < 0x80 || (code >= 0xa0 && code <= 0xff) ? code : windows1252.get(code);
      if (byte === undefined) {
        throw new PenstockError('csv-encoding', `Line ${formatCount(this.#line)} holds “${String.fromCodePoint(text.codePointAt(i) ?? code)}”, which Latin-1 (Windows-1252) does not have.`, { remedy: 'Choose UTF-8, or replace the character first.', place: { param: ['encoding'], line: this.#line } });
      }
      bytes[i] = byte;
    }
    return bytes;
  }
}

/** What Windows-1252 has at 0x80 to 0x9f, where Latin-1 has control characters. */
const windows1252 = new Map(
  Array.from(new TextDecoder('windows-1252').decode(Uint8Array.from({ length: 32 }, (_, i) => 0x80 + i)), (letter, i): [number, number] => [letter.charCodeAt(0), 0x80 + i]),
);
