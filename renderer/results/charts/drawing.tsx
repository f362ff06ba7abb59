import { useEffect, useMemo, useRef, useState } from 'react';
import type { ChartSession, SessionListener } from './chart-session.ts';
import type { Figure } from './traces.ts';

interface DrawingProps {
  readonly session: ChartSession;
  readonly figure: Figure;
  /** px */
  readonly height: number;
  /** For those who cannot see it. */
  readonly summary: string;
  readonly onFailure: (message: string | null) => void;
}

/** Where a chart is drawn; a quiet block stands there until it is. */
export function Drawing({ session, figure, height, summary, onFailure }: DrawingProps) {
  const host = useRef<HTMLDivElement>(null);
  const [ready, setReady] = useState(false);
  const listener = useMemo<SessionListener>(
    () => ({
      onDrawn: () => {
        setReady(true);
        onFailure(null);
      },
      onFailure,
    }),
    [onFailure],
  );
  useEffect(() => session.show(figure, listener), [session, figure, listener]);
  useEffect(() => (host.current ? session.attach(host.current, listener) : undefined), [session, listener]);
  return (
    <div className="relative px-1 pb-1">
      <div ref={host} role="img" aria-label={summary} data-drawn={ready} className="w-full" style={{ height }} />
      {ready ? null : <div aria-hidden className="absolute inset-3 animate-pulse rounded-sm bg-sunken" />}
    </div>
  );
}

/** A listener for a reset, whose drawing is reported by the chart itself. */
export const quietly: SessionListener = { onDrawn: () => undefined, onFailure: () => undefined };
