import { MousePointerClick } from 'lucide-react';
import { EmptyState } from '../ui/index.ts';

/** The bottom dock: the selected node's results. */
export function ResultsDock() {
  return (
    <section data-testid="results-dock" aria-label="Results" className="h-full min-h-0 bg-surface">
      <EmptyState icon={<MousePointerClick />} title="Select a node">
        Its table, charts, log and problems show here.
      </EmptyState>
    </section>
  );
}
