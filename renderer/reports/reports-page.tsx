import { useReport } from './report-store.ts';
import { ReportEditor } from './report-editor.tsx';
import { ReportList } from './report-list.tsx';

/** Reports of the project; one opens for editing. */
export function ReportsPage() {
  const open = useReport((state) => state.path !== null);
  return <div data-testid="reports-page" className="h-full min-h-0">{open ? <ReportEditor /> : <ReportList />}</div>;
}
