import { readFile } from 'node:fs/promises';
import { mutated, mutatedJsonText } from '../mutate.ts';
import { mutatedZip } from '../zip-parts.ts';
import { csvCells } from './csv-oracle.ts';
import { inProject, pipelineOf, runOrThrow } from './pipelines.ts';
import { Silent, type Ground, type Reader } from './reader.ts';

/** Runs a reader node over the file and looks at all rows. */
async function readTable(type: string, params: (file: string) => Record<string, unknown>, file: string, ground: Ground): Promise<{ schema: readonly { name: string; type: string }[]; rows: readonly unknown[][] }> {
  const document = pipelineOf(ground, [{ id: 'read', type, params: params(inProject(file, ground)) }]);
  await runOrThrow(ground, document);
  const { engine } = ground.test;
  const value = await engine.data.table({ document, nodeId: 'read', port: 'table', filter: '' }, new AbortController().signal);
  await engine.database.arrowPage(value.relation, { offset: 0, limit: 200, sort: [] });
  const { rows } = await engine.database.rows(value.relation);
  return { schema: value.schema, rows };
}

const csv: Reader = {
  name: 'CSV',
  seeds: ['resources/samples/datasets/nyc-flights/airlines.csv'],
  extension: '.csv',
  namesFile: true,
  mutate: (seed, random, others) => mutated(seed, random, others, ['"', '""', ',', ';', '\t', '\n', '\r\n', '\r', '\0', '\ufeff', '1e999', '2024-02-30', 'NULL', '1.234,5', '"\n"', '\u2028', ',,,,', '00012']),
  async read(file, ground) {
    const { schema, rows } = await readTable('data/csv-reader', (at) => ({ path: at }), file, ground);
    const { dialect } = await ground.test.engine.database.sniffCsv(file, {});
    const bytes = await readFile(file);
    const expected = csvCells(bytes, dialect);
    if (expected === null) return;
    if (expected.length !== rows.length) throw new Silent(`${rows.length} rows were read where the file has ${expected.length}`);
    for (const [r, cells] of expected.entries()) {
      for (const [c, text] of cells.entries()) {
        const value = rows[r]?.[c] ?? null;
        if (value !== null && dialect.nullWords.includes(text)) throw new Silent(`row ${r + 1}, column ${c + 1}: “${text}” was not taken for missing but for ${JSON.stringify(value)}`);
        if (value === null && text.trim() !== '' && !dialect.nullWords.includes(text) && !dialect.nullWords.includes(text.trim())) throw new Silent(`row ${r + 1}, column ${c + 1}: “${text}” became missing`);
        // DuckDB's client leaves out a byte-order mark with which a text begins.
        if (schema[c]?.type === 'string' && value !== null && value !== text && value !== text.replace(/^\ufeff/, '')) throw new Silent(`row ${r + 1}, column ${c + 1}: “${text}” became “${String(value)}”`);
        if ((schema[c]?.type === 'float' || schema[c]?.type === 'integer') && typeof value === 'number' && (dialect.decimal ?? '.') === '.' && (dialect.thousands ?? '') === '' && Number(text) !== value) throw new Silent(`row ${r + 1}, column ${c + 1}: “${text}” became ${value}`);
      }
    }
  },
};

const json: Reader = {
  name: 'JSON',
  seeds: ['nodes/data/json-reader/samples/events.jsonl'],
  extension: '.json',
  namesFile: true,
  mutate: mutatedJsonText,
  async read(file, ground) {
    const { rows } = await readTable('data/json-reader', (at) => ({ path: at }), file, ground);
    const text = (await readFile(file, 'utf8')).replace(/^\ufeff/, '');
    let whole: unknown;
    try {
      whole = JSON.parse(text);
    } catch {
      whole = null;
    }
    if (Array.isArray(whole) && whole.every((one) => typeof one === 'object' && one !== null && !Array.isArray(one)) && whole.length !== rows.length) throw new Silent(`${rows.length} rows were read where the file has ${whole.length}`);
    if (whole !== null) return;
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    const isLine = (line: string): boolean => {
      try {
        JSON.parse(line);
        return true;
      } catch {
        return false;
      }
    };
    if (!lines.every(isLine)) throw new Silent('a file that is no JSON was read');
    if (lines.length !== rows.length) throw new Silent(`${rows.length} rows were read where the file has ${lines.length} lines`);
  },
};

const parquet: Reader = {
  name: 'Parquet',
  seeds: ['nodes/data/parquet-reader/samples/nested.parquet', 'resources/samples/datasets/penguins.parquet'],
  extension: '.parquet',
  namesFile: true,
  mutate: (seed, random, others) => mutated(seed, random, others, ['PAR1', 'PARE']),
  async read(file, ground) {
    await readTable('data/parquet-reader', (at) => ({ path: at }), file, ground);
  },
};

const excel: Reader = {
  name: 'Excel',
  seeds: ['nodes/data/excel-reader/samples/orders.xlsx', 'nodes/data/excel-reader/samples/mac-1904.xlsx'],
  extension: '.xlsx',
  namesFile: true,
  mutate: (seed, random, others) => mutatedZip(seed, random, others, ['<c r="XFD1048576"/>', '<row r="99999999">', 'r="A0"', 'r="ZZZZZZZ1"', '<!DOCTYPE x [<!ENTITY a "b">]>', '&a;', '&#0;', '<v>1e999</v>', '<v>-1</v>', 's="99999"', 't="s"', '</row>', '<sheetData>', 'count="4294967295"']),
  async read(file, ground) {
    await readTable('data/excel-reader', (at) => ({ path: at }), file, ground);
  },
};

export const tableReaders: readonly Reader[] = [csv, json, parquet, excel];
