import type { Diagnostic } from '#app/core/errors.ts';
import { select } from '../state/selection.ts';
import { showInspector } from '../state/view.ts';
import { Tooltip } from '../ui/index.ts';
import { texts } from '../text/texts.ts';

/** A drop on the corner of a card where something leaks into training; a click shows what, and what to do. */
export function LeakMark({ nodeId, diagnostics }: { readonly nodeId: string; readonly diagnostics: readonly Diagnostic[] }) {
  const messages = diagnostics.flatMap(({ code, message }) => (code.startsWith('leak-') ? [message] : []));
  if (messages.length === 0) return null;
  const show = (): void => {
    select({ nodes: [nodeId] });
    showInspector('parameters');
  };
  return (
    <Tooltip
      side="top"
      text={
        <span>
          <b className="font-semibold">{texts.canvas.leak}</b> {messages.join(' ')}
        </span>
      }
    >
      <button type="button" data-testid="leak-mark" aria-label={`${texts.canvas.leak} ${messages.join(' ')}`} onClick={show} className="node-glyph nodrag nopan absolute -left-[7px] -top-[7px] rounded-full bg-surface ring-2 ring-canvas">
        <svg viewBox="0 0 16 16" width={16} height={16} aria-hidden className="block">
          <path d="M8 1.2c2.7 3.2 4.9 5.7 4.9 8.3a4.9 4.9 0 0 1-9.8 0C3.1 6.9 5.3 4.4 8 1.2z" fill="var(--warn)" />
          <path d="M8 6v3.4M8 11.6v.05" stroke="oklch(0.25 0.05 70)" strokeWidth="1.6" strokeLinecap="round" />
        </svg>
      </button>
    </Tooltip>
  );
}
