import { useConnection, useViewport } from '@xyflow/react';
import { CircleSlash2 } from 'lucide-react';
import type { Endpoint } from '#app/pipeline/document.ts';
import { usePipeline } from '../state/pipeline.ts';
import { connectPorts } from './edits.ts';
import { texts } from '../text/texts.ts';
import { told } from '../text/told.ts';

/** Beside the pointer while an edge is dragged over a port that cannot take it: why not. */
export function ConnectionHint() {
  const isDragged = useConnection((connection) => connection.inProgress);
  // Only then does the hint follow the view.
  return isDragged ? <Refusal /> : null;
}

function Refusal() {
  const connection = useConnection();
  const { x, y, zoom } = useViewport();
  const document = usePipeline((store) => store.document);
  if (!connection.inProgress || !connection.toHandle || !document) return null;
  const { fromHandle, toHandle, to } = connection;
  const here: Endpoint = { node: fromHandle.nodeId, port: fromHandle.id ?? '' };
  const there: Endpoint = { node: toHandle.nodeId, port: toHandle.id ?? '' };
  const reason = reasonAgainst();
  if (!reason) return null;

  function reasonAgainst(): string | null {
    if (!document) return null;
    if (fromHandle.type === toHandle?.type) return fromHandle.type === 'source' ? texts.canvas.outputToOutput : texts.canvas.inputToInput;
    const result = fromHandle.type === 'source' ? connectPorts(document, here, there) : connectPorts(document, there, here);
    return 'reason' in result ? told(result.reason) : null;
  }

  return (
    <div
      role="status"
      data-testid="connection-refused"
      className="pointer-events-none absolute z-50 flex max-w-72 items-start gap-1.5 rounded-md bg-raised px-2 py-1.5 text-xs text-ink shadow-float"
      style={{ left: to.x * zoom + x + 14, top: to.y * zoom + y + 14 }}
    >
      <CircleSlash2 size={14} className="mt-px shrink-0 text-bad-ink" />
      {reason}
    </div>
  );
}
