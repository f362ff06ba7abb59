import { commonType, nameKey, typeTitles } from './column-types.ts';
import { RelationError } from './error.ts';
import { unknownColumn } from './typing.ts';
import type { Column, ColumnType, JoinKind, Relation, Schema } from './types.ts';

/** One output column of a join and where it comes from. */
export interface JoinColumn extends Column {
  readonly left: string | null;
  readonly right: string | null;
}

/** What the two columns of an equality are converted to before they are compared. */
export interface JoinKey {
  readonly left: string;
  readonly right: string;
  readonly type: ColumnType;
}

const keepsLeftOnly = (kind: JoinKind): boolean => kind === 'semi' || kind === 'anti';

type Joining = Relation & { op: 'join' | 'asof' };

/** @throws RelationError unknown-column, join-types, join-keys */
export function joinKeys(join: Joining, left: Schema, right: Schema): JoinKey[] {
  // A join in time is complete without keys: the time column joins.
  if (join.op === 'join' && (join.kind === 'cross' ? join.on.length > 0 : join.on.length === 0)) {
    throw new RelationError('join-keys', join.kind === 'cross' ? 'A cross join takes no key columns.' : 'A join needs at least one pair of key columns.', {
      remedy: join.kind === 'cross' ? 'Remove the key columns, or choose another kind of join.' : 'Choose the columns that must be equal.',
    });
  }
  return join.on.map((pair) => {
    const a = left.find((column) => column.name === pair.left);
    const b = right.find((column) => column.name === pair.right);
    if (!a) throw unknownColumn(pair.left, left);
    if (!b) throw unknownColumn(pair.right, right);
    const type = commonType(a.type, b.type);
    if (type !== null) return { left: a.name, right: b.name, type };
    throw new RelationError('join-types', `The keys “${a.name}” (${typeTitles[a.type]}) and “${b.name}” (${typeTitles[b.type]}) cannot be equal.`, {
      remedy: 'Retype one of them before the join.',
      place: { column: a.name },
    });
  });
}

/** Output columns of a join, in order (see the `join` and `asof` relations). Colliding right names get the suffix, again where still taken. */
export function joinColumns(join: Joining, left: Schema, right: Schema): JoinColumn[] {
  const keys = joinKeys(join, left, right);
  const shared = new Map(keys.filter((key) => nameKey(key.left) === nameKey(key.right)).map((key) => [key.left, key]));
  const sharedRight = new Set([...shared.values()].map((key) => key.right));
  const columns: JoinColumn[] = left.map((column) => {
    const key = keepsLeftOnly(join.kind) ? undefined : shared.get(column.name);
    if (!key) return { ...column, left: column.name, right: null };
    const type = join.kind === 'full' ? key.type : join.kind === 'right' ? (right.find((each) => each.name === key.right)?.type ?? key.type) : column.type;
    return {
      name: column.name,
      type,
      left: join.kind === 'right' ? null : column.name,
      right: join.kind === 'right' || join.kind === 'full' ? key.right : null,
    };
  });
  if (keepsLeftOnly(join.kind)) return columns;
  const taken = new Set(columns.map((column) => nameKey(column.name)));
  const rest = right.filter((column) => !sharedRight.has(column.name));
  const suffix = join.rightSuffix === '' ? '_right' : join.rightSuffix;
  for (const column of rest) {
    let name = column.name;
    while (taken.has(nameKey(name))) name += suffix;
    taken.add(nameKey(name));
    columns.push({ name, type: column.type, left: null, right: column.name });
  }
  return columns;
}
