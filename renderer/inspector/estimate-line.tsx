import { formatBytes, formatCount } from '#app/core/units.ts';
import type { PreflightReport } from '#app/protocol/sections/planning.ts';
import { useLevelPrefix } from '../state/level.ts';
import { usePreflight } from '../state/preflight.ts';
import { texts } from '../text/texts.ts';

/** What a run of this node would give and need, before it runs; nothing once that is known. */
export function EstimateLine({ nodeId }: { readonly nodeId: string }) {
  const prefix = useLevelPrefix();
  const estimate = usePreflight((store) => store.report?.nodes[`${prefix}${nodeId}`]);
  const text = estimate === undefined ? '' : estimateText(estimate);
  return text === '' ? null : (
    <p data-testid="inspector-estimate" className="selectable text-xs tabular-nums text-faint" title={texts.inspector.estimate.how}>
      {text}
    </p>
  );
}

/** “A run would give about 4.8 M rows (410 MB) and move data to the disk while it works.” */
export function estimateText({ rows, bytes, memory, spills }: PreflightReport['nodes'][string]): string {
  const size = bytes === null ? '' : ` (${formatBytes(bytes.likely)})`;
  const gives = rows === null ? '' : rows.low === rows.high ? texts.inspector.estimate.rows(formatCount(rows.likely), true, size) : texts.inspector.estimate.rows(formatCount(rounded(rows.likely)), false, size);
  const needs = memory.likely < 100e6 ? '' : texts.inspector.estimate.memory(formatBytes(memory.likely));
  const parts = [gives, needs, spills ? texts.inspector.estimate.spills : ''].filter((part) => part !== '');
  const last = parts[parts.length - 1];
  if (last === undefined) return '';
  return parts.length === 1 ? texts.inspector.estimate.wouldAlone(last) : texts.inspector.estimate.would(parts.slice(0, -1).join(', '), last);
}

/** To two digits: more would promise too much. */
function rounded(value: number): number {
  if (value < 100) return Math.round(value);
  const scale = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Math.round(value / scale) * scale;
}
