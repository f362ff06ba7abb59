import { useMemo } from 'react';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { topologicalOrder } from '#app/pipeline/graph.ts';
import { categoryOf } from '../state/catalogue.ts';

/** The size of a card in the picture's units. */
const card = { width: 208, height: 60 };
const margin = 24;

interface GraphPictureProps {
  readonly document: PipelineDocument;
  readonly className?: string;
}

/** A pipeline as a small drawing of its own layout: cards in the hue of their category, and connections. For the eye only. */
export function GraphPicture({ document, className }: GraphPictureProps) {
  const { cards, wires, box } = useMemo(() => drawing(document), [document]);
  return (
    <svg viewBox={box} className={className} aria-hidden preserveAspectRatio="xMidYMid meet">
      {wires.map(({ id, path }) => (
        <path key={id} d={path} fill="none" stroke="var(--line-strong)" strokeWidth={5} />
      ))}
      {cards.map(({ id, x, y, category }) => (
        <g key={id} data-category={category}>
          <rect x={x} y={y} width={card.width} height={card.height} rx={10} fill="var(--surface)" stroke="var(--line-strong)" strokeWidth={3} />
          <rect x={x + 10} y={y + 10} width={40} height={40} rx={8} fill="var(--category)" />
          <rect x={x + 62} y={y + 24} width={110} height={12} rx={6} fill="var(--line-strong)" />
        </g>
      ))}
    </svg>
  );
}

function drawing(document: PipelineDocument) {
  const placed = new Map(document.nodes.map((node, index) => [node.id, Object.hasOwn(document.layout, node.id) ? (document.layout[node.id] ?? { x: 0, y: 0 }) : { x: index * (card.width + 64), y: 0 }]));
  const order = new Map(topologicalOrder(document).order.map((id, index) => [id, index]));
  const points = [...placed.values()];
  const left = Math.min(0, ...points.map(({ x }) => x));
  const top = Math.min(0, ...points.map(({ y }) => y));
  const right = Math.max(card.width, ...points.map(({ x }) => x + card.width));
  const bottom = Math.max(card.height, ...points.map(({ y }) => y + card.height));
  const wires = document.edges.flatMap(({ id, from, to }) => {
    const [a, b] = [placed.get(from.node), placed.get(to.node)];
    if (a === undefined || b === undefined) return [];
    const start = { x: a.x + card.width, y: a.y + card.height / 2 };
    const end = { x: b.x, y: b.y + card.height / 2 };
    const bend = Math.max(30, Math.abs(end.x - start.x) / 2);
    return [{ id, path: `M${start.x} ${start.y}C${start.x + bend} ${start.y} ${end.x - bend} ${end.y} ${end.x} ${end.y}` }];
  });
  const cards = document.nodes.map(({ id, type }) => ({ id, category: categoryOf(type), ...(placed.get(id) ?? { x: 0, y: 0 }) })).sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0));
  return { cards, wires, box: `${left - margin} ${top - margin} ${right - left + 2 * margin} ${bottom - top + 2 * margin}` };
}
