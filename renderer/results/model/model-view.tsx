import { useMemo } from 'react';
import type { ReactNode } from 'react';
import { formatCount } from '#app/core/units.ts';
import type { ModelValue } from '#app/sdk/ports.ts';
import { client } from '../../rpc/client.ts';
import { usePipeline } from '../../state/pipeline.ts';
import { Badge, TypeBadge } from '../../ui/index.ts';
import { LiveCurves } from '../live/live-curves.tsx';
import { MetricGrid, metricItems } from '../report/metric-grid.tsx';
import { metricTitle } from '../report/metric-text.ts';
import { askedOf, type Subject } from '../table/table-subject.ts';
import { fetchPage } from '../table/use-table-pages.ts';
import { useQuery } from '../use-query.ts';
import { CodeSnippets } from './code-snippets.tsx';
import { CoefficientList } from './coefficients.tsx';
import { ImportanceList } from './importance-list.tsx';
import { FactList, Section } from './section.tsx';
import { snippets } from './snippets.ts';
import { readField, typicalText } from './try-it.ts';
import { TryItForm } from './try-it-form.tsx';
import { algorithmTitle, paramText } from './words.ts';
import { texts } from '../../text/texts.ts';

interface ModelViewProps {
  readonly model: ModelValue;
  readonly subject: Subject;
  readonly port: string;
  /** The learning curves of the run that made it; null where only the model's own summary has them. */
  readonly curves: ReactNode;
}

/** A fitted model: how good, what of, and a form to ask it. */
export function ModelView({ model, subject, port, curves }: ModelViewProps) {
  const { signature, summary } = model;
  const source = trainingTable(subject);
  const training = useQuery(source === null ? null : `${subject.key} training`, (signal) =>
    client.data.profile({ ...askedOf(subject), nodeId: source?.node ?? '', port: source?.port ?? '', filter: '' }, { signal }),
  );
  const servers = useQuery('servers', (signal) => client.models.servers(undefined, { signal }));
  const edges = usePipeline((state) => state.document?.edges);
  const fed = useMemo(() => new Set((edges ?? []).filter((edge) => edge.from.node === subject.nodeId).map((edge) => edge.to.node)), [edges, subject.nodeId]);
  const profiles = useMemo(() => (training.data ? new Map(training.data.columns.map((column) => [column.name, column])) : null), [training.data]);
  const server = servers.data?.find((one) => fed.has(one.nodeId)) ?? null;
  const code = useMemo(() => {
    const typical = signature.inputs.map((column) => {
      const reading = readField(column, typicalText(column, profiles?.get(column.name)));
      return [column.name, reading.ok ? reading.value : null] as const;
    });
    return snippets(signature, server?.url ?? null, Object.fromEntries(typical));
  }, [signature, server, profiles]);
  const ownCurves = useMemo(() => Object.fromEntries((summary?.curves ?? []).map((curve) => [curve.name, curve])), [summary]);

  return (
    <article data-testid="model-view" aria-label={texts.common.model} className="mx-auto flex max-w-[1440px] flex-col gap-5 p-4">
      <header className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <h3 className="text-base font-semibold">{algorithmTitle(model.algorithm)}</h3>
        <span className="text-sm text-muted">
          {texts.model.predictsWord} <span className="font-medium text-ink">{signature.target.name}</span> {texts.model.about(signature.inputs.length, formatCount(model.rows))}
        </span>
        <Badge>{signature.task}</Badge>
        {summary?.converged === false ? <Badge tone="warn">{texts.model.notConverged}</Badge> : null}
      </header>
      {Object.keys(model.metrics).length > 0 ? <MetricGrid metrics={metricItems(model.metrics)} judged={false} /> : null}
      {summary && summary.notes.length > 0 ? (
        <ul className="flex max-w-[80ch] flex-col gap-1 text-sm text-muted">
          {summary.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      ) : null}
      {curves ?? <LiveCurves series={ownCurves} live={false} />}
      <div className="grid grid-cols-[repeat(auto-fit,minmax(min(420px,100%),1fr))] gap-x-8 gap-y-6">
        <Section title={texts.model.tryIt}>
          <TryItForm
            signature={signature}
            profiles={profiles}
            predict={async (record) => {
              const { predictions } = await client.models.predict({ ...askedOf(subject), nodeId: subject.nodeId, port, records: [record] });
              return predictions[0] ?? {};
            }}
            pickRow={source && training.data && training.data.rows > 0 ? () => randomRow(subject, source, training.data?.rows ?? 1) : undefined}
          />
        </Section>
        {summary?.importance && summary.importance.length > 0 ? (
          <Section title={texts.model.splits}>
            <ImportanceList importance={summary.importance} />
          </Section>
        ) : null}
        {summary?.coefficients && summary.coefficients.length > 0 ? (
          <Section title={texts.model.coefficients}>
            <CoefficientList coefficients={summary.coefficients} />
          </Section>
        ) : null}
        <Section title={texts.model.signature}>
          <ul className="max-h-80 overflow-auto rounded-md border border-line">
            {signature.inputs.map((column) => (
              <li key={column.name} className="flex h-7 items-center justify-between gap-4 border-b border-line px-3 text-sm last:border-b-0">
                <span className="selectable truncate">{column.name}</span>
                <TypeBadge type={column.type} />
              </li>
            ))}
            <li className="flex h-7 items-center justify-between gap-4 bg-accent-soft px-3 text-sm">
              <span className="selectable truncate font-medium">→ {signature.target.name}</span>
              <span className="truncate text-xs text-muted">{signature.classes ? texts.model.classes(signature.classes.length, signature.classes.slice(0, 4).join(', ')) : texts.model.number}</span>
            </li>
          </ul>
        </Section>
        <Section title={texts.model.training}>
          <FactList
            facts={[
              ...(summary?.iterations === undefined ? [] : ([[texts.model.iterations, formatCount(summary.iterations)]] as const)),
              ...Object.entries(model.params).map(([name, value]) => [metricTitle(name), paramText(value)] as const),
              [texts.model.features, formatCount(signature.features.length)],
            ]}
          />
        </Section>
        <Section title={texts.model.elsewhere}>
          <CodeSnippets snippets={code} />
        </Section>
      </div>
    </article>
  );
}

interface PortAt {
  readonly node: string;
  readonly port: string;
}

/** The table that the node was fitted on: the edge into its `table` input. */
function trainingTable(subject: Subject): PortAt | null {
  return subject.document.edges.find((edge) => edge.to.node === subject.nodeId && edge.to.port === 'table')?.from ?? null;
}

async function randomRow(subject: Subject, source: PortAt, rows: number): Promise<Record<string, string>> {
  const page = await fetchPage({ ...subject, nodeId: source.node }, source.port, { sort: [], filter: '' }, Math.floor(Math.random() * rows), 1);
  return Object.fromEntries(
    page.schema.map((column, index) => {
      const value = page.rows === 0 ? null : page.cell(0, index);
      return [column.name, value === null ? '' : String(value)];
    }),
  );
}
