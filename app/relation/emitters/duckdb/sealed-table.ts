import { quotePath, quoteText } from './literal.ts';

/**
 * Tables of encrypted projects are told by where they are: `sealed/AB/ID` and, while they are written, `sealed/tmp/ID.parquet`; parts of a scoring
 * that goes on after a kill in `sealed/checkpoints/KEY.parts/ID.parquet`. The id is
 * also the name of the table's key, which whoever runs the SQL hands to DuckDB before (app/data/table-keys.ts): no key is in any SQL.
 */
export function sealedTableId(path: string): string | null {
  return /[\\/]sealed[\\/](?:[0-9a-f]{2}|tmp|checkpoints[\\/][\w-]+\.parts)[\\/]([0-9a-f]{64})(?:\.parquet(?:\.part\d+)?)?$/.exec(path)?.[1] ?? null;
}

/** The option that `read_parquet` and COPY need for a table of an encrypted project; null for any other. */
export function tableKeyOption(path: string): { readonly read: string; readonly write: string } | null {
  const id = sealedTableId(path);
  return id === null ? null : { read: `encryption_config = {footer_key: ${quoteText(id)}}`, write: `encryption_config {footer_key: ${quoteText(id)}}` };
}

/** `read_parquet` of these files. `options`: further arguments, as SQL. Encrypted tables have a key each, so that they are read one by one. */
export function readParquet(paths: readonly string[], options: readonly string[] = []): string {
  const call = (files: string, more: readonly string[]): string => `read_parquet(${[files, ...more].join(', ')})`;
  if (paths.every((path) => sealedTableId(path) === null)) return call(`[${paths.map(quotePath).join(', ')}]`, options);
  const each = paths.map((path) => call(quotePath(path), [...options, ...(tableKeyOption(path) === null ? [] : [tableKeyOption(path)?.read ?? ''])]));
  return each.length === 1 ? (each[0] ?? '') : `(${each.map((one) => `select * from ${one}`).join(' union all by name ')})`;
}
