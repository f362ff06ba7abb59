import type { ColumnProfile } from '#app/protocol/schema.ts';
import { formatNumber } from '#app/core/units.ts';
import { rangeText } from '../../state/slices.ts';
import { texts } from '../../text/texts.ts';

export interface Brushed {
  readonly filter: string;
  readonly label: string;
}

const dayMs = 86_400_000;

/** A selection of bins of a header's histogram, `from` and `to` inclusive, as a condition. Null where the column has no bins. */
export function brushBins(profile: ColumnProfile, from: number, to: number): Brushed | null {
  const edges = profile.histogram?.edges;
  if (!edges || edges.length < 2) return null;
  const last = edges.length - 2;
  const [first, end] = [Math.max(0, Math.min(from, to)), Math.min(last, Math.max(from, to))];
  const low = edges[first] ?? 0;
  const high = edges[end + 1] ?? 0;
  const { name, type } = profile;
  if (type === 'date') {
    // Edges are midnights; the last day is the one before the upper edge.
    const text = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
    const [least, most] = [text(low), text(high - dayMs)];
    return { filter: rangeText(name, type, least, most), label: least === most ? `${name} ${least}` : texts.table.rangeOf(name, least, most) };
  }
  if (type === 'timestamp') {
    const text = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
    return { filter: rangeText(name, type, text(low), text(high), end < last), label: texts.table.rangeOf(name, text(low), text(high)) };
  }
  if (type === 'integer') {
    // Edges lie between whole numbers.
    const [least, most] = [Math.ceil(low), Math.floor(high)];
    return { filter: rangeText(name, type, least, most), label: texts.table.rangeOf(name, formatNumber(least), formatNumber(most)) };
  }
  return { filter: rangeText(name, 'float', low, high, end < last), label: texts.table.rangeOf(name, formatNumber(low), formatNumber(high)) };
}
