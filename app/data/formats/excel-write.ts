import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { ZipFile } from 'yazl';
import { CancelledError, PenstockError, type Diagnostic } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import { schemaOf } from '#app/relation/index.ts';
import type { Column, Relation, Schema } from '#app/relation/types.ts';
import type { ExcelWriteOptions, WrittenFile } from '#app/sdk/formats.ts';
import { quoteName } from '../sql.ts';
import { columnLetters } from './excel-cells.ts';
import { writeWhole } from './whole-file.ts';

const maxRows = 1_048_576;
const maxColumns = 16_384;
const maxText = 32_767;
/** Excel keeps 15 digits. */
const exactWhole = 999_999_999_999_999n;

/** Cell styles in styles.xml. */
const styleOf = { date: 1, timestamp: 2, time: 3, header: 4 } as const;

/**
 * One sheet, streamed: text as text (never as formulas), numbers and dates as such. Whole numbers beyond 15 digits and dates before
 * March 1900 are written as text, because Excel would change them.
 * @throws PenstockError those of writeWhole; `excel-too-many-rows`, `excel-too-many-columns`, `excel-long-text`, `excel-sheet-name`.
 */
export async function writeExcelFile(connection: DuckDBConnection, sql: string, relation: Relation, path: string, options: ExcelWriteOptions, signal: AbortSignal | undefined): Promise<WrittenFile> {
  const schema = schemaOf(relation);
  assertFits(schema, options);
  const writer = new SheetWriter(schema, options.header, signal);
  const { bytes } = await writeWhole(path, relation, options.overwrite, async (temporary) => {
    const result = await connection.run(`select ${schema.map(cellQuery).join(', ')} from (${sql})`);
    const rows = async function* (): AsyncGenerator<readonly (readonly unknown[])[]> {
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) return;
        yield chunk.getRows();
      }
    };
    const zip = new ZipFile();
    for (const [name, text] of fixedParts(options.sheet)) zip.addBuffer(Buffer.from(text, 'utf8'), name);
    const sheet = Readable.from(writer.xml(rows()), { objectMode: false, highWaterMark: 1 << 20 });
    // An error of the sheet's stream would otherwise leave the archive waiting for ever.
    const failed = new Promise<never>((_, reject) => sheet.once('error', reject));
    zip.addReadStream(sheet, 'xl/worksheets/sheet1.xml');
    zip.end();
    await Promise.race([pipeline(zip.outputStream, createWriteStream(temporary)), failed]);
  });
  return { path, rows: writer.rows, bytes, files: 1, notes: writer.notes() };
}

function assertFits(schema: Schema, options: ExcelWriteOptions): void {
  if (schema.length > maxColumns) throw new PenstockError('excel-too-many-columns', `A sheet holds ${formatCount(maxColumns)} columns; the table has ${formatCount(schema.length)}.`, { remedy: 'Write CSV or Parquet, or select columns first.' });
  const bad = options.sheet === '' || options.sheet.length > 31 || /[[\]:*?/\\]/.test(options.sheet) || options.sheet.startsWith("'") || options.sheet.endsWith("'");
  if (bad) throw new PenstockError('excel-sheet-name', `“${options.sheet}” cannot be the name of a sheet.`, { remedy: 'Use 1 to 31 characters without [ ] : * ? / \\ and without an apostrophe at the ends.', place: { param: ['sheet'] } });
}

/** Dates, times and timestamps come as microseconds since 1970, or since midnight. */
function cellQuery({ name, type }: Column): string {
  const quoted = quoteName(name);
  if (type === 'date' || type === 'timestamp') return `epoch_us(${quoted}::timestamp)`;
  if (type === 'time') return `epoch_us(${quoted})`;
  return type === 'binary' ? `lower(hex(${quoted}))` : quoted;
}

class SheetWriter {
  readonly #schema: Schema;
  readonly #header: boolean;
  readonly #signal: AbortSignal | undefined;
  readonly #asText = new Map<string, { count: number; what: string }>();
  rows = 0;

  constructor(schema: Schema, header: boolean, signal: AbortSignal | undefined) {
    this.#schema = schema;
    this.#header = header;
    this.#signal = signal;
  }

