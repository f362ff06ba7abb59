import { useEffect, useMemo, useRef, useState } from 'react';
import { ChartGantt, ChevronLeft, ChevronRight } from 'lucide-react';
import { formatDuration } from '#app/core/units.ts';
import type { ListedAutomation, TimelineRun } from '#app/protocol/sections/automation.ts';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { client } from '../rpc/client.ts';
import { locale } from '../text/locale.ts';
import { texts } from '../text/texts.ts';
import { Button, cx, EmptyState, IconButton, Segmented, Spinner } from '../ui/index.ts';
import { fillOf, stateOfRun } from './firing-state.tsx';
import { GanttNodes } from './gantt-nodes.tsx';
import { moment, timeOfDay } from './words.ts';

const hour = 3_600_000;
const spans = { hour, six: 6 * hour, day: 24 * hour, week: 7 * 24 * hour } as const;
type Span = keyof typeof spans;
const spanNames = Object.keys(spans) as Span[];
/** What the present has to its right. */
const ahead = 0.12;

/** Runs as bars on lanes of their pipelines: attempts, what is running, what is to come, and a line for now. */
export function Gantt({ automations, turn, onOpenRun }: { readonly automations: readonly ListedAutomation[]; readonly turn: number; readonly onOpenRun: (runId: string) => void }) {
  const words = texts.automation.gantt;
  const [span, setSpan] = useState<Span>('six');
  /** Right end; null: with the present. */
  const [end, setEnd] = useState<number | null>(null);
  const [now, setNow] = useState(() => Date.now());
  const [open, setOpen] = useState<string | null>(null);
  const chart = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 2000);
    return () => clearInterval(timer);
  }, []);
  const width = spans[span];
  const until = end ?? now + width * ahead;
  const from = until - width;
  // Asked again as the present moves on, not at every tick.
  const asked = Math.floor(until / Math.max(10_000, width / 60));
  const timeline = useQuery(`gantt ${span} ${asked}`, (signal) => client.automation.timeline({ from, until: until + width * 0.02 }, { signal }));
  const { reload } = timeline;
  useEffect(() => {
    if (turn > 0) reload();
  }, [turn, reload]);
  const kept = useRef(timeline.data);
  if (timeline.data !== null) kept.current = timeline.data;
  const data = timeline.data ?? kept.current;
  const lanes = useMemo(() => lanesOf(data?.runs ?? [], data?.coming ?? [], automations), [data, automations]);
  const place = (at: number): number => Math.max(0, Math.min(100, ((at - from) / width) * 100));

  const keys = (event: React.KeyboardEvent): void => {
    if (event.key === '+' || event.key === '-') {
      const next = spanNames[spanNames.indexOf(span) + (event.key === '+' ? -1 : 1)];
      if (next !== undefined) setSpan(next);
      event.preventDefault();
      return;
    }
    const step = event.key === 'ArrowRight' || event.key === 'ArrowDown' ? 1 : event.key === 'ArrowLeft' || event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const bars = [...(chart.current?.querySelectorAll<HTMLElement>('[data-bar]') ?? [])];
    const at = bars.indexOf(document.activeElement as HTMLElement);
    bars[Math.max(0, Math.min(bars.length - 1, at + step))]?.focus();
  };

  if (timeline.error) return <Notice diagnostic={timeline.error} />;
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <IconButton label={texts.automation.calendar.previous} onClick={() => setEnd(until - width / 2)}>
          <ChevronLeft size={16} />
        </IconButton>
        <IconButton label={texts.automation.calendar.nextSpan} onClick={() => setEnd(until + width / 2)}>
          <ChevronRight size={16} />
        </IconButton>
        <Button disabled={end === null} onClick={() => setEnd(null)}>{words.now}</Button>
        <span className="text-sm tabular-nums text-muted">{moment(from)} – {moment(until)}</span>
        <span className="flex-1" />
        <Segmented label={words.span} value={span} onChange={(next) => setSpan(spanNames.find((one) => one === next) ?? 'six')} items={spanNames.map((value) => ({ value, label: words.spans[value] }))} className="!w-72" />
      </div>
      {data === null ? <Spinner label={texts.common.loading} /> : null}
      {data !== null && lanes.length === 0 ? <EmptyState icon={<ChartGantt />} title={words.none}>{words.noneText}</EmptyState> : null}
      {lanes.length > 0 ? (
        <div ref={chart} role="group" aria-label={words.label} onKeyDown={keys} className="overflow-hidden rounded-md border border-line bg-surface text-xs">
          <div className="flex border-b border-line-strong bg-chrome">
            <div className="w-48 shrink-0 border-r border-line px-3 py-1.5 font-semibold text-muted">{texts.automation.heads.pipeline}</div>
            <div className="relative h-7 min-w-0 flex-1 overflow-hidden">
              {ticks(from, until).map((at) => (
                <span key={at} className="absolute top-1.5 -translate-x-1/2 whitespace-nowrap tabular-nums text-muted" style={{ left: `${place(at)}%` }}>
                  {span === 'week' ? new Date(at).toLocaleDateString(locale, { weekday: 'short', day: 'numeric' }) : timeOfDay(at)}
                </span>
              ))}
            </div>
          </div>
          {lanes.map((lane) => (
            <div key={lane.key} className="border-b border-line last:border-b-0">
              <div className="flex">
                <div className="flex w-48 shrink-0 items-center border-r border-line px-3" title={lane.path ?? undefined}>
                  <span className="truncate text-sm">{lane.title}</span>
                </div>
                <div className="relative min-w-0 flex-1 overflow-hidden" style={{ height: 12 + lane.rows * 22 }}>
                  <Grid from={from} until={until} place={place} />
                  {lane.coming.filter((at) => at >= from && at <= until).map((at) => (
                    <span key={at} aria-hidden title={moment(at)} className="absolute top-[10px] size-3 -translate-x-1/2 rounded-full border border-dashed border-muted" style={{ left: `${place(at)}%` }} />
                  ))}
                  {lane.bars.map(({ run, row }) => {
                    const ends = run.ms === null ? (run.status === 'running' ? now : run.startedAt) : run.startedAt + run.ms;
                    const left = place(run.startedAt);
                    const state = stateOfRun(run.status);
                    const isRetry = (run.attempt ?? 1) > 1;
                    const label = words.bar(`${run.title}${isRetry ? `, ${words.retry(run.attempt ?? 1)}` : ''}`, texts.automation.states[state], moment(run.startedAt), run.ms === null ? words.stillRunning : formatDuration(run.ms));
                    return (
                      <button
                        key={run.runId}
                        type="button"
                        data-bar
                        data-testid={`gantt-run-${run.runId}`}
                        aria-label={label}
                        aria-expanded={open === run.runId}
                        title={label}
                        onClick={() => setOpen(open === run.runId ? null : run.runId)}
                        onDoubleClick={() => onOpenRun(run.runId)}
                        className={cx('absolute h-4 rounded-sm border', fillOf(state), state === 'running' && 'animate-pulse', isRetry && 'border-dashed opacity-80', open === run.runId && 'ring-2 ring-focus')}
                        style={{ left: `${left}%`, width: `max(6px, ${place(ends) - left}%)`, top: 8 + row * 22 }}
                      />
                    );
                  })}
                  {now >= from && now <= until ? <span aria-hidden className="absolute inset-y-0 w-px bg-accent" style={{ left: `${place(now)}%` }} /> : null}
                </div>
              </div>
              {lane.bars.some(({ run }) => run.runId === open) && open !== null ? <GanttNodes runId={open} onOpenRun={onOpenRun} /> : null}
            </div>
          ))}
        </div>
      ) : null}
      {lanes.length > 0 ? <p className="text-xs text-faint">{words.hint}</p> : null}
    </div>
  );
}

