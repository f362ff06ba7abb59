import { useState } from 'react';
import { FilePlus2 } from 'lucide-react';
import { client } from '../rpc/client.ts';
import { useQuery } from '../results/use-query.ts';
import { Button, Dialog, Field, Input, Spinner } from '../ui/index.ts';
import { texts } from '../text/texts.ts';
import { addToReport, stopAdding, useAdding } from './adding.ts';

/** Which report a view is put on. */
export function AddToReportDialog() {
  const { blocks, what } = useAdding();
  if (blocks.length === 0) return null;
  return (
    <Dialog open onOpenChange={(open) => !open && stopAdding()} title={texts.reports.addTo} description={what} size="sm">
      <Choice />
    </Dialog>
  );
}

function Choice() {
  const { blocks, what } = useAdding();
  const reports = useQuery('reports to add to', (signal) => client.reports.list(undefined, { signal }));
  const [title, setTitle] = useState(what.slice(0, 200));
  return (
    <div data-testid="add-to-report-dialog" className="flex flex-col gap-3">
      {reports.data === null && !reports.error ? <Spinner label={texts.common.loading} /> : null}
      {reports.data && reports.data.length > 0 ? (
        <ul aria-label={texts.reports.title} className="flex max-h-60 flex-col overflow-auto rounded-md border border-line p-1">
          {reports.data.map((report) => (
            <li key={report.path}>
              <button type="button" className="flex h-8 w-full items-center justify-between gap-3 rounded-sm px-2 text-left text-sm hover:bg-hover" onClick={() => void addToReport(blocks, report, '')}>
                <span className="min-w-0 truncate">{report.title}</span>
                <span className="shrink-0 text-xs text-muted">{texts.reports.kinds[report.kind]}</span>
              </button>
            </li>
          ))}
        </ul>
      ) : null}
      <form
        className="flex items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          void addToReport(blocks, null, title.trim() || texts.reports.untitled);
        }}
      >
        <div className="min-w-0 flex-1">
          <Field label={texts.reports.newReport}>{({ id }) => <Input id={id} data-testid="new-report-title" value={title} maxLength={200} onChange={(event) => setTitle(event.target.value)} />}</Field>
        </div>
        <Button type="submit" variant="primary" icon={<FilePlus2 size={14} />} data-testid="add-to-new-report">
          {texts.reports.create}
        </Button>
      </form>
    </div>
  );
}
