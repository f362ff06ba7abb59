/** Files that a reader node can read, by name. */
export const readable = ['csv', 'tsv', 'txt', 'gz', 'zst', 'parquet', 'pq', 'json', 'jsonl', 'ndjson', 'geojson', 'xlsx', 'xlsm'] as const;

export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot < 1 ? '' : name.slice(dot + 1).toLowerCase();
}

export const isReadable = (name: string): boolean => (readable as readonly string[]).includes(extensionOf(name));

/** The folder above; the project itself is ''. */
export function parentOf(folder: string): string {
  const slash = folder.lastIndexOf('/');
  return slash < 0 ? '' : folder.slice(0, slash);
}

export interface Crumb {
  readonly name: string;
  readonly folder: string;
}

/** The way from the project to a folder. */
export function crumbs(folder: string, project: string): Crumb[] {
  const parts = folder === '' ? [] : folder.split('/');
  return [{ name: project, folder: '' }, ...parts.map((name, index) => ({ name, folder: parts.slice(0, index + 1).join('/') }))];
}
