import { locale } from '../text/locale.ts';

/** A batch by when it was seen: day and time. */
export const batchName = (at: number): string => new Date(at).toLocaleString(locale, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' });
