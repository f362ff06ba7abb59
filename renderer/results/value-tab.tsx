import type { ReactNode } from 'react';
import { PlayCircle } from 'lucide-react';
import type { Diagnostic } from '#app/core/errors.ts';
import type { PortKind } from '#app/sdk/ports.ts';
import { client } from '../rpc/client.ts';
import { EmptyState, Spinner } from '../ui/index.ts';
import type { CurvePoints } from './live/curves.ts';
import { LiveCurves } from './live/live-curves.tsx';
import { LearnerView } from './model/learner-view.tsx';
import { ModelView } from './model/model-view.tsx';
import { RecipeView } from './model/recipe-view.tsx';
import { Notice } from './notice.tsx';
import { MetricGrid, metricItems } from './report/metric-grid.tsx';
import { ReportView } from './report/report-view.tsx';
import type { ChartTable } from './charts/sliced-chart.tsx';
import { shownValueSchema } from './report/value-schema.ts';
import type { ShownValue } from './report/value-schema.ts';
import { askedOf, type Subject } from './table/table-subject.ts';
import { useQuery } from './use-query.ts';
import { texts } from '../text/texts.ts';

interface ValueTabProps {
  readonly subject: Subject;
  readonly port: string;
  readonly kind: PortKind;
  readonly running: boolean;
  readonly series: Readonly<Record<string, CurvePoints>> | undefined;
  readonly runAction: ReactNode;
}

const unreadable: Diagnostic = { severity: 'error', code: 'unreadable-value', message: texts.results.value.unknown, remedy: texts.results.value.runAgain };

/** The value of a port that is not a table. */
export function ValueTab({ subject, port, kind, running, series, runAction }: ValueTabProps) {
  const query = useQuery(`${subject.key} ${port}`, async (signal) => {
    const { value } = await client.data.value({ ...askedOf(subject), nodeId: subject.nodeId, port }, { signal });
    if (value === null) return { value: null, known: true };
    const read = shownValueSchema.safeParse(value);
    return { value: read.data ?? null, known: read.success };
  });
  const hasCurves = series !== undefined && Object.values(series).some((points) => points.steps.length > 0);
  const curves = hasCurves && series ? <LiveCurves series={series} live={running} /> : null;
  const shown = query.data?.value ?? null;

  if (running) {
    return curves ? (
      <div className="mx-auto max-w-[1440px] p-4">{curves}</div>
    ) : (
      <EmptyState icon={<Spinner />} title={texts.results.value.running}>
        {texts.results.value.soon}
      </EmptyState>
    );
  }
  if (query.error) return <Notice diagnostic={query.error} action={runAction} />;
  if (query.data === null) {
    return (
      <div className="flex h-full items-center justify-center">
        <Spinner label={texts.common.loading} />
      </div>
    );
  }
  if (!query.data.known) return <Notice diagnostic={unreadable} action={runAction} />;
  if (shown === null) {
    return (
      <EmptyState icon={<PlayCircle />} title={texts.results.value.run} action={runAction}>
        {emptyWords[kind]}
      </EmptyState>
    );
  }
  return <Value value={shown} subject={subject} port={port} curves={curves} />;
}

const emptyWords: Readonly<Record<PortKind, string>> = {
  table: texts.results.value.table,
  recipe: texts.results.value.recipe,
  learner: texts.results.value.learner,
  model: texts.results.value.model,
  evaluation: texts.results.value.evaluation,
  report: texts.results.value.report,
};

function Value({ value, subject, port, curves }: { readonly value: ShownValue; readonly subject: Subject; readonly port: string; readonly curves: ReactNode }) {
  switch (value.kind) {
    case 'report':
      return <ReportView report={value.report} nodeId={subject.nodeId} tableAt={(input) => tableFeeding(subject, input)} />;
    case 'evaluation': {
      const { report, metrics } = value.evaluation;
      const listed = report.blocks.some((block) => block.type === 'metrics');
      return <ReportView report={report} before={listed || Object.keys(metrics).length === 0 ? null : <MetricGrid metrics={metricItems(metrics)} />} />;
    }
    case 'recipe':
      return (
        <article data-testid="recipe-view" className="mx-auto max-w-[1200px] p-4">
          <h3 className="mb-3 text-base font-semibold">{texts.results.value.preprocessing}</h3>
          <RecipeView recipe={value.recipe} />
        </article>
      );
    case 'learner':
      return <LearnerView learner={value.learner} />;
    case 'model':
      return <ModelView key={value.onnx} model={value} subject={subject} port={port} curves={curves} />;
  }
}

/** The port that feeds an input of the node. */
function tableFeeding(subject: Subject, input: string): ChartTable | null {
  const edge = subject.document.edges.find(({ to }) => to.node === subject.nodeId && to.port === input);
  return edge === undefined ? null : { subject, nodeId: edge.from.node, port: edge.from.port };
}
