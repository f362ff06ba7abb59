import { freeName } from '#app/relation/index.ts';
import type { Column, Schema } from '#app/relation/types.ts';

/** Names of the score columns: `pc1`, `pc2` …, with underscores behind where the table has one already. */
export function componentNames(prefix: string, count: number, schema: Schema): string[] {
  const taken: Column[] = [...schema];
  return Array.from({ length: count }, (_, i) => {
    const name = freeName(`${prefix}${i + 1}`, taken);
    taken.push({ name, type: 'float' });
    return name;
  });
}
