/** Shares and lists in the sentences of reports. */

/** 0.556 → "55.6", 0.59 → "59": hundredths with one decimal where there is one. */
export const hundredths = (share: number): string => (Number.isFinite(share) ? (100 * share).toFixed(1).replace(/\.0$/, '').replace('-', '−').replace(/^−0$/, '0') : '—');

/** "55.6 %" */
export const percentText = (share: number): string => `${hundredths(share)} %`;

/** "2.9 percentage points": a difference of two shares. */
export const pointsText = (share: number): string => `${hundredths(share)} percentage ${hundredths(share) === '1' ? 'point' : 'points'}`;

/** “a”, “b” and “c”; of more than `most`, how many more there are. */
export function quotedList(names: readonly string[], most = 6): string {
  const shown = names.slice(0, most).map((name) => `“${name}”`);
  if (names.length > most) return `${shown.join(', ')} and ${names.length - most} more`;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1) ?? ''}`;
}
