import { decimalMark } from '#app/core/units.ts';
import { memo, useState, type PointerEvent } from 'react';
import type { ColumnProfile } from '#app/protocol/schema.ts';
import { distinctWords, profileWords } from './profile-text.ts';
import { texts } from '../../text/texts.ts';

const height = 22;

interface MiniHistogramProps {
  readonly profile: ColumnProfile;
  readonly width: number;
  /** A drag over bars `from` to `to` has ended. */
  readonly onBrush?: ((from: number, to: number) => void) | undefined;
  /** The column's own slice is in force. */
  readonly brushed?: boolean | undefined;
}

/** A column at a glance: the distribution of its values above, the share of missing ones as a bar below. */
export const MiniHistogram = memo(function MiniHistogram({ profile, width, onBrush, brushed }: MiniHistogramProps) {
  return (
    <div title={profileWords(profile)} className="flex flex-col gap-[3px]">
      {profile.histogram && profile.histogram.counts.length > 0 ? (
        <Bars counts={profile.histogram.counts} width={width} onBrush={onBrush} brushed={brushed} />
      ) : profile.top.length > 0 && (profile.distinct ?? 99) <= 12 ? (
        <Shares profile={profile} width={width} />
      ) : (
        <div className="flex items-end text-xs leading-4 text-faint" style={{ height }}>
          <span className="truncate">{distinctWords(profile)}</span>
        </div>
      )}
      <MissingBar profile={profile} />
    </div>
  );
});

function Bars({ counts, width, onBrush, brushed = false }: { readonly counts: readonly number[]; readonly width: number; readonly onBrush: MiniHistogramProps['onBrush']; readonly brushed: boolean | undefined }) {
  const [drag, setDrag] = useState<{ readonly from: number; readonly to: number } | null>(null);
  const binAt = (event: PointerEvent<Element>): number => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.max(0, Math.min(counts.length - 1, Math.floor(((event.clientX - box.left) / box.width) * counts.length)));
  };
  const inDrag = (index: number): boolean => drag !== null && index >= Math.min(drag.from, drag.to) && index <= Math.max(drag.from, drag.to);
  const most = Math.max(1, ...counts);
  const step = width / counts.length;
  return (
    <svg
      data-testid="mini-histogram"
      width={width}
      height={height}
      aria-hidden
      className={onBrush ? 'block cursor-crosshair text-accent' : 'block text-accent'}
      onPointerDown={(event) => {
        if (!onBrush || event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        const bin = binAt(event);
        setDrag({ from: bin, to: bin });
      }}
      onPointerMove={(event) => {
        if (drag) setDrag({ from: drag.from, to: binAt(event) });
      }}
      onPointerUp={() => {
        if (drag) onBrush?.(drag.from, drag.to);
        setDrag(null);
      }}
      onPointerCancel={() => setDrag(null)}
      // A brush is not a wish to sort.
      onClick={(event) => onBrush && event.stopPropagation()}
    >
      {brushed ? <rect x={0} y={0} width={width} height={height} fill="currentColor" opacity={0.12} rx={2} /> : null}
      {counts.map((count, index) => {
        // Every bin that is not empty shows, however small its share.
        const tall = count === 0 ? 0 : Math.max(1.5, (count / most) * (height - 1));
        return <rect key={index} x={index * step + 0.5} width={Math.max(1, step - 1)} y={height - tall} height={tall} rx={Math.min(1, step / 4)} fill="currentColor" opacity={drag === null || inDrag(index) ? 0.7 : 0.25} />;
      })}
      <line x1={0} x2={width} y1={height - 0.5} y2={height - 0.5} stroke="var(--line-strong)" />
    </svg>
  );
}

/** Few values: their shares side by side, largest first, named where there is room. */
function Shares({ profile, width }: { readonly profile: ColumnProfile; readonly width: number }) {
  const listed = profile.top.slice(0, 6);
  const shown = listed.reduce((sum, one) => sum + one.count, 0);
  // Counts of values may be of a sample; where every value is listed, their own sum is the whole.
  const present = Math.max(1, (profile.distinct ?? Infinity) <= listed.length ? shown : profile.count);
  const rest = present - shown;
  return (
    <div className="flex gap-px overflow-hidden rounded-sm" style={{ height }} aria-hidden>
      {listed.map((one, index) => (
        <div
          key={one.value}
          className="flex min-w-[2px] items-center overflow-hidden px-1 text-xs text-ink"
          style={{ flexGrow: one.count / present, flexBasis: 0, background: `color-mix(in oklab, var(--accent) ${Math.max(8, 34 - index * 7)}%, var(--surface))` }}
        >
          {fits(one.value || texts.results.empty, (one.count / present) * width) ? <span className="whitespace-nowrap">{one.value || texts.results.empty}</span> : null}
        </div>
      ))}
      {rest > 0 ? <div className="min-w-[2px] bg-active" style={{ flexGrow: rest / present, flexBasis: 0 }} /> : null}
    </div>
  );
}

/** Inter at 12 px is about 6.6 px a letter. */
const fits = (text: string, width: number): boolean => text.length * 6.6 + 8 <= width;

function MissingBar({ profile }: { readonly profile: ColumnProfile }) {
  const share = profile.missing === 0 ? 0 : profile.missing / (profile.count + profile.missing);
  return (
    <div className="h-[3px] overflow-hidden rounded-full bg-active" role="img" aria-label={share === 0 ? texts.table.noMissing : texts.table.missingShare(decimalMark((share * 100).toPrecision(2)))}>
      {share > 0 ? <div className="h-full rounded-full bg-warn" style={{ width: `${Math.max(3, share * 100)}%` }} /> : null}
    </div>
  );
}
