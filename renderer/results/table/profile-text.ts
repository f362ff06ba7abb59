import { decimalMark, formatCount, formatNumber } from '#app/core/units.ts';
import type { ColumnProfile } from '#app/protocol/schema.ts';
import { texts } from '../../text/texts.ts';

/** A column's profile in a few lines, for tooltips and screen readers. */
export function profileWords(profile: ColumnProfile): string {
  const lines: string[] = [];
  if (profile.min !== null && profile.max !== null) lines.push(texts.table.profile.fromTo(valueText(profile.min), valueText(profile.max)));
  if (profile.mean !== null) lines.push(`${texts.table.profile.mean(formatNumber(profile.mean))}${profile.stddev === null ? '' : texts.table.profile.deviation(formatNumber(profile.stddev))}`);
  if (profile.distinct !== null) lines.push(distinctWords(profile));
  if (profile.top.length > 0) lines.push(texts.table.profile.frequent(profile.top.slice(0, 3).map((one) => `${one.value || texts.results.empty} (${formatCount(one.count)})`).join(', ')));
  if (profile.looked !== undefined) lines.push(texts.table.profile.sample(formatCount(profile.looked)));
  lines.push(profile.missing === 0 ? texts.table.noMissing : texts.table.profile.missing(formatCount(profile.missing), share(profile.missing, profile.count + profile.missing)));
  return lines.join('\n');
}

/** “1 204 distinct”; estimated from a sample, “about”; empty where it is not known. */
export function distinctWords({ distinct, looked }: Pick<ColumnProfile, 'distinct' | 'looked'>): string {
  if (distinct === null) return '';
  return looked === undefined ? texts.table.profile.distinct(formatCount(distinct)) : texts.table.profile.aboutDistinct(formatCount(distinct));
}

const valueText = (value: number | string): string => (typeof value === 'number' ? formatNumber(value) : value);

function share(part: number, whole: number): string {
  const percent = whole === 0 ? 0 : (100 * part) / whole;
  return decimalMark(percent < 0.1 ? '< 0.1 %' : `${percent.toFixed(percent < 10 ? 1 : 0)} %`);
}
