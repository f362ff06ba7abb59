import { formatCount, formatNumber } from '#app/core/units.ts';
import type { ColumnProfile } from '#app/protocol/schema.ts';

/** A column's profile in a few lines, for tooltips and screen readers. */
export function profileWords(profile: ColumnProfile): string {
  const lines: string[] = [];
  if (profile.min !== null && profile.max !== null) lines.push(`From ${valueText(profile.min)} to ${valueText(profile.max)}`);
  if (profile.mean !== null) lines.push(`Mean ${formatNumber(profile.mean)}${profile.stddev === null ? '' : `, standard deviation ${formatNumber(profile.stddev)}`}`);
  if (profile.distinct !== null) lines.push(distinctWords(profile));
  if (profile.top.length > 0) lines.push(`Most frequent: ${profile.top.slice(0, 3).map((one) => `${one.value || '(empty)'} (${formatCount(one.count)})`).join(', ')}`);
  if (profile.looked !== undefined) lines.push(`Bars, distinct and most frequent values are of a sample of ${formatCount(profile.looked)} rows`);
  lines.push(profile.missing === 0 ? 'No missing values' : `${formatCount(profile.missing)} missing (${share(profile.missing, profile.count + profile.missing)})`);
  return lines.join('\n');
}

/** “1 204 distinct”; estimated from a sample, “about”; empty where it is not known. */
export function distinctWords({ distinct, looked }: Pick<ColumnProfile, 'distinct' | 'looked'>): string {
  if (distinct === null) return '';
  return `${looked === undefined ? '' : 'about '}${formatCount(distinct)} distinct`;
}

const valueText = (value: number | string): string => (typeof value === 'number' ? formatNumber(value) : value);

function share(part: number, whole: number): string {
  const percent = whole === 0 ? 0 : (100 * part) / whole;
  return percent < 0.1 ? '< 0.1 %' : `${percent.toFixed(percent < 10 ? 1 : 0)} %`;
}
