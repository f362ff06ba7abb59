import { create } from 'zustand';
import type { Severity } from '#app/core/errors.ts';
import { showDock } from '../../state/view.ts';

interface ProblemsView {
  readonly scope: 'this' | 'all';
  readonly severities: readonly Severity[];
  readonly text: string;
  /** Paths of pipelines whose problems are folded away. */
  readonly folded: readonly string[];
}

/** How the list of problems is looked at; kept while the dock shows something else. */
export const useProblemsView = create<ProblemsView>(() => ({ scope: 'this', severities: ['error', 'warning', 'info'], text: '', folded: [] }));

export function showProblems(scope: 'this' | 'all'): void {
  useProblemsView.setState({ scope });
  showDock('problems');
}

export function toggleSeverity(severity: Severity): void {
  useProblemsView.setState(({ severities }) => ({ severities: severities.includes(severity) ? severities.filter((one) => one !== severity) : [...severities, severity] }));
}

export function toggleFolded(path: string): void {
  useProblemsView.setState(({ folded }) => ({ folded: folded.includes(path) ? folded.filter((one) => one !== path) : [...folded, path] }));
}
