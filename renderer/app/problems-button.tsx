import { CircleCheck, OctagonX, TriangleAlert } from 'lucide-react';
import { useProblems } from '../results/use-result.ts';
import { showProblems } from '../results/problems/problems-store.ts';
import { Tooltip } from '../ui/index.ts';
import { texts } from '../text/texts.ts';

export function ProblemsButton() {
  // The same list as the Problems tab shows.
  const problems = useProblems();
  const count = (severity: 'error' | 'warning'): number => problems.filter((problem) => problem.diagnostic.severity === severity).length;
  const [errors, warnings] = [count('error'), count('warning')];
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
