import { useMemo } from 'react';
import { Chart } from '../charts/chart.tsx';
import { curveCharts } from './curves.ts';
import type { CurvePoints } from './curves.ts';
import { texts } from '../../text/texts.ts';

interface LiveCurvesProps {
  readonly series: Readonly<Record<string, CurvePoints>>;
  /** True while points still arrive. */
  readonly live: boolean;
}

/** Learning curves of one node, drawn while it trains and kept afterwards. */
export function LiveCurves({ series, live }: LiveCurvesProps) {
  const charts = useMemo(() => curveCharts(series), [series]);
  if (charts.length === 0) return null;
  return (
    <section data-testid="live-curve" data-live={live} aria-label={texts.charts.curves.label} className="flex flex-wrap gap-4 [&>*]:max-w-[720px] [&>*]:flex-[1_1_340px]">
      {charts.map((spec, index) => (
        <Chart key={spec.title} spec={spec} index={index} height={240} />
      ))}
    </section>
  );
}
