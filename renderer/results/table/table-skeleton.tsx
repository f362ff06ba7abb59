import { useEffect, useState } from 'react';
import { Spinner } from '../../ui/index.ts';
import { texts } from '../../text/texts.ts';

const widths = [60, 88, 46, 72, 54, 80];

/** Before this nothing is said: most tables are there sooner. */
const patience = 700;

/** The shape of a table, while its first rows are on their way. */
export function TableSkeleton() {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), patience);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div role="status" aria-label={texts.table.loadingRows} className="h-full overflow-hidden">
      <div className="flex h-9 items-center gap-2 border-b border-line px-3 text-xs text-muted">
        {slow ? (
          <>
            <Spinner size={13} /> {texts.table.reading}
          </>
        ) : null}
      </div>
      <div className="flex h-16 items-center gap-6 border-b border-line px-4">
        {widths.map((width) => (
          <div key={width} className="h-8 animate-pulse rounded-sm bg-active" style={{ width: width * 1.6 }} />
        ))}
      </div>
      {Array.from({ length: 12 }, (_, row) => (
        <div key={row} className="flex h-[26px] items-center gap-6 border-b border-line px-4" style={{ opacity: 1 - row / 13 }}>
          {widths.map((width, index) => (
            <div key={width} style={{ width: width * 1.6 }}>
              <div className="h-2 rounded-full bg-active" style={{ width: `${40 + ((row * 37 + index * 53) % 50)}%` }} />
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}