  notes(): Diagnostic[] {
    return [...this.#asText].map(([column, { count, what }]): Diagnostic => ({
      severity: 'warning',
      code: 'excel-as-text',
      message: `Column “${column}”: ${formatCount(count)} ${count === 1 ? 'value is' : 'values are'} written as text, because Excel would change ${what}.`,
      place: { column },
    }));
  }

  async *xml(chunks: AsyncIterable<readonly (readonly unknown[])[]>): AsyncGenerator<string> {
    const letters = this.#schema.map((_, i) => columnLetters(i + 1));
    const freeze = this.#header ? '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>' : '';
    yield `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">${freeze}<sheetData>`;
    let row = 0;
    if (this.#header) {
      row = 1;
      yield `<row r="1">${this.#schema.map(({ name }, i) => textCell(`${letters[i]}1`, name, ` s="${styleOf.header}"`)).join('')}</row>`;
    }
    for await (const chunk of chunks) {
      if (this.#signal?.aborted) throw new CancelledError();
      let text = '';
      for (const values of chunk) {
        row += 1;
        if (row > maxRows) throw new PenstockError('excel-too-many-rows', `A sheet holds ${formatCount(maxRows)} rows; the table has more.`, { remedy: 'Write CSV or Parquet, or filter first.' });
        text += `<row r="${row}">`;
        for (let i = 0; i < this.#schema.length; i += 1) {
          const column = this.#schema[i];
          const value = values[i];
          if (column !== undefined && value !== null && value !== undefined) text += this.#cell(`${letters[i]}${row}`, column, value, row);
        }
        text += '</row>';
        this.rows += 1;
      }
      yield text;
    }
    yield '</sheetData></worksheet>';
  }

  #cell(at: string, column: Column, value: unknown, row: number): string {
    switch (column.type) {
      case 'boolean':
        return `<c r="${at}" t="b"><v>${value === true ? 1 : 0}</v></c>`;
      case 'integer': {
        const whole = BigInt(value as bigint);
        if (whole > exactWhole || whole < -exactWhole) return this.#note(column.name, 'whole numbers of more than 15 digits', textCell(at, String(whole)));
        return `<c r="${at}"><v>${whole}</v></c>`;
      }
      case 'float': {
        const number = Number(value);
        // A sheet has no infinity and no NaN.
        return Number.isFinite(number) ? `<c r="${at}"><v>${number}</v></c>` : this.#note(column.name, 'infinite numbers', textCell(at, String(number)));
      }
      case 'date':
      case 'timestamp': {
        const serial = Number(value as bigint) / 86_400e6 + 25_569;
        if (serial >= 61 && serial < 2_958_466) return `<c r="${at}" s="${styleOf[column.type]}"><v>${serial}</v></c>`;
        const date = new Date(Number((value as bigint) / 1000n));
        const iso = Number.isNaN(date.getTime()) ? String(value) : date.toISOString();
        return this.#note(column.name, 'dates outside March 1900 to 9999', textCell(at, column.type === 'date' ? iso.slice(0, 10) : iso.slice(0, 19).replace('T', ' ')));
      }
      case 'time':
        return `<c r="${at}" s="${styleOf.time}"><v>${Number(value as bigint) / 86_400e6}</v></c>`;
      default: {
        const text = String(value);
        if (text.length > maxText) throw new PenstockError('excel-long-text', `Row ${formatCount(row)}, column “${column.name}”: a cell holds ${formatCount(maxText)} characters; this text has ${formatCount(text.length)}.`, { remedy: 'Write CSV or Parquet, or shorten the text first.', place: { column: column.name, line: row } });
        return textCell(at, text);
      }
    }
  }

  #note(column: string, what: string, cell: string): string {
    const known = this.#asText.get(column);
    if (known === undefined) this.#asText.set(column, { count: 1, what });
    else known.count += 1;
    return cell;
  }
}

const textCell = (at: string, text: string, style = ''): string => `<c r="${at}" t="inlineStr"${style}><is><t xml:space="preserve">${escapeXml(text)}</t></is></c>`;

/** What XML 1.0 has no way to write: most control characters, and halves of surrogate pairs. A carriage return would be read as a line feed. */
const unwritable = /(?![\t\n])\p{Cc}(?<![\u007f-\u009f])|[\ufffe\uffff]|\p{Cs}/gu;

/** XML text; what XML cannot hold as `_x0001_`, and text that looks like such an escape is escaped itself. */
export function escapeXml(text: string): string {
  return text
    .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replace(unwritable, (letter) => `_x${letter.charCodeAt(0).toString(16).padStart(4, '0').toUpperCase()}_`)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
}

const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packaged = 'http://schemas.openxmlformats.org/package/2006';

function fixedParts(sheet: string): [string, string][] {
  const types = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
  return [
    ['[Content_Types].xml', `${head}<Types xmlns="${packaged}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${types}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${types}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="${types}.styles+xml"/></Types>`],
    ['_rels/.rels', `${head}<Relationships xmlns="${packaged}/relationships"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`],
    ['xl/workbook.xml', `${head}<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="${escapeXml(sheet)}" sheetId="1" r:id="rId1"/></sheets></workbook>`],
    ['xl/_rels/workbook.xml.rels', `${head}<Relationships xmlns="${packaged}/relationships"><Relationship Id="rId1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${office}/styles" Target="styles.xml"/></Relationships>`],
    ['xl/styles.xml', `${head}<styleSheet xmlns="${main}"><numFmts count="3"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/><numFmt numFmtId="166" formatCode="hh:mm:ss"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="5"><xf/><xf numFmtId="164" applyNumberFormat="1"/><xf numFmtId="165" applyNumberFormat="1"/><xf numFmtId="166" applyNumberFormat="1"/><xf fontId="1" applyFont="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`],
  ];
}
