import { redoReport, undoReport, useReport } from '../reports/report-store.ts';
import { redoBrief, undoBrief, useBrief } from '../state/brief.ts';
import { notify } from '../state/notices.ts';
import { redo, undo, usePipeline } from '../state/pipeline.ts';
import { useView } from '../state/view.ts';
import { texts } from '../text/texts.ts';

const kinds = {
  pipeline: { labels: () => usePipeline.getState(), undo, redo },
  report: { labels: () => useReport.getState(), undo: undoReport, redo: redoReport },
  brief: { labels: () => useBrief.getState(), undo: undoBrief, redo: redoBrief },
} as const;

/** Undo is about what is on the screen: the pipeline, the report that is open, the brief. Null on pages that show none of them. */
function shownIn(page: string, reportOpen: boolean): keyof typeof kinds | null {
  if (page === 'canvas') return 'pipeline';
  if (page === 'brief') return 'brief';
  return page === 'reports' && reportOpen ? 'report' : null;
}

const shown = () => shownIn(useView.getState().page, useReport.getState().report !== null);

type Way = 'undo' | 'redo';

export function canStep(way: Way): boolean {
  const kind = shown();
  return kind !== null && kinds[kind].labels()[`${way}Label`] !== null;
}

/** On a page that shows nothing of which steps are kept, the person is told so: what is elsewhere stays as it is. */
export function stepHere(way: Way): void {
  const kind = shown();
  if (kind === null) notify({ severity: 'info', message: texts.app.noUndoHere, remedy: texts.app.noUndoHereWhy });
  else kinds[kind][way]();
}

/** Names of the steps that undo and redo would make on this page; null where there is none. */
export function useStepLabels(): { readonly undoLabel: string | null; readonly redoLabel: string | null } {
  const page = useView((store) => store.page);
  const reportOpen = useReport((store) => store.report !== null);
  const labels = {
    report: { undoLabel: useReport((store) => store.undoLabel), redoLabel: useReport((store) => store.redoLabel) },
    pipeline: { undoLabel: usePipeline((store) => store.undoLabel), redoLabel: usePipeline((store) => store.redoLabel) },
    brief: { undoLabel: useBrief((store) => store.undoLabel), redoLabel: useBrief((store) => store.redoLabel) },
  };
  const kind = shownIn(page, reportOpen);
  return kind === null ? { undoLabel: null, redoLabel: null } : labels[kind];
}
