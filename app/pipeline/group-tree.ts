import type { PipelineDocument, PipelineGroup } from './document.ts';

/** Groups within groups: a group names the one it lies in. */
export interface GroupTree {
  /** The group that it lies in; null for none, one that is gone, or where names lead round in a circle. */
  readonly parentOf: (id: string) => PipelineGroup | null;
  /** In the order of the document. */
  readonly childrenOf: (id: string) => readonly PipelineGroup[];
  /** The groups it lies in, the nearest first. */
  readonly around: (id: string) => readonly PipelineGroup[];
  /** All groups that lie in it. */
  readonly inside: (id: string) => readonly PipelineGroup[];
  /** What holds others before what lies in it. */
  readonly outermostFirst: readonly PipelineGroup[];
}

type Groups = Pick<PipelineDocument, 'groups'>;

const made = new WeakMap<readonly PipelineGroup[], GroupTree>();

/** Made once for each list of groups. */
export function groupTree({ groups }: Groups): GroupTree {
  const before = made.get(groups);
  if (before !== undefined) return before;
  const tree = treeOf(groups);
  made.set(groups, tree);
  return tree;
}

function treeOf(groups: readonly PipelineGroup[]): GroupTree {
  const byId = new Map(groups.map((group) => [group.id, group]));
  const parents = new Map<string, PipelineGroup>();
  const children = new Map<string, PipelineGroup[]>();
  const around = (id: string): PipelineGroup[] => {
    const found: PipelineGroup[] = [];
    for (let parent = parents.get(id); parent !== undefined; parent = parents.get(parent.id)) found.push(parent);
    return found;
  };
  for (const group of groups) {
    const parent = group.within === undefined ? undefined : byId.get(group.within);
    // The name that would close a circle is not followed.
    if (parent === undefined || parent === group || around(parent.id).includes(group)) continue;
    parents.set(group.id, parent);
    children.set(parent.id, [...(children.get(parent.id) ?? []), group]);
  }
  const childrenOf = (id: string): readonly PipelineGroup[] => children.get(id) ?? [];
  const inside = (id: string): readonly PipelineGroup[] => childrenOf(id).flatMap((child) => [child, ...inside(child.id)]);
  const outermostFirst = groups.filter(({ id }) => !parents.has(id)).flatMap((group) => [group, ...inside(group.id)]);
  return { parentOf: (id) => parents.get(id) ?? null, childrenOf, around, inside, outermostFirst };
}

/** Nodes in a group and in the groups within it, as the file names them. */
export function nodesWithin(document: Groups, group: PipelineGroup): readonly string[] {
  const inside = groupTree(document).inside(group.id);
  return inside.length === 0 ? group.nodes : [...group.nodes, ...inside.flatMap(({ nodes }) => nodes)];
}

/** The group with another group around it, or with none. */
export function putWithin(group: PipelineGroup, parent: string | undefined): PipelineGroup {
  const { within: _, ...rest } = group;
  return parent === undefined ? rest : { ...rest, within: parent };
}
