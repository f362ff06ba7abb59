/**
 * Which rows of the outside world a table holds, as far as the graph says: whose rows they are, and through which outputs of
 * nodes that part or drop rows they came. Nothing is run, so a filter's output is only known to be some of its input.
 */
export interface Rows {
  /** Tables whose rows these are, one for one or some of them: sources, and groups that an aggregation made. */
  readonly bases: ReadonlySet<string>;
  /** By node that parts or drops rows: the outputs that these rows came through. */
  readonly parts: ReadonlyMap<string, ReadonlySet<string>>;
}

export const noRows: Rows = { bases: new Set(), parts: new Map() };

export const rowsOf = (base: string): Rows => ({ bases: new Set([base]), parts: new Map() });

/** The rows that come out of `port` of a node that parts or drops rows. */
export function throughPart(rows: Rows, nodeId: string, port: string): Rows {
  return rows.parts.get(nodeId)?.size === 1 && rows.parts.get(nodeId)?.has(port) ? rows : { ...rows, parts: new Map(rows.parts).set(nodeId, new Set([port])) };
}

/** Rows that carry those of both sides (an inner join): each row is of both, and came through the parts of both. */
export function together(a: Rows, b: Rows): Rows {
  return { bases: new Set([...a.bases, ...b.bases]), parts: new Map([...a.parts, ...b.parts]) };
}

/** Rows that are of one side or of the other (one table below another): only what both came through is sure. */
export function eitherOf(a: Rows, b: Rows): Rows {
  const parts = new Map<string, ReadonlySet<string>>();
  for (const [node, ports] of a.parts) {
    const others = b.parts.get(node);
    if (others !== undefined) parts.set(node, new Set([...ports, ...others]));
  }
  return { bases: new Set([...a.bases, ...b.bases]), parts };
}

const sharesOne = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => [...a].some((item) => b.has(item));
const within = (a: Rows, b: Rows): boolean => [...a.parts.keys()].every((node) => b.parts.has(node));

export const sameBase = (a: Rows, b: Rows): boolean => sharesOne(a.bases, b.bases);

/**
 * Whether two tables surely have rows in common: rows of one base, not kept apart by different outputs of a node, and one of them
 * only drops what the other has. Two filters side by side may be a split made by hand, so they say nothing.
 */
export function overlap(a: Rows, b: Rows): boolean {
  return sameBase(a, b) && keptApartBy(a, b).length === 0 && (within(a, b) || within(b, a));
}

/** Ids of the nodes that keep the rows of two tables apart: both came through it, by different outputs. */
export function keptApartBy(a: Rows, b: Rows): string[] {
  return [...a.parts].flatMap(([node, ports]) => {
    const others = b.parts.get(node);
    return others !== undefined && !sharesOne(ports, others) ? [node] : [];
  });
}
