import { useCallback, useSyncExternalStore } from 'react';

/** As zustand's stores have it. */
interface Source<S> {
  readonly getState: () => S;
  readonly subscribe: (told: (now: S, before: S) => void) => () => void;
}

/** Nodes that something is new about. */
export type Changed = ReadonlySet<string> | 'all';

/**
 * A hook that reads a store for one node, and is asked again only when something about that node is new. On a canvas of two thousand cards a
 * plain selector is asked two thousand times at every key. `changed` must name every node whose selectors could answer otherwise.
 * `select` gives the same object while nothing is new (`useShallow` for lists and records).
 */
export function byNode<S>(source: Source<S>, changed: (now: S, before: S) => Changed): <T>(nodeId: string, select: (state: S) => T) => T {
  const readers = new Map<string, Set<() => void>>();
  source.subscribe((now, before) => {
    const ids = changed(now, before);
    const asked = ids === 'all' ? [...readers.values()] : [...ids].flatMap((id) => readers.get(id) ?? []);
    for (const set of asked) for (const ask of [...set]) ask();
  });
  return function useOfNode(nodeId, select) {
    const subscribe = useCallback(
      (ask: () => void) => {
        const set = readers.get(nodeId) ?? new Set();
        readers.set(nodeId, set.add(ask));
        return () => {
          set.delete(ask);
          if (set.size === 0 && readers.get(nodeId) === set) readers.delete(nodeId);
        };
      },
      [nodeId],
    );
    return useSyncExternalStore(subscribe, () => select(source.getState()));
  };
}

/** Adds the keys whose values are not the same object. */
export function addChanged(ids: Set<string>, now: Readonly<Record<string, unknown>>, before: Readonly<Record<string, unknown>>): void {
  if (now === before) return;
  for (const key of Object.keys(now)) if (now[key] !== before[key]) ids.add(key);
  for (const key of Object.keys(before)) if (!(key in now)) ids.add(key);
}

/** What only one of two lists has. */
export function differing<T>(now: readonly T[], before: readonly T[]): T[] {
  if (now === before) return [];
  const [present, past] = [new Set(now), new Set(before)];
  return [...now.filter((item) => !past.has(item)), ...before.filter((item) => !present.has(item))];
}
