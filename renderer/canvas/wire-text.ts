import { formatBytes, formatCount, formatDuration } from '#app/core/units.ts';
import type { NodeRun } from '#app/protocol/schema.ts';

type PortStats = NodeRun['ports'][string];

/** Change of the rows since the last successful run, with its sign; null where nothing changed or nothing is known. */
export function rowChange({ rows, previousRows }: Pick<PortStats, 'rows' | 'previousRows'>): string | null {
  if (rows === null || previousRows === null || previousRows === undefined || rows === previousRows) return null;
  return `${rows > previousRows ? '+' : '−'}${formatCount(Math.abs(rows - previousRows))}`;
}

/** Everything known of what ran along a wire, a line each. */
export function wireLines(stats: PortStats, loss: number | null): string[] {
  if (stats.rows === null) return [];
  const lines = [`${formatCount(stats.rows)} ${stats.rows === 1 ? 'row' : 'rows'}`];
  const change = rowChange(stats);
  if (change !== null) lines.push(`${change} since the last run (${formatCount(stats.previousRows ?? 0)} then)`);
  else if (typeof stats.previousRows === 'number') lines.push('as many as in the last run');
  if (loss !== null && loss > 0) lines.push(`${loss < 0.01 ? 'under 1' : Math.round(loss * 100)} % of the rows before were left out`);
  if (stats.bytes !== null) lines.push(`${formatBytes(stats.bytes)} on disk`);
  else if (stats.flowBytes !== undefined) lines.push(`${formatBytes(stats.flowBytes)} in memory, not written`);
  if (stats.ms !== undefined) lines.push(`${formatDuration(stats.ms)} of computing`);
  if (stats.plan !== undefined && stats.plan !== '') lines.push(stats.plan);
  return lines;
}
