import { create } from 'zustand';
import { useView } from '../state/view.ts';

/** The run that the Runs page shows; null: the list. */
export const useShownRun = create<{ readonly runId: string | null }>(() => ({ runId: null }));

/** Opens a run on the Runs page, from anywhere. */
export function showRunPage(runId: string): void {
  useShownRun.setState({ runId });
  useView.setState({ page: 'runs' });
}
