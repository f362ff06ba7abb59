import type { NodeState } from '../state/node-state.ts';

const ring = 2 * Math.PI * 6;

/** A node's state as a 16 × 16 sign: every state has its own shape as well as its colour. */
export function StateGlyph({ state, fraction }: { readonly state: NodeState; readonly fraction?: number | null | undefined }) {
  return (
    <svg viewBox="0 0 16 16" width={16} height={16} aria-hidden fill="none" strokeLinecap="round" strokeLinejoin="round" className="block">
      {glyph(state, fraction ?? null)}
    </svg>
  );
}

function glyph(state: NodeState, fraction: number | null) {
  switch (state) {
    case 'idle':
      return <circle cx="8" cy="8" r="5.5" stroke="var(--line-control)" strokeWidth="1.5" />;
    case 'queued':
      return (
        <>
          <circle cx="8" cy="8" r="5.75" stroke="var(--ink-faint)" strokeWidth="1.5" />
          <path d="M8 5v3.2l2 1.3" stroke="var(--ink-faint)" strokeWidth="1.5" />
        </>
      );
    case 'running':
      return (
        <>
          <circle cx="8" cy="8" r="6" stroke="var(--active)" strokeWidth="2.25" />
          <circle
            cx="8"
            cy="8"
            r="6"
            stroke="var(--accent)"
            strokeWidth="2.25"
            strokeDasharray={`${(fraction ?? 0.28) * ring} ${ring}`}
            transform="rotate(-90 8 8)"
            className={fraction === null ? 'origin-center animate-spin' : 'transition-[stroke-dasharray] duration-150'}
          />
        </>
      );
    case 'done':
      return (
        <>
          <circle cx="8" cy="8" r="6.5" fill="var(--good)" />
          <path d="m5.2 8.3 1.9 1.9 3.7-4.1" stroke="var(--surface)" strokeWidth="1.75" />
        </>
      );
    case 'attention':
      return (
        <>
          <path d="M8 1.9 14.6 13.6H1.4z" fill="var(--warn)" stroke="var(--warn)" strokeWidth="1" />
          <path d="M8 6.2v3.4M8 11.7v.05" stroke="var(--on-warn)" strokeWidth="1.6" />
        </>
      );
    case 'stale':
      return (
        <>
          <circle cx="8" cy="8" r="5.75" stroke="var(--warn-ink)" strokeWidth="1.5" strokeDasharray="2.4 2.1" />
          <path d="M5.6 10.4 10.4 5.6M4.7 8.2 8.2 4.7M7.8 11.3l3.5-3.5" stroke="var(--warn-ink)" strokeWidth="1.3" />
        </>
      );
    case 'failed':
      return (
        <>
          <circle cx="8" cy="8" r="6.5" fill="var(--bad)" />
          <path d="m5.7 5.7 4.6 4.6m0-4.6-4.6 4.6" stroke="var(--surface)" strokeWidth="1.75" />
        </>
      );
    case 'bypassed':
      return <path d="M2 10.5c0-6 12-6 12-.5m0 0-2.6-2M14 10l1-3" stroke="var(--ink-faint)" strokeWidth="1.5" strokeDasharray="2.2 2" />;
  }
}
