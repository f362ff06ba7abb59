import type { TraceGraphData, TraceNode } from '#app/protocol/sections/trace.ts';

export const cardWidth = 172;
export const cardHeight = 46;
const columnGap = 48;
const rowGap = 14;

export interface PlacedNode {
  readonly node: TraceNode;
  readonly x: number;
  readonly y: number;
  /** Column and place in it, for the arrow keys. */
  readonly column: number;
  readonly row: number;
}

export interface TraceLayout {
  readonly nodes: readonly PlacedNode[];
  readonly width: number;
  readonly height: number;
}

type Edges = ReadonlyMap<string, readonly string[]>;

/** Left to right, each thing right of all it comes from; inside a column by where its neighbours lie, so that few wires cross (Sugiyama et al. 1981). */
export function layoutTrace({ nodes, edges }: Pick<TraceGraphData, 'nodes' | 'edges'>): TraceLayout {
  const above = grouped(edges, 'to', 'from');
  const below = grouped(edges, 'from', 'to');
  const column = columnsOf(nodes, above, below);
  const layers: string[][] = [];
  for (const { id } of nodes) (layers[column.get(id) ?? 0] ??= []).push(id);
  const filled = layers.filter((layer) => layer !== undefined);
  orderLayers(filled, above, below);
  const tallest = Math.max(1, ...filled.map((layer) => layer.length));
  const height = tallest * (cardHeight + rowGap) - rowGap;
  const tops = placeRows(filled, above, below, height);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const placed = filled.flatMap((layer, index) =>
    layer.flatMap((id, row): PlacedNode[] => {
      const node = byId.get(id);
      return node === undefined ? [] : [{ node, x: index * (cardWidth + columnGap), y: tops.get(id) ?? 0, column: index, row }];
    }),
  );
  const top = Math.min(0, ...placed.map(({ y }) => y));
  const moved = placed.map((one) => ({ ...one, y: one.y - top }));
  return { nodes: moved, width: filled.length * (cardWidth + columnGap) - columnGap, height: Math.max(height, ...moved.map(({ y }) => y + cardHeight)) };
}

function grouped(edges: TraceGraphData['edges'], by: 'from' | 'to', other: 'from' | 'to'): Edges {
  const map = new Map<string, string[]>();
  for (const edge of edges) {
    const list = map.get(edge[by]) ?? [];
    list.push(edge[other]);
    map.set(edge[by], list);
  }
  return map;
}

/** Longest way from the left; what has nothing on its left moves up to what needs it. A file that is read and written again makes a circle: its last wire does not count. */
function columnsOf(nodes: readonly TraceNode[], above: Edges, below: Edges): Map<string, number> {
  const column = new Map<string, number>();
  const under = new Set<string>();
  const visit = (first: string): void => {
    const stack = [first];
    for (let id = stack.at(-1); id !== undefined; id = stack.at(-1)) {
      if (column.has(id)) {
        stack.pop();
        continue;
      }
      const waits = (above.get(id) ?? []).filter((one) => !column.has(one) && !under.has(one));
      if (!under.has(id) && waits.length > 0) {
        under.add(id);
        stack.push(...waits);
        continue;
      }
      column.set(id, Math.max(-1, ...(above.get(id) ?? []).map((one) => column.get(one) ?? -1)) + 1);
      stack.pop();
    }
  };
  for (const { id } of nodes) visit(id);
  for (const { id } of nodes) {
    const after = (below.get(id) ?? []).map((one) => column.get(one) ?? 0);
    if ((above.get(id) ?? []).length === 0 && after.length > 0) column.set(id, Math.max(0, Math.min(...after) - 1));
  }
  return column;
}

const mean = (values: readonly number[]): number | null => (values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length);

function orderLayers(layers: string[][], above: Edges, below: Edges): void {
  const place = new Map<string, number>();
  const note = (layer: readonly string[]): void => layer.forEach((id, row) => place.set(id, row));
  for (const layer of layers) note(layer);
  const sort = (layer: string[], edges: Edges): void => {
    const wish = new Map(layer.map((id, row) => [id, mean((edges.get(id) ?? []).flatMap((one) => place.get(one) ?? [])) ?? row]));
    layer.sort((a, b) => (wish.get(a) ?? 0) - (wish.get(b) ?? 0));
    note(layer);
  };
  for (let sweep = 0; sweep < 4; sweep += 1) {
    for (const layer of layers) sort(layer, above);
    for (const layer of layers.toReversed()) sort(layer, below);
  }
}

/** Beside the middle of its neighbours, without lying on another. */
function placeRows(layers: readonly (readonly string[])[], above: Edges, below: Edges, height: number): Map<string, number> {
  const step = cardHeight + rowGap;
  const top = new Map<string, number>();
  for (const layer of layers) {
    const free = (height - (layer.length * step - rowGap)) / 2;
    layer.forEach((id, row) => top.set(id, free + row * step));
  }
  const settle = (layer: readonly string[], edges: Edges): void => {
    const wish = layer.map((id) => mean((edges.get(id) ?? []).flatMap((one) => top.get(one) ?? [])) ?? top.get(id) ?? 0);
    // Down the column each keeps its distance; then the whole column moves to where it is nearest to its wishes.
    const at: number[] = [];
    wish.forEach((value, row) => at.push(row === 0 ? value : Math.max(value, (at[row - 1] ?? 0) + step)));
    const shift = mean(at.map((value, row) => (wish[row] ?? 0) - value)) ?? 0;
    layer.forEach((id, row) => top.set(id, (at[row] ?? 0) + shift));
  };
  for (let sweep = 0; sweep < 3; sweep += 1) {
    for (const layer of layers) settle(layer, above);
    for (const layer of layers.toReversed()) settle(layer, below);
  }
  return top;
}

/** Everything a thing comes from and everything that came of it, with itself. */
export function relativesOf(id: string, edges: TraceGraphData['edges']): ReadonlySet<string> {
  const found = new Set([id]);
  for (const [by, other] of [['to', 'from'], ['from', 'to']] as const) {
    const next = grouped(edges, by, other);
    const stack = [id];
    const seen = new Set([id]);
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      for (const one of next.get(at) ?? []) {
        if (seen.has(one)) continue;
        seen.add(one);
        found.add(one);
        stack.push(one);
      }
    }
  }
  return found;
}

/** The card that an arrow key leads to. */
export function neighbourOf(layout: TraceLayout, id: string, key: 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown', edges: TraceGraphData['edges']): string | null {
  const here = layout.nodes.find(({ node }) => node.id === id);
  if (here === undefined) return null;
  if (key === 'ArrowUp' || key === 'ArrowDown') {
    const row = here.row + (key === 'ArrowDown' ? 1 : -1);
    return layout.nodes.find((one) => one.column === here.column && one.row === row)?.node.id ?? null;
  }
  const linked = new Set(edges.flatMap(({ from, to }) => (key === 'ArrowLeft' && to === id ? [from] : key === 'ArrowRight' && from === id ? [to] : [])));
  const near = layout.nodes.filter(({ node }) => linked.has(node.id)).toSorted((a, b) => Math.abs(a.y - here.y) - Math.abs(b.y - here.y));
  return near[0]?.node.id ?? null;
}
