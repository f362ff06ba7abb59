/** Numbers for people; used by the renderer, the CLI and reports. They follow one language a process, English unless it says otherwise. */

const THIN_SPACE = '\u202f';

interface UnitWords {
  readonly decimal: string;
  readonly justNow: string;
  readonly yesterday: string;
  readonly minutesAgo: (count: number) => string;
  readonly hoursAgo: (count: number) => string;
  readonly daysAgo: (count: number) => string;
}

const languages = {
  en: {
    decimal: '.',
    justNow: 'just now',
    yesterday: 'yesterday',
    minutesAgo: (count) => `${count} min ago`,
    hoursAgo: (count) => `${count} h ago`,
    daysAgo: (count) => `${count} days ago`,
  },
  de: {
    decimal: ',',
    justNow: 'gerade eben',
    yesterday: 'gestern',
    minutesAgo: (count) => `vor ${count} min`,
    hoursAgo: (count) => `vor ${count} h`,
    daysAgo: (count) => `vor ${count} Tagen`,
  },
} as const satisfies Record<string, UnitWords>;

let words: UnitWords = languages.en;

/** The language of everything formatted from here on. A front end calls it once, before it shows anything. */
export function speakUnits(language: keyof typeof languages): void {
  words = languages[language];
}

/** A number written with a point, with the decimal mark of the language. */
export const decimalMark = (text: string): string => text.replace('.', words.decimal);

/** 1204331 → "1 204 331" (narrow no-break spaces). */
export function formatCount(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+(?!\d))/g, THIN_SPACE);
}

/** Milliseconds → "420 ms", "3.2 s", "2 min 05 s", "1 h 12 min". */
export function formatDuration(ms: number): string {
  if (ms < 1) return '< 1 ms';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${decimalMark((ms / 1000).toFixed(1))} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
  return `${Math.floor(seconds / 3600)} h ${String(Math.floor((seconds % 3600) / 60)).padStart(2, '0')} min`;
}

/** Bytes → "812 B", "4.1 kB", "2.0 GB" (powers of 1000). */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 'B';
  for (const next of units) {
    if (value < 999.95) break;
    value /= 1000;
    unit = next;
  }
  return `${decimalMark(value.toFixed(1))} ${unit}`;
}

/** Four significant digits, no exponent between 1e-4 and 1e6: 0.84123 → "0.8412". */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '—' : value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e9) return decimalMark(value.toExponential(2)).replace('-', '−');
  if (Number.isInteger(value)) return (value < 0 ? '−' : '') + formatCount(size);
  const digits = Math.max(0, 3 - Math.floor(Math.log10(size)));
  return decimalMark(value.toFixed(Math.min(digits, 7))).replace('-', '−');
}

/** Time since, in words: "just now", "2 min ago", "3 days ago"; in German "vor 2 min". */
export function formatAgo(then: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - then) / 1000));
  if (seconds < 45) return words.justNow;
  if (seconds < 3600) return words.minutesAgo(Math.max(1, Math.round(seconds / 60)));
  if (seconds < 86_400) return words.hoursAgo(Math.round(seconds / 3600));
  const days = Math.round(seconds / 86_400);
  return days === 1 ? words.yesterday : words.daysAgo(days);
}
