import { choice, number, strings, text } from '../params.ts';
import { counted } from '../phrases.ts';
import type { StepWords } from '../step-words.ts';
import { code, columns } from './phrases.ts';

const file = (what: string, none: string): StepWords => (params) => (text(params, 'path') === '' ? none : `liest ${what} ${code(text(params, 'path'))}`);
const writes = (what: string): StepWords => (params) => `schreibt die Tabelle als ${what} nach ${code(text(params, 'path'))}`;

export const dataWords: Readonly<Record<string, StepWords>> = {
  'data/csv-reader': file('die Textdatei', 'liest eine Textdatei, die noch zu wählen ist'),
  'data/excel-reader': (params) => (text(params, 'path') === '' ? 'liest eine Arbeitsmappe, die noch zu wählen ist' : `liest ${text(params, 'sheet') === '' ? 'das erste Blatt' : `das Blatt ${code(text(params, 'sheet'))}`} der Arbeitsmappe ${code(text(params, 'path'))}`),
  'data/json-reader': file('die Datensätze aus', 'liest eine JSON-Datei, die noch zu wählen ist'),
  'data/parquet-reader': file('die Parquet-Daten in', 'liest eine Parquet-Datei, die noch zu wählen ist'),
  'data/folder-of-files': (params) => (text(params, 'path') === '' ? 'liest einen Ordner, der noch zu wählen ist' : `liest alle ${choice(params, 'format', { csv: 'CSV', parquet: 'Parquet' })}-Dateien aus ${code(text(params, 'path'))} in eine Tabelle`),
  'data/image-folder': (params) => (text(params, 'folder') === '' ? 'führt die Bilder eines Ordners auf, der noch zu wählen ist' : `führt die Bilder in ${code(text(params, 'folder'))} auf, eine Zeile je Bild`),
  'data/sample-datasets': (_, line) => `gibt die Beispieldaten „${line}“`,
  'data/synthetic-data': (params, line) => `erzeugt zufällige Zeilen, jedes Mal dieselben (${line}, Seed ${number(params, 'seed')})`,
  'data/table-creator': (_, line) => `enthält eine Tabelle, die getippt oder eingefügt wurde (${line})`,
  'data/database-query': (params) => {
    if (text(params, 'connection') === '') return 'liest eine Datenbank, die noch zu wählen ist';
    const what = text(params, 'mode') === 'sql' ? `die Abfrage ${code(text(params, 'sql'))}` : text(params, 'table') === '' ? 'eine noch zu wählende Tabelle' : `die Tabelle ${code(text(params, 'table'))}`;
    const filter = text(params, 'filter') === '' ? '' : `, nur Zeilen mit ${code(text(params, 'filter'))}`;
    return `liest ${what} der Datenbank ${code(text(params, 'connection'))}${filter}`;
  },
  'data/csv-writer': writes('Text mit Trennzeichen'),
  'data/parquet-writer': (params) => `schreibt die Tabelle als Parquet nach ${code(text(params, 'path'))}${strings(params, 'partitionBy').length === 0 ? '' : `, in Ordner nach ${columns(strings(params, 'partitionBy'))}`}`,
  'data/excel-writer': writes('Blatt einer Arbeitsmappe'),
  'data/database-writer': (params) => {
    if (text(params, 'connection') === '') return 'schreibt in eine Datenbank, die noch zu wählen ist';
    const table = text(params, 'table') === '' ? 'eine noch zu benennende Tabelle' : `die Tabelle ${code(text(params, 'table'))}`;
    const into = `in ${table} der Datenbank ${code(text(params, 'connection'))}`;
    return choice(params, 'mode', {
      append: `hängt die Zeilen an: ${into}`,
      replace: `ersetzt die Zeilen ${into}`,
      create: `legt ${table} in der Datenbank ${code(text(params, 'connection'))} an`,
      upsert: `aktualisiert oder ergänzt Zeilen ${into}`,
    });
  },
};

/** Where a source reads from, as the object of „liest“, or null where that is not a place. */
export function placeOf(type: string, params: Readonly<Record<string, unknown>>): string | null {
  const path = text(params, 'path') || text(params, 'folder');
  if (path !== '') {
    const more = strings(params, 'more');
    return more.length === 0 ? code(path) : `${code(path)} und ${counted(more.length, 'weitere Datei', 'weitere Dateien')}`;
  }
  if (type === 'data/database-query' && text(params, 'connection') !== '') return `aus der Datenbank ${code(text(params, 'connection'))}`;
  return null;
}
