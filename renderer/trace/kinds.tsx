import { Boxes, Columns3, Database, FileClock, Gauge, MessageSquareText, Package, Play, Server, SquareDashedMousePointer, type LucideIcon } from 'lucide-react';
import type { TraceKind, TraceNode } from '#app/protocol/sections/trace.ts';
import { categoryOf, iconOf } from '../state/catalogue.ts';
import { NodeTile } from '../ui/index.ts';

/** Icon of each kind of thing, and the category whose colour it shares on the canvas. */
export const traceKindLooks: Readonly<Record<TraceKind, { readonly icon: LucideIcon; readonly category: string }>> = {
  dataset: { icon: Database, category: 'data' },
  version: { icon: FileClock, category: 'data' },
  column: { icon: Columns3, category: 'transform' },
  run: { icon: Play, category: 'explore' },
  step: { icon: SquareDashedMousePointer, category: 'transform' },
  metric: { icon: Gauge, category: 'evaluate' },
  model: { icon: Boxes, category: 'train' },
  bundle: { icon: Package, category: 'deploy' },
  server: { icon: Server, category: 'deploy' },
  request: { icon: MessageSquareText, category: 'monitor' },
};

/** What stands for a thing: a node has the tile of its type. */
export function KindTile({ node, size }: { readonly node: TraceNode; readonly size: number }) {
  const type = node.kind === 'step' ? node.facts.find(({ name }) => name === 'type')?.value : undefined;
  if (typeof type === 'string') return <NodeTile svg={iconOf(type)} category={categoryOf(type)} size={size} />;
  const { icon: Icon, category } = traceKindLooks[node.kind];
  return (
    <span data-category={category} className="flex shrink-0 items-center justify-center rounded-md bg-category-soft text-category" style={{ width: size, height: size }}>
      <Icon size={Math.round(size * 0.52)} strokeWidth={1.75} aria-hidden />
    </span>
  );
}
