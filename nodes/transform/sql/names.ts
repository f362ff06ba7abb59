import { nameKey } from '#app/relation/index.ts';

/** Name of each input in the SQL text: the one given, else t1, t2 … */
export function tableNames(given: readonly string[], count: number): string[] {
  return Array.from({ length: count }, (_, i) => given[i]?.trim() || `t${i + 1}`);
}

/** Places of names that another input has already; SQL takes no notice of capital letters. */
export function repeatedNames(names: readonly string[]): number[] {
  return names.flatMap((name, i) => (names.slice(0, i).some((earlier) => nameKey(earlier) === nameKey(name)) ? [i] : []));
}
