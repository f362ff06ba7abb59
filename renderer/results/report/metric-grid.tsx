import type { ReactNode } from 'react';
import { CircleHelp } from 'lucide-react';
import type { MetricItem } from '#app/sdk/ports.ts';
import { Tooltip } from '../../ui/index.ts';
import { formatMetric, metricTitle } from './metric-text.ts';
import { TargetMark } from './target-mark.tsx';
import { texts } from '../../text/texts.ts';

interface MetricGridProps {
  readonly title?: string | undefined;
  readonly metrics: readonly MetricItem[];
  readonly judged?: boolean;
  /** A small button beside a figure's name. */
  readonly beside?: (name: string) => ReactNode;
}

/**
 * Big figures, with what each means behind its question mark, and what the project asks of it.
 * `judged` is false for numbers of rows that the model was fitted on: they say nothing of success.
 */
export function MetricGrid({ title, metrics, judged = true, beside }: MetricGridProps) {
  return (
    <section aria-label={title ?? texts.results.metrics}>
      {title ? <h4 className="mb-2 text-sm font-semibold">{title}</h4> : null}
      <dl className="flex flex-wrap overflow-hidden rounded-md border border-line bg-surface">
        {metrics.map((metric) => (
          <div key={metric.name} data-testid={`metric-${metric.name}`} className="-mb-px -mr-px flex min-w-0 flex-[1_1_148px] flex-col justify-between gap-0.5 border-b border-r border-line px-3 py-2.5">
            <dt className="flex items-center gap-1 text-xs text-muted">
              <span className="line-clamp-2 min-w-0" title={metricTitle(metric.name)}>
                {metricTitle(metric.name)}
              </span>
              {metric.help ? (
                <Tooltip text={metric.help} side="top">
                  <button type="button" aria-label={texts.results.whatMeans(metricTitle(metric.name))} className="shrink-0 rounded-full text-faint hover:text-ink">
                    <CircleHelp size={13} />
                  </button>
                </Tooltip>
              ) : null}
              {beside ? <span className="-my-1 ml-auto">{beside(metric.name)}</span> : null}
            </dt>
            <dd className="selectable text-xl font-medium tabular-nums tracking-tight">
              {formatMetric(metric)}
              {judged ? <TargetMark name={metric.name} value={metric.value} /> : null}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Named numbers of a model or run, for the same grid. */
export function metricItems(metrics: Readonly<Record<string, number>>): MetricItem[] {
  return Object.entries(metrics).map(([name, value]) => ({ name, value, format: 'number' }));
}
