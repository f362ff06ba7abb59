import { useEffect, useRef, useState } from 'react';
import { queueDrawing } from './draw-queue.ts';
import { loadPlotly, plotlyConfig } from './plotly.ts';
import type { Figure } from './traces.ts';

interface DrawingProps {
  readonly figure: Figure;
  /** px */
  readonly height: number;
  /** For those who cannot see it. */
  readonly summary: string;
  /** Set to a function that undoes zooming. */
  readonly onReset: { current: () => void };
  readonly onFailure: (message: string | null) => void;
}

interface DrawingState {
  newest: Figure;
  drawn: Figure | null;
  queued: boolean;
  near: boolean;
  gone: boolean;
  resets: number;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A figure on the page. It is drawn once it comes near the view; of figures that follow fast only the newest is drawn. */
export function Drawing({ figure, height, summary, onReset, onFailure }: DrawingProps) {
  const host = useRef<HTMLDivElement>(null);
  const [ready, setReady] = useState(false);
  const state = useRef<DrawingState>({ newest: figure, drawn: null, queued: false, near: false, gone: false, resets: 0 });
  state.current.newest = figure;

  const draw = useRef(() => {
    const now = state.current;
    if (now.queued || !now.near) return;
    now.queued = true;
    queueDrawing(async () => {
      now.queued = false;
      const element = host.current;
      if (!element || now.gone) return;
      const next = now.newest;
      try {
        const plotly = await loadPlotly();
        if (now.gone) return;
        // `uirevision` keeps a zoom while live data arrives, until it is reset.
        await plotly.react(element, next.traces, { ...next.layout, uirevision: now.resets }, plotlyConfig);
        now.drawn = next;
        setReady(true);
        onFailure(null);
      } catch (error) {
        onFailure(messageOf(error));
      }
    });
  });

  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const now = state.current;
    now.gone = false;
    onReset.current = () => {
      now.resets += 1;
      draw.current();
    };
    const sight = new IntersectionObserver(
      (entries) => {
        if (now.near || !entries.some((entry) => entry.isIntersecting)) return;
        now.near = true;
        draw.current();
      },
      { rootMargin: '300px' },
    );
    sight.observe(element);
    let frame = 0;
    const size = new ResizeObserver(() => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => {
        if (now.drawn === null || now.gone || element.clientWidth === 0) return;
        void loadPlotly().then((plotly) => plotly.Plots.resize(element), () => undefined);
      });
    });
    size.observe(element);
    return () => {
      now.gone = true;
      now.near = false;
      sight.disconnect();
      size.disconnect();
      cancelAnimationFrame(frame);
      if (now.drawn !== null) void loadPlotly().then((plotly) => plotly.purge(element));
      now.drawn = null;
    };
  }, [onReset]);

  useEffect(() => {
    if (state.current.drawn !== figure) draw.current();
  }, [figure]);

  return (
    <div className="relative px-1 pb-1">
      <div ref={host} role="img" aria-label={summary} data-drawn={ready} className="w-full" style={{ height }} />
      {ready ? null : <div aria-hidden className="absolute inset-3 animate-pulse rounded-sm bg-sunken" />}
    </div>
  );
}
