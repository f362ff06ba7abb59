import { CircleCheck, OctagonX, TriangleAlert } from 'lucide-react';
import { useMemo } from 'react';
import { collectProblems } from '../results/problems/collect-problems.ts';
import { useConfiguration } from '../state/configuration.ts';
import { usePipeline } from '../state/pipeline.ts';
import { useRun } from '../state/run.ts';
import { showProblems } from '../results/problems/problems-store.ts';
import { Tooltip } from '../ui/index.ts';
import { texts } from '../text/texts.ts';

export function ProblemsButton() {
  const document = usePipeline((store) => store.document);
  const nodes = useConfiguration((store) => store.nodes);
  const diagnostics = useConfiguration((store) => store.diagnostics);
  const runs = useRun((store) => store.nodes);
  const runDocument = useRun((store) => store.document);
  const { errors, warnings } = useMemo(() => {
    // The same list as the Problems tab shows: what configuring found, and what the last run met in nodes that are as they were.
    const now = new Map(document?.nodes.map((node) => [node.id, node.params]));
    const then = new Map(runDocument?.nodes.map((node) => [node.id, node.params]));
    const unchanged = (id: string) => now.has(id) && JSON.stringify(now.get(id)) === JSON.stringify(then.get(id));
    const severities = collectProblems({ nodes, diagnostics }, runs, unchanged).map((problem) => problem.diagnostic.severity);
    return { errors: severities.filter((one) => one === 'error').length, warnings: severities.filter((one) => one === 'warning').length };
  }, [document?.nodes, nodes, diagnostics, runs, runDocument]);
  const text = errors + warnings === 0 ? texts.app.noProblems : [errors ? texts.app.errors(errors) : '', warnings ? texts.app.warnings(warnings) : ''].filter(Boolean).join(', ');
  return (
    <Tooltip text={text}>
      <button
        type="button"
        data-testid="problems-count"
        data-count={errors + warnings}
        aria-label={texts.app.problems(text)}
        onClick={() => showProblems('this')}
        className="mr-1 flex h-7 items-center gap-2 rounded-md px-2 text-xs tabular-nums text-muted hover:bg-hover hover:text-ink"
      >
        {errors + warnings === 0 ? <CircleCheck size={15} className="text-good-ink" /> : null}
        {errors > 0 ? (
          <span className="flex items-center gap-1 text-bad-ink">
            <OctagonX size={14} />
            {errors}
          </span>
        ) : null}
        {warnings > 0 ? (
          <span className="flex items-center gap-1 text-warn-ink">
            <TriangleAlert size={14} />
            {warnings}
          </span>
        ) : null}
      </button>
    </Tooltip>
  );
}
