import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { PenstockError } from '#app/core/errors.ts';
import { imageExtensions } from '#app/sdk/reader-params.ts';
import { projectRelative } from './paths.ts';

export interface Reader {
  readonly type: string;
  readonly params: Record<string, unknown>;
}

type Kind = 'csv' | 'parquet' | 'json' | 'excel' | 'database' | 'image';

const byExtension: ReadonlyMap<string, Kind> = new Map([
  ...['csv', 'tsv', 'tab', 'txt', 'psv', 'dat'].map((extension): [string, Kind] => [extension, 'csv']),
  ...['parquet', 'pq'].map((extension): [string, Kind] => [extension, 'parquet']),
  ...['json', 'jsonl', 'ndjson', 'geojson'].map((extension): [string, Kind] => [extension, 'json']),
  ...['xlsx', 'xlsm', 'xltx', 'xls', 'xlsb'].map((extension): [string, Kind] => [extension, 'excel']),
  ...['sqlite', 'sqlite3', 'db', 'db3', 'duckdb'].map((extension): [string, Kind] => [extension, 'database']),
  ...imageExtensions.map((extension): [string, Kind] => [extension, 'image']),
]);

/** What a compressed file is, is said by the name within: orders.json.gz. */
function kindByName(name: string): Kind | null {
  const parts = name.toLowerCase().split('.');
  const last = parts.at(-1) ?? '';
  const inner = last === 'gz' || last === 'zst' ? parts.at(-2) : last;
  const kind = parts.length > 1 ? byExtension.get(inner ?? '') : undefined;
  return kind ?? (last === 'gz' && parts.length > 1 ? 'csv' : null);
}

/**
 * Which node reads a file or folder, and its params. Names decide; files of unknown names are known by their first bytes.
 * `has` tells whether a node type exists.
 * @throws PenstockError `no-reader`.
 */
export async function readerFor(root: string, file: string, has: (type: string) => boolean = () => true): Promise<Reader> {
  const info = await stat(file);
  const shown = projectRelative(root, file) || '.';
  if (info.isDirectory()) return folderReader(file, shown, has);
  const kind = kindByName(path.basename(file)) ?? (await kindByContent(file));
  switch (kind) {
    case 'csv':
    case 'parquet':
    case 'json':
    case 'excel':
      return { type: `data/${kind}-reader`, params: { path: shown } };
    case 'database':
      // It asks for a connection, which is where the file is named.
      if (has('data/database-query')) return { type: 'data/database-query', params: {} };
      break;
    case 'image':
      return { type: 'data/image-folder', params: { folder: projectRelative(root, path.dirname(file)) || '.' } };
    case null:
  }
  throw new PenstockError('no-reader', `There is no reader for ${path.basename(file)}.`, {
    remedy: 'Save it as CSV, JSON, Excel or Parquet.',
    place: { file },
  });
}

const looked = 5000;

async function folderReader(folder: string, shown: string, has: (type: string) => boolean): Promise<Reader> {
  const counts = new Map<Kind, number>();
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  for (const entry of entries.slice(0, looked)) {
    const kind = entry.isFile() && !entry.name.startsWith('.') ? kindByName(entry.name) : null;
    if (kind !== null) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const [most] = [...counts].toSorted((a, b) => b[1] - a[1]);
  if (most?.[0] === 'image') return { type: 'data/image-folder', params: { folder: shown } };
  if (most?.[0] === 'parquet') return { type: 'data/parquet-reader', params: { path: shown } };
  if (most?.[0] === 'csv' && has('data/folder-of-files')) return { type: 'data/folder-of-files', params: { path: shown } };
  throw new PenstockError('no-reader', most === undefined ? `The folder ${path.basename(folder)} holds no data files.` : `There is no reader for a folder of such files as ${path.basename(folder)}.`, {
    remedy: most === undefined ? 'Choose a folder with images or Parquet files.' : 'Drop its files one by one.',
    place: { file: folder },
  });
}

async function kindByContent(file: string): Promise<Kind | null> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0);
    const start = buffer.subarray(0, bytesRead);
    const text = start.toString('latin1');
    if (text.startsWith('PAR1')) return 'parquet';
    if (text.startsWith('SQLite format 3\0') || text.slice(8, 12) === 'DUCK') return 'database';
    if (text.startsWith('PK') && text.includes('xl/')) return 'excel';
    if (/^(\xef\xbb\xbf)?\s*[[{]\s*["[{\]}\d]/.test(text)) return 'json';
    return null;
  } finally {
    await handle.close();
  }
}
