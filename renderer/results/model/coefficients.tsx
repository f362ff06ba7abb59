import { decimalMark } from '#app/core/units.ts';
import { useMemo } from 'react';
import type { ModelSummary } from '#app/sdk/ports.ts';
import { StaticTable } from '../report/static-table.tsx';
import type { Cell } from '../table/cell-format.ts';

type Coefficients = NonNullable<ModelSummary['coefficients']>;

/** Coefficients by size: which feature moves the prediction, and which way. */
export function CoefficientList({ coefficients }: { readonly coefficients: Coefficients }) {
  const sorted = useMemo(() => [...coefficients].sort((a, b) => Math.abs(b.coefficient) - Math.abs(a.coefficient)), [coefficients]);
  const withClass = coefficients.some((one) => one.cls !== undefined);
  const largest = Math.max(1e-300, ...sorted.map((one) => Math.abs(one.coefficient)).filter(Number.isFinite));
  if (sorted.length > 40) {
    const rows = sorted.map((one): Cell[] => (withClass ? [one.cls ?? '', one.feature, one.coefficient] : [one.feature, one.coefficient]));
    return (
      <StaticTable
        columns={[...(withClass ? [{ name: 'class', type: 'string' as const }] : []), { name: 'feature', type: 'string' }, { name: 'coefficient', type: 'float' }]}
        rows={rows}
      />
    );
  }
  return (
    <ul className="flex flex-col gap-1">
      {sorted.map((one) => {
        const share = (Math.abs(one.coefficient) / largest) * 50;
        const negative = one.coefficient < 0;
        return (
          <li key={`${one.cls ?? ''} ${one.feature}`} className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_72px] items-center gap-3 text-xs">
            <span className="selectable truncate text-right" title={one.feature}>
              {withClass ? <span className="text-faint">{one.cls} · </span> : null}
              {one.feature}
            </span>
            <span aria-hidden className="relative h-3 rounded-sm bg-active">
              <span className="absolute inset-y-0 left-1/2 w-px bg-line-strong" />
              <span
                className={negative ? 'absolute inset-y-0 rounded-l-sm bg-[#d55e00] dark:bg-[#f0883e]' : 'absolute inset-y-0 rounded-r-sm bg-[#0072b2] dark:bg-[#5cb3ee]'}
                style={negative ? { right: '50%', width: `${share}%` } : { left: '50%', width: `${share}%` }}
              />
            </span>
            <span className="selectable text-right tabular-nums">{decimalMark(one.coefficient.toPrecision(4)).replace('-', '−')}</span>
          </li>
        );
      })}
    </ul>
  );
}
