import { commonType, freeName, nameKey, RelationError, typeTitles } from '#app/relation/index.ts';
import type { Column, ColumnType, Schema } from '#app/relation/types.ts';
import type { ConcatenateParams } from './node.ts';

/** One column of the result: by table, the column that feeds it, or null where the table has none. */
export interface AlignedColumn extends Column {
  readonly sources: readonly (Column | null)[];
  /** The types have no common one, so values become text. */
  readonly asText: boolean;
}

export interface Alignment {
  readonly columns: readonly AlignedColumn[];
  /** Columns that some table lacks and that are therefore left out ("only common columns"). */
  readonly leftOut: readonly AlignedColumn[];
}

type AlignParams = Pick<ConcatenateParams, 'match' | 'columns' | 'conflicts'>;

/**
 * Which column of which table feeds which column of the result. Names and order are those of the table that has a column first.
 * @throws RelationError union-types where types cannot meet and may not become text
 */
export function align(schemas: readonly Schema[], params: AlignParams): Alignment {
  const all = params.match === 'position' ? byPosition(schemas) : byName(schemas);
  const made: AlignedColumn[] = [];
  for (const { name, sources } of all) made.push({ name: params.match === 'position' ? freeName(name, made) : name, sources, ...typeOfAll(name, sources, params) });
  if (params.columns === 'all') return { columns: made, leftOut: [] };
  const everywhere = (column: AlignedColumn): boolean => column.sources.every((source) => source !== null);
  return { columns: made.filter(everywhere), leftOut: made.filter((column) => !everywhere(column)) };
}

function byName(schemas: readonly Schema[]): { name: string; sources: (Column | null)[] }[] {
  const names = new Map<string, string>();
  for (const { name } of schemas.flat()) if (!names.has(nameKey(name))) names.set(nameKey(name), name);
  return [...names].map(([key, name]) => ({ name, sources: schemas.map((schema) => schema.find((column) => nameKey(column.name) === key) ?? null) }));
}

function byPosition(schemas: readonly Schema[]): { name: string; sources: (Column | null)[] }[] {
  const width = Math.max(0, ...schemas.map((schema) => schema.length));
  return Array.from({ length: width }, (_, at) => {
    const sources = schemas.map((schema) => schema[at] ?? null);
    return { name: sources.find((source) => source !== null)?.name ?? '', sources };
  });
}

function typeOfAll(name: string, sources: readonly (Column | null)[], params: AlignParams): { type: ColumnType; asText: boolean } {
  const types = sources.flatMap((source) => (source === null ? [] : [source.type]));
  let type: ColumnType | null = types[0] ?? 'string';
  for (const next of types) type = type === null ? null : commonType(type, next);
  if (type !== null) return { type, asText: false };
  // Columns that are left out anyway need not fit.
  if (params.conflicts === 'text' || (params.columns === 'common' && sources.includes(null))) return { type: 'string', asText: true };
  throw new RelationError('union-types', `The column “${name}” is ${typesByTable(sources)}.`, {
    remedy: 'Let such columns become text, or retype one of them first.',
    place: { param: ['conflicts'], column: name },
  });
}

/** “text in table 1 and a number in tables 2 and 3” */
export function typesByTable(sources: readonly (Column | null)[]): string {
  const tables = new Map<ColumnType, number[]>();
  sources.forEach((source, at) => {
    if (source !== null) tables.set(source.type, [...(tables.get(source.type) ?? []), at + 1]);
  });
  return listed([...tables].map(([type, numbers]) => `${typeTitles[type]} in ${tableNumbers(numbers)}`));
}

/** “table 1”, “tables 2 and 3” */
export const tableNumbers = (numbers: readonly number[]): string => `${numbers.length === 1 ? 'table' : 'tables'} ${listed(numbers.map(String))}`;

export const listed = (words: readonly string[]): string => (words.length <= 1 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`);