function Grid({ from, until, place }: { readonly from: number; readonly until: number; readonly place: (at: number) => number }) {
  return ticks(from, until).map((at) => <span key={at} aria-hidden className="absolute inset-y-0 w-px bg-line" style={{ left: `${place(at)}%` }} />);
}

interface Lane {
  readonly key: string;
  readonly title: string;
  readonly path: string | null;
  readonly bars: { readonly run: TimelineRun; readonly row: number }[];
  readonly coming: number[];
  rows: number;
}

/** A lane each pipeline, the one that ran last on top; runs that overlap lie below each other. */
function lanesOf(runs: readonly TimelineRun[], coming: readonly { readonly automationId: string; readonly at: number }[], automations: readonly ListedAutomation[]): Lane[] {
  const lanes = new Map<string, Lane & { ends: number[] }>();
  const laneOf = (key: string, title: string, path: string | null): Lane & { ends: number[] } => {
    const lane = lanes.get(key) ?? { key, title, path, bars: [], coming: [], rows: 1, ends: [] };
    lanes.set(key, lane);
    return lane;
  };
  for (const run of runs.toSorted((a, b) => a.startedAt - b.startedAt)) {
    const lane = laneOf(run.pipelinePath ?? run.pipelineId, run.title, run.pipelinePath);
    const free = lane.ends.findIndex((at) => at <= run.startedAt);
    const row = free < 0 ? lane.ends.length : free;
    lane.ends[row] = run.startedAt + (run.ms ?? Number.POSITIVE_INFINITY);
    lane.bars.push({ run, row });
    lane.rows = Math.max(lane.rows, row + 1);
  }
  const specs = new Map(automations.map((one) => [one.id, one]));
  for (const { automationId, at } of coming) {
    const one = specs.get(automationId);
    if (one !== undefined) laneOf(one.spec.pipeline, one.pipelineTitle ?? one.spec.pipeline, one.spec.pipeline).coming.push(at);
  }
  return [...lanes.values()].toSorted((a, b) => (b.bars.at(-1)?.run.startedAt ?? 0) - (a.bars.at(-1)?.run.startedAt ?? 0));
}

/** Round times: five to twelve of them. */
function ticks(from: number, until: number): number[] {
  const steps = [5, 10, 15, 30, 60, 120, 180, 360, 720, 1440].map((minutes) => minutes * 60_000);
  const step = steps.find((one) => (until - from) / one <= 12) ?? 86_400_000;
  const offset = new Date(from).getTimezoneOffset() * 60_000;
  const first = Math.ceil((from - offset) / step) * step + offset;
  return Array.from({ length: Math.max(0, Math.floor((until - first) / step) + 1) }, (_, index) => first + index * step);
}
