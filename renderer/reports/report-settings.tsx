import { reportThemes, type ReportDocument, type ReportTheme } from '#app/reports/document.ts';
import { Field, Input, Segmented, Select, TextArea } from '../ui/index.ts';
import { locale } from '../text/locale.ts';
import { texts } from '../text/texts.ts';
import { editReport } from './report-store.ts';
import { usePipelines } from './use-pipelines.ts';

const last = 'last';

/** What holds for the whole report. */
export function ReportSettings({ report }: { readonly report: ReportDocument }) {
  const { data } = usePipelines();
  const used = new Set(report.blocks.flatMap((block) => ('source' in block ? [block.source.pipeline] : block.type === 'picture' ? [block.pipeline] : [])));
  return (
    <div className="flex flex-col gap-4">
      <Field label={texts.reports.fields.description}>{({ id }) => <TextArea id={id} value={report.description ?? ''} maxLength={5000} onChange={(event) => editReport({ type: 'settings', settings: { description: event.target.value } }, { group: 'description' })} />}</Field>
      <Field label={texts.reports.fields.reportKind} hint={texts.reports.kindHints[report.kind]}>
        {() => <Segmented label={texts.reports.fields.reportKind} value={report.kind} onChange={(kind) => editReport({ type: 'settings', settings: { kind: kind === 'dashboard' ? 'dashboard' : 'document' } })} items={[{ value: 'document', label: texts.reports.kinds.document }, { value: 'dashboard', label: texts.reports.kinds.dashboard }]} />}
      </Field>
      {report.kind === 'dashboard' ? (
        <Field label={texts.reports.fields.filterColumn} hint={texts.reports.fields.filterColumnHint}>
          {({ id }) => <Input id={id} data-testid="filter-column" value={report.filter?.column ?? ''} onChange={(event) => editReport({ type: 'settings', settings: { filter: event.target.value.trim() === '' ? null : { column: event.target.value } } }, { group: 'filter' })} />}
        </Field>
      ) : null}
      <Field label={texts.reports.fields.theme}>
        {() => <Segmented label={texts.reports.fields.theme} value={report.theme} onChange={(theme) => editReport({ type: 'settings', settings: { theme: theme as ReportTheme } })} items={reportThemes.map((theme) => ({ value: theme, label: texts.reports.themes[theme] }))} />}
      </Field>
      {(data ?? []).filter(({ id, runs }) => used.has(id) && runs.length > 0).map(({ id: pipeline, path, title, runs }) => (
        <Field key={path} label={texts.reports.fields.resultsOf(title)}>
          {({ id }) => (
            <Select
              id={id}
              label={texts.reports.fields.resultsOf(title)}
              value={report.pinned[pipeline] ?? last}
              onChange={(runId) => {
                const { [pipeline]: _before, ...others } = report.pinned;
                editReport({ type: 'settings', settings: { pinned: runId === last ? others : { ...others, [pipeline]: runId } } });
              }}
              items={[{ value: last, label: texts.reports.lastRun }, ...runs.map(({ runId, startedAt }) => ({ value: runId, label: texts.reports.asOf(new Date(startedAt).toLocaleString(locale, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })) }))]}
            />
          )}
        </Field>
      ))}
      <p className="text-xs text-muted">{texts.reports.keysHelp}</p>
    </div>
  );
}
