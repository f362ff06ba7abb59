import { ArrowUp, CircleCheck, CircleX, Plus, Trash2 } from 'lucide-react';
import { knownMetric, knownMetrics } from '#app/brief/metric-names.ts';
import { metricTitle } from '../results/report/metric-text.ts';
import type { Brief } from '#app/brief/document.ts';
import { formatNumber } from '#app/core/units.ts';
import { useQuery } from '../results/use-query.ts';
import { client, type EngineClient } from '../rpc/client.ts';
import { select } from '../state/selection.ts';
import { openPipeline, usePipeline } from '../state/pipeline.ts';
import { editBrief, useBrief } from '../state/brief.ts';
import { useView } from '../state/view.ts';
import { texts } from '../text/texts.ts';
import { Badge, Button, IconButton, Select, cx } from '../ui/index.ts';
import { NumberInput, Section } from './sections.tsx';

type Point = Awaited<ReturnType<EngineClient['brief']['standing']>>[number];

/** The numbers that stand for success, each with what the last runs measured of it. */
export function TargetsSection({ brief }: { readonly brief: Brief }) {
  const words = texts.brief.targets;
  const isSaved = useBrief((state) => state.save === 'saved');
  const names = brief.metrics.map(({ metric, target }) => `${metric} ${target}`).join();
  const standing = useQuery(isSaved ? `standing ${names}` : null, (signal) => client.brief.standing(undefined, { signal }));
  const set = (metrics: Brief['metrics']): void => editBrief({ metrics });
  const used = new Set(brief.metrics.map(({ metric }) => metric));
  const fitting = knownMetrics.filter(({ goals }) => brief.goal === null || goals.includes(brief.goal) || brief.goal === 'anomaly');
  const next = fitting.find(({ name }) => !used.has(name));
  return (
    <Section
      title={words.title}
      how={words.how}
      testId="brief-targets"
      action={
        <Button needs="edit" size="sm" icon={<Plus size={13} />} disabled={next === undefined || brief.metrics.length >= 12} data-testid="brief-add-target" onClick={() => next && set([...brief.metrics, { metric: next.name, target: next.usual }])}>
          {words.add}
        </Button>
      }
    >
      {brief.metrics.map(({ metric, target }, index) => {
        const known = knownMetric(metric);
        const title = metricTitle(metric);
        const others = knownMetrics.filter(({ name, goals }) => name === metric || (!used.has(name) && (brief.goal === null || goals.includes(brief.goal))));
        const items = (known === null ? [{ name: metric }, ...others] : others).map((one) => ({ value: one.name, label: metricTitle(one.name) }));
        return (
          <div key={metric} data-testid={`brief-target-${metric}`} className="flex flex-wrap items-center gap-2 rounded-md border border-line bg-surface p-2">
            <Select label={words.metric} value={metric} onChange={(name) => set(brief.metrics.map((one, at) => (at === index ? { metric: name, target: knownMetric(name)?.usual ?? one.target } : one)))} items={items} className="!w-44" />
            <span className="text-xs text-muted">{known?.better === 'lower' ? words.atMost : words.atLeast}</span>
            <span className="w-24">
              <NumberInput label={`${title}: ${words.value}`} value={target} onChange={(value) => value !== null && set(brief.metrics.map((one, at) => (at === index ? { ...one, target: value } : one)))} />
            </span>
            {index === 0 ? <Badge tone="accent">{words.main}</Badge> : <IconButton label={words.toTop(title)} onClick={() => set([brief.metrics[index] as (typeof brief.metrics)[number], ...brief.metrics.filter((_, at) => at !== index)])}><ArrowUp size={14} /></IconButton>}
            <IconButton needs="edit" label={words.remove(title)} onClick={() => set(brief.metrics.filter((_, at) => at !== index))} className="ml-auto"><Trash2 size={14} /></IconButton>
            <Standing title={title} target={target} better={known?.better ?? 'higher'} points={(standing.data ?? []).filter((point) => point.metric === metric)} />
          </div>
        );
      })}
    </Section>
  );
}

/** Where a number stands: the latest value against its target, and how it came there. */
function Standing({ title, target, better, points }: { readonly title: string; readonly target: number; readonly better: 'higher' | 'lower'; readonly points: readonly Point[] }) {
  const words = texts.brief.targets;
  const last = points.at(-1);
  if (last === undefined) return <p className="basis-full text-xs text-faint">{words.never}</p>;
  const met = better === 'higher' ? last.value >= target : last.value <= target;
  const best = points.reduce((found, point) => ((better === 'higher' ? point.value > found.value : point.value < found.value) ? point : found), last);
  const Icon = met ? CircleCheck : CircleX;
  return (
    <div className="flex basis-full flex-wrap items-center gap-x-3 gap-y-1 border-t border-line pt-2 text-xs">
      <span className={cx('inline-flex items-center gap-1 font-medium', met ? 'text-good-ink' : 'text-bad-ink')}>
        <Icon size={14} aria-hidden /> {met ? words.met : words.notMet}
      </span>
      <span className="text-muted tabular-nums">{words.measured(formatNumber(last.value), last.node)}</span>
      <Spark label={words.history(title)} values={points.map(({ value }) => value)} target={target} />
      {best.value === last.value ? null : <span className="text-muted tabular-nums">{words.best(formatNumber(best.value))}</span>}
      <Button size="sm" variant="quiet" onClick={() => void goTo(last)} className="ml-auto">
        {words.open}
      </Button>
    </div>
  );
}

async function goTo({ pipelineId, nodeId }: Point): Promise<void> {
  if (usePipeline.getState().root?.id !== pipelineId) {
    const runs = await client.run.list({ pipelineId, limit: 1 }).catch(() => []);
    const path = runs[0]?.pipelinePath;
    if (path !== null && path !== undefined) await openPipeline(path);
  }
  useView.setState({ page: 'canvas' });
  select({ nodes: [nodeId] });
}

const size = { width: 120, height: 22 } as const;

/** A line of the values with the target across it. */
function Spark({ label, values, target }: { readonly label: string; readonly values: readonly number[]; readonly target: number }) {
  if (values.length < 2) return null;
  const low = Math.min(target, ...values);
  const high = Math.max(target, ...values);
  const y = (value: number): number => (high === low ? size.height / 2 : 2 + (1 - (value - low) / (high - low)) * (size.height - 4));
  const x = (index: number): number => 2 + (index / (values.length - 1)) * (size.width - 4);
  return (
    <svg role="img" aria-label={label} width={size.width} height={size.height} viewBox={`0 0 ${size.width} ${size.height}`}>
      <line x1={0} x2={size.width} y1={y(target)} y2={y(target)} stroke="var(--line-strong)" strokeDasharray="3 2" />
      <polyline fill="none" stroke="var(--accent)" strokeWidth={1.5} points={values.map((value, index) => `${x(index)},${y(value)}`).join(' ')} />
      <circle cx={x(values.length - 1)} cy={y(values.at(-1) ?? 0)} r={2.5} fill="var(--accent)" />
    </svg>
  );
}
