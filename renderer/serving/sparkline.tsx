interface SparklineProps {
  readonly values: readonly number[];
  /** Drawn over them in the colour of faults. */
  readonly bad: readonly number[];
  readonly label: string;
}

const width = 300;
const height = 44;

/** A line over time without axes; its highest value stands at its left end. */
export function Sparkline({ values, bad, label }: SparklineProps) {
  const most = Math.max(1, ...values);
  const x = (i: number): number => (i / Math.max(1, values.length - 1)) * width;
  const y = (value: number): number => height - 2 - (value / most) * (height - 6);
  const line = (of: readonly number[]): string => of.map((value, i) => `${i === 0 ? 'M' : 'L'}${x(i).toFixed(1)},${y(value).toFixed(1)}`).join('');
  const hasBad = bad.some((value) => value > 0);
  return (
    <svg role="img" aria-label={label} viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" className="h-11 w-full overflow-visible">
      <path d={`M0,${height - 2}H${width}`} className="stroke-line" strokeWidth={1} vectorEffect="non-scaling-stroke" fill="none" />
      <path d={`${line(values)}L${width},${height - 2}L0,${height - 2}Z`} className="fill-accent-soft" />
      <path d={line(values)} className="stroke-accent" strokeWidth={1.5} vectorEffect="non-scaling-stroke" fill="none" />
      {hasBad ? <path d={line(bad)} className="stroke-bad" strokeWidth={1.5} vectorEffect="non-scaling-stroke" fill="none" /> : null}
    </svg>
  );
}
