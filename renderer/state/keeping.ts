/** Whether two plain values (JSON) say the same; of objects, undefined members count as absent. */
export function isSameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, index) => isSameValue(item, b[index]));
  const [left, right] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>];
  for (const key of Object.keys(left)) if (!isSameValue(left[key], right[key])) return false;
  for (const key of Object.keys(right)) if (right[key] !== undefined && left[key] === undefined) return false;
  return true;
}

/**
 * News by key, in which entries that say the same as before are the objects from before: who shows one of them need not look again.
 * The very record from before where nothing is new.
 */
export function keepEntries<T>(before: Readonly<Record<string, T>>, now: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  if (before === now) return now;
  const keys = Object.keys(now);
  let isSame = keys.length === Object.keys(before).length;
  const kept: Record<string, T> = {};
  for (const key of keys) {
    const value = now[key] as T;
    const old = before[key];
    const stays = old !== undefined && isSameValue(old, value);
    kept[key] = stays ? old : value;
    isSame &&= stays;
  }
  return isSame ? before : kept;
}

/** The same for a list, whose items are told apart by `key`. */
export function keepItems<T>(before: readonly T[], now: readonly T[], key: (item: T) => string): readonly T[] {
  if (before === now || before.length === 0) return now;
  const known = new Map(before.map((item) => [key(item), item]));
  const kept = now.map((item) => {
    const old = known.get(key(item));
    return old !== undefined && isSameValue(old, item) ? old : item;
  });
  return kept.length === before.length && kept.every((item, index) => item === before[index]) ? before : kept;
}
