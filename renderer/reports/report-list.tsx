import { FilePlus2, LayoutDashboard, Sparkles, Trash2 } from 'lucide-react';
import { formatCount } from '#app/core/units.ts';
import { client, diagnosticOf } from '../rpc/client.ts';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { TimeAgo } from '../runs/time-ago.tsx';
import { notify } from '../state/notices.ts';
import { Badge, Button, EmptyState, IconButton, Menu, Page, Spinner } from '../ui/index.ts';
import { texts } from '../text/texts.ts';
import { openReport } from './report-store.ts';
import { createReport, reportOfRun } from './making.ts';
import { DeletedLately } from '../trash/deleted-dialog.tsx';
import { tellDeleted } from '../trash/trash.ts';
import { usePipelines } from './use-pipelines.ts';

/** Every report of the project, newest first; the way to a new one. */
export function ReportList() {
  const reports = useQuery('reports', (signal) => client.reports.list(undefined, { signal }));
  const { reload } = reports;
  const remove = async (path: string, title: string) => {
    try {
      const { trashed } = await client.reports.remove({ path });
      reload();
      tellDeleted(title, trashed, reload);
    } catch (error) {
      notify(diagnosticOf(error));
    }
  };
  return (
    <Page title={texts.reports.title} description={texts.reports.description} actions={reports.data === null ? undefined : <><DeletedLately look="words" asOf={reports.data.length} onRestored={reload} />{reports.data.length > 0 ? <Makers /> : null}</>}>
      {reports.error ? <Notice diagnostic={reports.error} action={<Button onClick={reload}>{texts.common.tryAgain}</Button>} /> : null}
      {reports.data === null && !reports.error ? <Spinner label={texts.common.loading} /> : null}
      {reports.data?.length === 0 ? (
        <EmptyState icon={<LayoutDashboard />} title={texts.reports.none} action={<Makers />}>
          {texts.reports.noneText}
        </EmptyState>
      ) : null}
      {reports.data && reports.data.length > 0 ? (
        <ul data-testid="report-list" className="grid grid-cols-[repeat(auto-fill,minmax(280px,1fr))] gap-3">
          {reports.data.map(({ path, title, kind, blocks, modifiedAt }) => (
            <li key={path} className="group relative rounded-md border border-line bg-surface hover:border-line-strong">
              <button type="button" data-testid={`open-${path}`} onClick={() => void openReport(path)} className="flex w-full flex-col gap-1 rounded-md p-4 pr-10 text-left">
                <span className="truncate text-base font-semibold">{title}</span>
                <span className="flex items-center gap-2 text-xs text-muted">
                  <Badge>{texts.reports.kinds[kind]}</Badge>
                  {texts.reports.blockCount(formatCount(blocks), blocks === 1)} · <TimeAgo at={modifiedAt} />
                </span>
              </button>
              <span className="absolute right-2 top-2 opacity-0 focus-within:opacity-100 group-hover:opacity-100">
                <IconButton needs="edit" label={texts.reports.remove(title)} size="sm" onClick={() => void remove(path, title)}>
                  <Trash2 size={14} />
                </IconButton>
              </span>
            </li>
          ))}
        </ul>
      ) : null}
    </Page>
  );
}

/** An empty report, or one of the last run of a pipeline. */
function Makers() {
  const pipelines = usePipelines();
  const run = (pipelines.data ?? []).filter(({ runs }) => runs.length > 0);
  return (
    <>
      <Menu
        align="end"
        trigger={
          <Button needs="edit" icon={<Sparkles size={14} />} data-testid="report-from-run">
            {texts.reports.fromRun}
          </Button>
        }
        items={
          run.length === 0
            ? [{ kind: 'label', id: 'none', label: pipelines.data === null ? texts.common.loading : texts.reports.nothingRun }]
            : run.map(({ path, title }) => ({ id: path, label: title, onSelect: () => void reportOfRun(path) }))
        }
      />
      <Button needs="edit" variant="primary" icon={<FilePlus2 size={14} />} data-testid="new-report" onClick={() => void createReport()}>
        {texts.reports.newReport}
      </Button>
    </>
  );
}
