import { basename } from 'node:path';
import { DuckDBTypeId, type DuckDBConnection } from '@duckdb/node-api';
import { PenstockError, type Diagnostic } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import { quotePath } from '#app/relation/emitters/duckdb/index.ts';
import type { ColumnType } from '#app/relation/types.ts';
import type { ParquetFiles } from '#app/sdk/formats.ts';
import { describeQuery } from '../query.ts';
import { damagedFile, isDamage } from '../query-errors.ts';

const nestedTypes = new Set([DuckDBTypeId.LIST, DuckDBTypeId.STRUCT, DuckDBTypeId.MAP, DuckDBTypeId.ARRAY, DuckDBTypeId.UNION]);
/** Footers are read to compare columns; beyond so many files the first and last are. */
const comparedFiles = 200;

/**
 * What several Parquet files give together: columns by name, missing where a file lacks one; folders `column=value` as columns.
 * @throws PenstockError `parquet-damaged` naming the file, `parquet-types` where a column's types cannot go together.
 */
export async function describeParquetFiles(connection: DuckDBConnection, files: readonly string[]): Promise<ParquetFiles> {
  const hive = files.every((file) => /[\\/][^\\/=]+=[^\\/]*[\\/][^\\/]+$/.test(file));
  const compared = files.length <= comparedFiles ? files : [...files.slice(0, comparedFiles / 2), ...files.slice(-comparedFiles / 2)];
  const schemas = new Map<string, { file: string; count: number; types: Map<string, string> }>();
  for (const file of compared) {
    const types = await columnTypes(connection, file);
    const key = JSON.stringify([...types]);
    const known = schemas.get(key);
    if (known === undefined) schemas.set(key, { file, count: 1, types });
    else known.count += 1;
  }
  const unionByName = schemas.size > 1 || compared.length < files.length;
  const list = files.map(quotePath).join(', ');
  const source = `read_parquet([${list}]${unionByName ? ', union_by_name = true' : ''}, hive_partitioning = ${hive}, hive_types_autocast = false)`;
  try {
    const { schema: described, typeIds } = await describeQuery(connection, `from ${source}`);
    const folders = hive ? folderTypes(files) : new Map<string, ColumnType>();
    const schema = described.map(({ name, type }) => ({ name, type: folders.get(name) ?? type }));
    const nested = schema.filter((_, i) => nestedTypes.has(typeIds[i] ?? DuckDBTypeId.INVALID)).map(({ name }) => name);
    const counted = await connection.runAndReadAll(`select sum(num_rows) from parquet_file_metadata([${list}])`);
    return { files, schema, rows: Number(counted.getRows()[0]?.[0] ?? 0), unionByName, hive, nested, notes: [...differences([...schemas.values()]), ...nestedNote(nested)] };
  } catch (cause) {
    const reason = (cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : '').replace(/^[A-Z][A-Za-z ]+ Error: /, '').replace(/\.$/, '');
    if (files.length === 1 || isDamage(cause)) throw damagedFile(undefined, files, reason, cause);
    throw new PenstockError('parquet-types', `The files cannot be read as one table: ${reason}.`, { remedy: 'Read the files that differ one by one and put them together in Concatenate.', cause });
  }
}

/** Types of the columns that folders name: whole numbers and dates where every value is written like one, else text (so that 007 stays 007). */
function folderTypes(files: readonly string[]): Map<string, ColumnType> {
  const values = new Map<string, Set<string>>();
  for (const file of files) {
    for (const part of file.split(/[\\/]/).slice(0, -1)) {
      const at = part.indexOf('=');
      if (at < 1) continue;
      const name = part.slice(0, at);
      const value = decoded(part.slice(at + 1));
      if (value === '__HIVE_DEFAULT_PARTITION__') continue;
      const known = values.get(name);
      if (known === undefined) values.set(name, new Set([value]));
      else known.add(value);
    }
  }
  const typeOf = (texts: ReadonlySet<string>): ColumnType => {
    const all = (pattern: RegExp): boolean => texts.size > 0 && [...texts].every((text) => pattern.test(text));
    if (all(/^(0|-?[1-9]\d{0,17})$/)) return 'integer';
    return all(/^\d{4}-\d{2}-\d{2}$/) ? 'date' : 'string';
  };
  return new Map([...values].map(([name, texts]) => [name, typeOf(texts)]));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function columnTypes(connection: DuckDBConnection, file: string): Promise<Map<string, string>> {
  try {
    const reader = await connection.runAndReadAll(`describe select * from read_parquet(${quotePath(file)}, hive_partitioning = false)`);
    return new Map(reader.getRows().map((row) => [String(row[0]), String(row[1])]));
  } catch (cause) {
    throw new PenstockError('parquet-damaged', `${file} is not a whole Parquet file.`, { remedy: 'Write the file again; if it is another format, use the reader for that format.', place: { file }, cause });
  }
}

/** How the files differ from the first kind, in words. */
function differences(kinds: readonly { file: string; count: number; types: ReadonlyMap<string, string> }[]): Diagnostic[] {
  const [first, ...others] = kinds;
  if (first === undefined) return [];
  return others.slice(0, 10).map(({ file, count, types }): Diagnostic => {
    const lacks = [...first.types.keys()].filter((name) => !types.has(name));
    const more = [...types.keys()].filter((name) => !first.types.has(name));
    const other = [...types].filter(([name, type]) => first.types.has(name) && first.types.get(name) !== type).map(([name, type]) => `“${name}” is ${type} instead of ${first.types.get(name) ?? ''}`);
    const said = (word: string, names: readonly string[]): string[] => (names.length === 0 ? [] : [`${word} ${names.slice(0, 5).map((name) => `“${name}”`).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`]);
    const parts = [...said('lacks', lacks), ...said('has also', more), ...other.slice(0, 5)];
    return {
      severity: 'warning',
      code: 'parquet-differs',
      message: `${basename(file)}${count === 1 ? '' : ` and ${formatCount(count - 1)} more`} ${parts.length === 0 ? 'has its columns in another order' : parts.join('; ')}, compared with ${basename(first.file)}.`,
      remedy: 'Columns are matched by name; what a file lacks is missing in its rows.',
      place: { file },
    };
  });
}

const nestedNote = (nested: readonly string[]): Diagnostic[] =>
  nested.length === 0 ? [] : [{ severity: 'info', code: 'nested-columns', message: `${nested.slice(0, 5).map((name) => `“${name}”`).join(', ')} ${nested.length === 1 ? 'holds lists or objects and comes' : 'hold lists or objects and come'} as JSON text.`, remedy: 'Take them apart with Explode.', place: {} }];
