import { useEffect, useState } from 'react';
import { formatAgo } from '#app/core/units.ts';
import { locale } from '../text/locale.ts';

/** A moment in words, the exact time on hover; kept true while it is shown. */
export function TimeAgo({ at }: { readonly at: number }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  const date = new Date(at);
  return (
    <time dateTime={date.toISOString()} title={date.toLocaleString(locale, { dateStyle: 'full', timeStyle: 'medium' })} className="whitespace-nowrap">
      {formatAgo(at, now)}
    </time>
  );
}
