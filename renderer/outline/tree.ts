import type { PipelineDocument } from '#app/pipeline/document.ts';
import type { PipelineGroup } from '#app/pipeline/document.ts';
import { indexGraph } from '#app/pipeline/graph.ts';
import { groupTree } from '#app/pipeline/group-tree.ts';

/** The pipeline as a list that can be read from top to bottom: what feeds a node stands before it. Pure functions of the document. */

export interface OutlineItem {
  readonly kind: 'node' | 'group';
  readonly id: string;
  /** Depth from 1. A straight chain stays on one level; only branches and what is in a group go deeper. */
  readonly level: number;
  /** Item that this one hangs under: the node where its branch forks, or its group. */
  readonly parent: string | null;
  /** Place among the items under the same parent, from 1, and their number. */
  readonly position: number;
  readonly size: number;
  /** Branches of a node that forks, members of a group; 0 where nothing hangs under it. */
  readonly under: number;
}

type Draft = Omit<OutlineItem, 'position' | 'size'>;

/**
 * All nodes, upstream first, as a tree. A node whose output goes to several nodes has each of them as a branch under it, with all that only
 * that branch leads to; where branches meet again, the list goes on at the level of the fork. Groups are sections at the place of their
 * first node, those within a group in its section. Nodes in a circle come last.
 */
export function outlineOf(document: PipelineDocument): readonly OutlineItem[] {
  const order = readingOrder(document);
  const rank = new Map(order.map((id, index) => [id, index]));
  const groupOf = new Map<string, string>();
  for (const group of document.groups) for (const id of group.nodes) if (rank.has(id)) groupOf.set(id, group.id);
  const sections = new Map<string | null, string[]>();
  for (const id of order) {
    const section = groupOf.get(id) ?? null;
    const list = sections.get(section);
    if (list) list.push(id);
    else sections.set(section, [id]);
  }
  const tree = groupTree(document);
  interface Block {
    readonly at: number;
    readonly items: readonly Draft[];
  }
  const sectionOf = (group: PipelineGroup | null, level: number): readonly Draft[] => {
    const id = group?.id ?? null;
    const nodes = blocksOf(document, sections.get(id) ?? [], level, id).map((items): Block => ({ at: rank.get(items[0]?.id ?? '') ?? 0, items }));
    const inner = group === null ? document.groups.filter((one) => tree.parentOf(one.id) === null) : tree.childrenOf(group.id);
    return [...nodes, ...inner.flatMap((one) => groupBlock(one, level))].sort((a, b) => a.at - b.at).flatMap(({ items }) => items);
  };
  const groupBlock = (group: PipelineGroup, level: number): readonly Block[] => {
    const within = sectionOf(group, level + 1);
    if (within.length === 0 && group.box === undefined) return [];
    const at = Math.min(...[group, ...tree.inside(group.id)].map(({ id }) => rank.get(sections.get(id)?.[0] ?? '') ?? Infinity));
    return [{ at, items: [{ kind: 'group', id: group.id, level, parent: tree.parentOf(group.id)?.id ?? null, under: within.filter(({ parent }) => parent === group.id).length }, ...within] }];
  };
  return numbered(sectionOf(null, 1));
}

/** What is shown while some items are closed. */
export function visibleItems(items: readonly OutlineItem[], closed: ReadonlySet<string>): readonly OutlineItem[] {
  if (closed.size === 0) return items;
  const hidden = new Set<string>();
  return items.filter(({ id, parent }) => {
    if (parent === null || (!closed.has(parent) && !hidden.has(parent))) return true;
    hidden.add(id);
    return false;
  });
}

/** Kahn's algorithm with a stack: a chain is followed to its end before the next one begins. Ties in document order. */
function readingOrder(document: PipelineDocument): readonly string[] {
  const { nodes, incoming, outgoing } = indexGraph(document);
  const waiting = new Map<string, number>();
  for (const id of nodes.keys()) waiting.set(id, incoming.get(id)?.length ?? 0);
  const stack = [...nodes.keys()].filter((id) => waiting.get(id) === 0).reverse();
  const order: string[] = [];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    order.push(id);
    const ready: string[] = [];
    for (const edge of outgoing.get(id) ?? []) {
      const left = (waiting.get(edge.to.node) ?? 0) - 1;
      waiting.set(edge.to.node, left);
      if (left === 0) ready.push(edge.to.node);
    }
    stack.push(...ready.reverse());
  }
  if (order.length === nodes.size) return order;
  const placed = new Set(order);
  return [...order, ...[...nodes.keys()].filter((id) => !placed.has(id))];
}

/**
 * The nodes of one section, given in reading order, as blocks that each begin on the section's level. A node hangs under the fork that
 * every way to it leads through: its immediate dominator (Cooper, Harvey, Kennedy 2001), found in one pass for there are no circles.
 */
function blocksOf(document: PipelineDocument, ids: readonly string[], level: number, parent: string | null): readonly (readonly Draft[])[] {
  const { incoming, outgoing } = indexGraph(document);
  const depth = new Map<string, number>();
  const dominator = new Map<string, string>();
  const led = new Map<string, string[]>();
  const starts: string[] = [];
  const meet = (a: string | undefined, b: string | undefined): string | undefined => {
    let [left, right] = [a, b];
    while (left !== right) {
      if (left === undefined || right === undefined) return undefined;
      if ((depth.get(left) ?? 0) >= (depth.get(right) ?? 0)) left = dominator.get(left);
      else right = dominator.get(right);
    }
    return left;
  };
  for (const id of ids) {
    const feeds = [...new Set((incoming.get(id) ?? []).map((edge) => edge.from.node))];
    // Fed from another section, or by a node that is in a circle with it: it begins anew.
    const [first, ...rest] = feeds.every((feed) => depth.has(feed)) ? feeds : [];
    const above = rest.reduce(meet, first);
    depth.set(id, above === undefined ? 1 : (depth.get(above) ?? 0) + 1);
    if (above === undefined) starts.push(id);
    else {
      dominator.set(id, above);
      const list = led.get(above);
      if (list) list.push(id);
      else led.set(above, [id]);
    }
  }
  const feedsOnly = (id: string, from: string): boolean => (incoming.get(id) ?? []).every((edge) => edge.from.node === from);
  return starts.map((start) => {
    const items: Draft[] = [];
    const stack: { readonly id: string; readonly level: number; readonly parent: string | null }[] = [{ id: start, level, parent }];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const { id } = next;
      const forks = new Set((outgoing.get(id) ?? []).map((edge) => edge.to.node)).size > 1;
      const after = led.get(id) ?? [];
      const branches = forks ? after.filter((other) => feedsOnly(other, id)) : [];
      const goesOn = after.filter((other) => !branches.includes(other));
      items.push({ kind: 'node', id, level: next.level, parent: next.parent, under: branches.length });
      for (const other of goesOn.reverse()) stack.push({ id: other, level: next.level, parent: next.parent });
      for (const other of branches.reverse()) stack.push({ id: other, level: next.level + 1, parent: id });
    }
    return items;
  });
}

function numbered(items: readonly Draft[]): readonly OutlineItem[] {
  const sizes = new Map<string | null, number>();
  for (const { parent } of items) sizes.set(parent, (sizes.get(parent) ?? 0) + 1);
  const counted = new Map<string | null, number>();
  return items.map((item) => {
    const position = (counted.get(item.parent) ?? 0) + 1;
    counted.set(item.parent, position);
    return { ...item, position, size: sizes.get(item.parent) ?? 1 };
  });
}
