import { formatBytes, formatCount, formatDuration } from '#app/core/units.ts';
import type { NodeRun } from '#app/protocol/schema.ts';
import { texts } from '../text/texts.ts';

export type PortStats = NodeRun['ports'][string];

/** Change of the rows since the last successful run, with its sign; null where nothing changed or nothing is known. */
export function rowChange({ rows, previousRows }: Pick<PortStats, 'rows' | 'previousRows'>): string | null {
  if (rows === null || previousRows === null || previousRows === undefined || rows === previousRows) return null;
  return `${rows > previousRows ? '+' : '−'}${formatCount(Math.abs(rows - previousRows))}`;
}

/** Everything known of what ran along a wire, a line each. */
export function wireLines(stats: PortStats, loss: number | null): string[] {
  if (stats.rows === null) return [];
  const lines = [texts.common.rowCount(formatCount(stats.rows), stats.rows === 1)];
  const change = rowChange(stats);
  if (change !== null) lines.push(texts.canvas.wire.sinceLast(change, formatCount(stats.previousRows ?? 0)));
  else if (typeof stats.previousRows === 'number') lines.push(texts.canvas.wire.asMany);
  if (loss !== null && loss > 0) lines.push(texts.canvas.wire.leftOut(loss * 100));
  if (stats.bytes !== null) lines.push(texts.canvas.wire.onDisk(formatBytes(stats.bytes)));
  else if (stats.flowBytes !== undefined) lines.push(texts.canvas.wire.inMemory(formatBytes(stats.flowBytes)));
  if (stats.ms !== undefined) lines.push(texts.canvas.wire.computing(formatDuration(stats.ms)));
  if (stats.plan !== undefined && stats.plan !== '') lines.push(stats.plan);
  return lines;
}
