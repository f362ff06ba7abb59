import type { PortKind } from '#app/sdk/ports.ts';
import { texts } from '../text/texts.ts';

const shapes: Readonly<Record<PortKind, string>> = {
  table: 'M3 2.2v9.6L11.6 7z',
  recipe: 'M7 1.4 12.6 7 7 12.6 1.4 7z',
  learner: 'M7 2a5 5 0 1 1 0 10A5 5 0 0 1 7 2z',
  model: 'M2.4 2.4h9.2v9.2H2.4z',
  evaluation: 'M7 1.2l1.75 3.75 4.05.5-3 2.8.8 4.05L7 10.3l-3.6 2 .8-4.05-3-2.8 4.05-.5z',
  report: 'M2.8 1.9h8.4v10.2H2.8zM5 5h4M5 7.2h4M5 9.4h2.4',
};

export const kindTitles: Readonly<Record<PortKind, string>> = {
  table: texts.canvas.kinds.table,
  recipe: texts.canvas.kinds.recipe,
  learner: texts.canvas.kinds.learner,
  model: texts.canvas.kinds.model,
  evaluation: texts.canvas.kinds.evaluation,
  report: texts.canvas.kinds.report,
};

/** The shape of a kind of port, 14 × 14; hollow where a connection is optional. */
export function PortShape({ kind, hollow = false, size = 14 }: { readonly kind: PortKind; readonly hollow?: boolean; readonly size?: number }) {
  const open = hollow || kind === 'report';
  return (
    <svg viewBox="0 0 14 14" width={size} height={size} aria-hidden className="pointer-events-none block overflow-visible">
      <path d={shapes[kind]} fill={open ? 'var(--surface)' : 'var(--kind)'} stroke="var(--kind)" strokeWidth={open ? 1.5 : 1} strokeLinejoin="round" strokeLinecap="round" />
    </svg>
  );
}
