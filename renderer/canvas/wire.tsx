import { BaseEdge, EdgeLabelRenderer, getBezierPath, type EdgeProps } from '@xyflow/react';
import { memo } from 'react';
import { shallow } from 'zustand/shallow';
import type { Endpoint } from '#app/pipeline/document.ts';
import { indexGraph } from '#app/pipeline/graph.ts';
import { formatCount } from '#app/core/units.ts';
import { useNodeRun, useRun } from '../state/run.ts';
import { cx } from '../ui/index.ts';
import { useEdgeMark } from '../history/diff-mark.tsx';
import { useCanvas, useLit } from './canvas-store.ts';
import { litClass, type WireEdge } from './flow-model.ts';
import { noteRender } from '../state/renders.ts';
import { routePath, type Ends } from './routing/paths.ts';
import { rowChange, wireLines, type PortStats } from './wire-text.ts';

/** Canvas units between two cards that a label enlarged for a low zoom needs; in less it would lie under them. */
const labelRoom = 78;

/** Losing more than this share of the rows is worth a look. */
const notableLoss = 0.2;

function WireView({ id, sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, data }: EdgeProps<WireEdge>) {
  noteRender('wire', id);
  const { node, port } = data?.from ?? { node: '', port: '' };
  const stats = useNodeRun(node, (store) => store.nodes[node]?.ports[port]);
  const difference = useEdgeMark(id);
  const isDropTarget = useCanvas((store) => store.dropEdge === id);
  const route = data?.route ?? null;
  const ends = { sourceX, sourceY, targetX, targetY };
  // While its cards are dragged it is the calm curve; its way is found when they lie somewhere.
  const [path, labelX, labelY] = route !== null && isSamePlace(route, ends) ? routePath({ ...route, ...ends }) : getBezierPath({ ...ends, sourcePosition, targetPosition, curvature: 0.35 });
  const tight = targetX - sourceX < labelRoom && Math.abs(targetY - sourceY) < labelRoom / 2;
  return (
    <>
      <BaseEdge id={id} path={path} interactionWidth={18} data-way={data?.way ?? undefined} data-diff={difference} data-drop={isDropTarget || undefined} />
      {stats?.kind === 'table' && stats.rows !== null ? <WireLabel id={id} from={{ node, port }} stats={stats} rows={stats.rows} tight={tight} x={labelX} y={labelY} /> : null}
    </>
  );
}

interface WireLabelProps {
  readonly id: string;
  readonly from: Endpoint;
  readonly stats: PortStats;
  readonly rows: number;
  readonly tight: boolean;
  readonly x: number;
  readonly y: number;
}

/** How many rows ran along it. */
function WireLabel({ id, from, stats, rows, tight, x, y }: WireLabelProps) {
  const loss = useRun((store) => rowLoss(store.nodes, store.document, from.node, from.port));
  const lit = useLit((store) => store.wires.has(id));
  const change = rowChange(stats);
  return (
    <EdgeLabelRenderer>
      <div
        data-tight={tight || undefined}
        className={cx('wire-label pointer-events-auto absolute rounded-sm bg-canvas px-1 text-xs leading-4 tabular-nums text-muted', lit && litClass)}
        style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}
        data-testid={`wire-label-${id}`}
        title={wireLines(stats, loss).join('\n')}
      >
        {formatCount(rows)}
        {change === null ? null : <span className="ml-1 text-accent-ink">{change}</span>}
        {loss !== null && loss >= notableLoss ? <span className="ml-1 font-medium text-warn-ink">−{Math.round(loss * 100)} %</span> : null}
      </div>
    </EdgeLabelRenderer>
  );
}

/** Ports are measured on the screen, within the border of their card: a little beside where they are. */
const measured = 3;

const isSamePlace = (a: Ends, b: Ends): boolean =>
  Math.abs(a.sourceX - b.sourceX) < measured && Math.abs(a.sourceY - b.sourceY) < measured && Math.abs(a.targetX - b.targetX) < measured && Math.abs(a.targetY - b.targetY) < measured;

/** Being selected is for the style sheet. */
export const Wire = memo(WireView, ({ selected: _before, ...before }, { selected: _now, ...now }) => shallow(before, now));

type RunState = ReturnType<typeof useRun.getState>;

/** Share of rows that a node with one table input and one table output left out; null where that is not a question. */
function rowLoss(nodes: RunState['nodes'], document: RunState['document'], nodeId: string, port: string): number | null {
  const run = nodes[nodeId];
  const after = run?.ports[port]?.rows ?? null;
  if (!run || !document || after === null || Object.values(run.ports).filter((stats) => stats.kind === 'table').length !== 1) return null;
  const inputs = (indexGraph(document).incoming.get(nodeId) ?? []).flatMap((edge) => nodes[edge.from.node]?.ports[edge.from.port] ?? []);
  const tables = inputs.filter((stats) => stats.kind === 'table');
  const before = tables.length === 1 ? (tables[0]?.rows ?? null) : null;
  // A summary (one row a group) is not a loss.
  if (before === null || before === 0 || after >= before || /group-by|pivot|transpose|statistics/.test(run.type)) return null;
  return 1 - after / before;
}
