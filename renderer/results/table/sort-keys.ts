import type { SortKey } from './use-table-pages.ts';

/** Ascending, descending, none; `add` keeps the other keys (at most five). */
export function nextSort(sort: readonly SortKey[], column: string, add: boolean): readonly SortKey[] {
  const known = sort.find((key) => key.column === column);
  const next: SortKey[] = known === undefined ? [{ column, descending: false }] : known.descending ? [] : [{ column, descending: true }];
  if (!add) return next;
  const [changed] = next;
  if (known === undefined) return [...sort, ...next].slice(-5);
  return sort.flatMap((key) => (key.column === column ? (changed ? [changed] : []) : [key]));
}
