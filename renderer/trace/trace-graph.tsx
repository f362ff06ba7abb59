import { useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { Maximize, Minus, Plus } from 'lucide-react';
import type { TraceGraphData } from '#app/protocol/sections/trace.ts';
import { texts } from '../text/texts.ts';
import { IconButton, cx } from '../ui/index.ts';
import { KindTile } from './kinds.tsx';
import { cardHeight, cardWidth, layoutTrace, neighbourOf, relativesOf, type PlacedNode } from './layout.ts';
import { traceFrom, useTrace } from './trace-store.ts';
import { nodeSubtitle, nodeTitle } from './words.ts';

const margin = 24;
const zooms = [0.4, 0.55, 0.75, 1, 1.3] as const;

/** The graph, data on the left and use on the right. What the selected thing comes from and what came of it is lit. */
export function TraceGraphView({ graph }: { readonly graph: TraceGraphData }) {
  const selected = useTrace((state) => state.selected) ?? graph.focus;
  const layout = useMemo(() => layoutTrace(graph), [graph]);
  const lit = useMemo(() => relativesOf(selected, graph.edges), [selected, graph.edges]);
  const [zoom, setZoom] = useState(1);
  const scroller = useRef<HTMLDivElement>(null);
  const cards = useRef(new Map<string, HTMLButtonElement>());

  const fit = () => {
    const box = scroller.current;
    if (box === null) return;
    setZoom(Math.max(zooms[0], Math.min(1, (box.clientWidth - 4) / (layout.width + 2 * margin), (box.clientHeight - 4) / (layout.height + 2 * margin))));
  };
  // A new graph is shown whole, as far as it can be read, with the thing asked for in sight.
  useLayoutEffect(() => {
    const box = scroller.current;
    if (box === null) return;
    setZoom(Math.max(0.75, Math.min(1, (box.clientWidth - 4) / (layout.width + 2 * margin))));
    cards.current.get(graph.focus)?.scrollIntoView({ block: 'center', inline: 'center' });
  }, [layout, graph.focus]);

  const step = (by: 1 | -1) => setZoom((now) => (by > 0 ? (zooms.find((one) => one > now + 0.01) ?? now) : (zooms.toReversed().find((one) => one < now - 0.01) ?? now)));
  const onKey = (event: KeyboardEvent) => {
    const { key } = event;
    if (key === 'ArrowLeft' || key === 'ArrowRight' || key === 'ArrowUp' || key === 'ArrowDown') {
      const next = neighbourOf(layout, selected, key, graph.edges);
      event.preventDefault();
      if (next === null) return;
      useTrace.setState({ selected: next });
      cards.current.get(next)?.focus();
    } else if (key === '+' || key === '=') step(1);
    else if (key === '-') step(-1);
    else if (key === '0') fit();
    else if (key === 'Enter') {
      event.preventDefault();
      traceFrom(selected);
    }
  };
  const byId = new Map(layout.nodes.map((one) => [one.node.id, one]));
  return (
    <div className="relative h-full min-h-0 bg-canvas">
      <div ref={scroller} className="h-full overflow-auto" data-testid="trace-graph" role="group" aria-label={texts.trace.graph} aria-describedby="trace-keys" onKeyDown={onKey}>
        <div className="grid min-h-full min-w-max place-content-center">
          <div className="relative" style={{ width: (layout.width + 2 * margin) * zoom, height: (layout.height + 2 * margin) * zoom }}>
            <div className="absolute left-0 top-0 origin-top-left" style={{ transform: `scale(${zoom})`, width: layout.width + 2 * margin, height: layout.height + 2 * margin }}>
              <svg aria-hidden className="pointer-events-none absolute inset-0 size-full overflow-visible">
                {graph.edges.map(({ from, to }) => {
                  const [a, b] = [byId.get(from), byId.get(to)];
                  if (a === undefined || b === undefined) return null;
                  const on = lit.has(from) && lit.has(to);
                  return <path key={`${from} ${to}`} d={curve(a, b)} fill="none" className={cx(on ? 'stroke-accent' : 'stroke-wire')} strokeWidth={on ? 1.75 : 1.25} opacity={on ? 1 : 0.45} />;
                })}
              </svg>
              {layout.nodes.map((one) => (
                <TraceCard key={one.node.id} placed={one} dim={!lit.has(one.node.id)} current={one.node.id === selected} focus={one.node.id === graph.focus} more={graph.more.filter(({ id }) => id === one.node.id)} note={(element) => (element === null ? cards.current.delete(one.node.id) : cards.current.set(one.node.id, element))} />
              ))}
            </div>
        </div>
        </div>
      </div>
      <p id="trace-keys" className="sr-only">{texts.trace.keys}</p>
      <div className="absolute bottom-3 right-4 flex rounded-md border border-line bg-raised shadow-card">
        <IconButton label={texts.trace.zoomOut} onClick={() => step(-1)} tooltipSide="top">
          <Minus size={15} />
        </IconButton>
        <IconButton label={texts.trace.zoomIn} onClick={() => step(1)} tooltipSide="top">
          <Plus size={15} />
        </IconButton>
        <IconButton label={texts.trace.fit} onClick={fit} tooltipSide="top">
          <Maximize size={14} />
        </IconButton>
      </div>
    </div>
  );
}

interface CardProps {
  readonly placed: PlacedNode;
  readonly dim: boolean;
  readonly current: boolean;
  readonly focus: boolean;
  readonly more: TraceGraphData['more'];
  readonly note: (element: HTMLButtonElement | null) => void;
}

function TraceCard({ placed: { node, x, y }, dim, current, focus, more, note }: CardProps) {
  const hidden = more.reduce((sum, one) => sum + one.count, 0);
  return (
    <div className="absolute" style={{ left: x + margin, top: y + margin, width: cardWidth, height: cardHeight }}>
      <button
        ref={note}
        type="button"
        tabIndex={current ? 0 : -1}
        aria-current={current ? 'true' : undefined}
        data-testid={`trace-node-${node.kind}`}
        data-trace-id={node.id}
        onClick={() => useTrace.setState({ selected: node.id })}
        onDoubleClick={() => traceFrom(node.id)}
        className={cx(
          'flex size-full items-center gap-2 rounded-md border bg-surface pl-1.5 pr-2 text-left shadow-card transition-opacity duration-100',
          current ? 'border-accent ring-1 ring-accent' : focus ? 'border-accent' : 'border-line-strong hover:border-line-control',
          dim && 'opacity-45',
        )}
      >
        <KindTile node={node} size={32} />
        <span className="min-w-0 flex-1">
          <span className="sr-only">{texts.trace.kinds[node.kind]} </span>
          <span className="block truncate text-sm font-medium leading-tight" title={nodeTitle(node)}>
            {nodeTitle(node)}
          </span>
          <span className="block truncate text-xs leading-tight text-muted">{nodeSubtitle(node)}</span>
        </span>
      </button>
      {hidden > 0 ? (
        <button
          type="button"
          tabIndex={current ? 0 : -1}
          onClick={() => useTrace.setState((state) => ({ opened: [...state.opened, node.id] }))}
          className="absolute -bottom-2.5 right-2 rounded-full border border-line-strong bg-raised px-1.5 text-xs leading-4 text-muted hover:text-ink"
        >
          {texts.trace.more(hidden)}
        </button>
      ) : null}
    </div>
  );
}

/** From the right side of a card to the left side of another; where it goes back, around below. */
function curve(a: PlacedNode, b: PlacedNode): string {
  const [x1, y1, x2, y2] = [a.x + margin + cardWidth, a.y + margin + cardHeight / 2, b.x + margin, b.y + margin + cardHeight / 2];
  const reach = x2 > x1 ? Math.max(24, (x2 - x1) / 2) : 90;
  return `M${x1},${y1} C${x1 + reach},${y1} ${x2 - reach},${y2} ${x2},${y2}`;
}
