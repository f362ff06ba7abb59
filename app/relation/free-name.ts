import { nameKey } from './column-types.ts';
import type { Schema } from './types.ts';

/** A column name that none of `taken` has, made of `wanted`: for columns that exist only inside a relation, or that must not clash. */
export function freeName(wanted: string, taken: Schema): string {
  const keys = new Set(taken.map((column) => nameKey(column.name)));
  let name = wanted;
  while (keys.has(nameKey(name))) name += '_';
  return name;
}
