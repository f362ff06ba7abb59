import { choice, number, strings, text } from '../params.ts';
import { code, columns, counted } from '../phrases.ts';
import type { StepWords } from '../step-words.ts';

const file = (what: string, none: string): StepWords => (params) => (text(params, 'path') === '' ? none : `reads ${what} ${code(text(params, 'path'))}`);
const writes = (what: string): StepWords => (params) => `writes the table as ${what} to ${code(text(params, 'path'))}`;

export const dataWords: Readonly<Record<string, StepWords>> = {
  'data/csv-reader': file('the text file', 'reads a text file that is still to be chosen'),
  'data/excel-reader': (params) => (text(params, 'path') === '' ? 'reads a workbook that is still to be chosen' : `reads ${text(params, 'sheet') === '' ? 'the first sheet' : `the sheet ${code(text(params, 'sheet'))}`} of the workbook ${code(text(params, 'path'))}`),
  'data/json-reader': file('the records of', 'reads a JSON file that is still to be chosen'),
  'data/parquet-reader': file('the Parquet data in', 'reads a Parquet file that is still to be chosen'),
  'data/folder-of-files': (params) => (text(params, 'path') === '' ? 'reads a folder that is still to be chosen' : `reads all ${choice(params, 'format', { csv: 'CSV', parquet: 'Parquet' })} files of ${code(text(params, 'path'))} into one table`),
  'data/image-folder': (params) => (text(params, 'folder') === '' ? 'lists the images of a folder that is still to be chosen' : `lists the images in ${code(text(params, 'folder'))}, one row each`),
  'data/sample-datasets': (_, line) => `brings the example data “${line}”`,
  'data/synthetic-data': (params, line) => `makes rows at random, the same ones every time (${line}, seed ${number(params, 'seed')})`,
  'data/table-creator': (_, line) => `holds a table that was typed or pasted (${line})`,
  'data/database-query': (params) => {
    if (text(params, 'connection') === '') return 'reads a database that is still to be chosen';
    const what = text(params, 'mode') === 'sql' ? `the query ${code(text(params, 'sql'))}` : text(params, 'table') === '' ? 'a table that is still to be chosen' : `the table ${code(text(params, 'table'))}`;
    const filter = text(params, 'filter') === '' ? '' : `, rows where ${code(text(params, 'filter'))}`;
    return `reads ${what} of the database ${code(text(params, 'connection'))}${filter}`;
  },
  'data/csv-writer': writes('delimited text'),
  'data/parquet-writer': (params) => `writes the table as Parquet to ${code(text(params, 'path'))}${strings(params, 'partitionBy').length === 0 ? '' : `, in folders by ${columns(strings(params, 'partitionBy'))}`}`,
  'data/excel-writer': writes('a sheet of a workbook'),
  'data/database-writer': (params) => {
    if (text(params, 'connection') === '') return 'writes into a database that is still to be chosen';
    const how = choice(params, 'mode', { append: 'appends the rows to', replace: 'replaces the rows of', create: 'creates', upsert: 'updates or adds rows of' });
    return `${how} ${text(params, 'table') === '' ? 'a table that is still to be named' : `the table ${code(text(params, 'table'))}`} of the database ${code(text(params, 'connection'))}`;
  },
};

/** Where a source reads from, in a few words, or null where that is not a place (a table typed by hand). */
export function placeOf(type: string, params: Readonly<Record<string, unknown>>): string | null {
  const path = text(params, 'path') || text(params, 'folder');
  if (path !== '') {
    const more = strings(params, 'more');
    return more.length === 0 ? code(path) : `${code(path)} and ${counted(more.length, 'more file')}`;
  }
  if (type === 'data/database-query' && text(params, 'connection') !== '') return `the database ${code(text(params, 'connection'))}`;
  return null;
}
