import { TriangleAlert } from 'lucide-react';
import { useMemo } from 'react';
import { countSeverities } from '../results/problems/problem-groups.ts';
import { showProblems } from '../results/problems/problems-store.ts';
import { useProjectProblems } from '../state/project-problems.ts';
import { texts } from '../text/texts.ts';
import { Tooltip, cx } from '../ui/index.ts';

/** In the rail: how much is wrong in all pipelines of the project. */
export function ProjectProblemsButton() {
  const pipelines = useProjectProblems((store) => store.pipelines);
  const { error, warning } = useMemo(() => countSeverities(Object.values(pipelines).flatMap(({ problems }) => problems)), [pipelines]);
  const count = error + warning;
  const label = count === 0 ? texts.help.problems.noneAnywhere : texts.help.problems.inProject([error > 0 ? texts.app.errors(error) : '', warning > 0 ? texts.app.warnings(warning) : ''].filter(Boolean).join(', '));
  return (
    <Tooltip text={label} side="right">
      <button
        type="button"
        aria-label={label}
        data-testid="rail-problems"
        data-count={count}
        onClick={() => showProblems('all')}
        className="relative flex size-9 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-ink"
      >
        <TriangleAlert size={18} strokeWidth={1.75} />
        {count > 0 ? (
          <span aria-hidden className={cx('absolute -right-0.5 top-0 min-w-4 rounded-full px-1 text-center text-[10px] font-semibold leading-4 tabular-nums', error > 0 ? 'bg-bad-soft text-bad-ink' : 'bg-warn-soft text-warn-ink')}>
            {count > 99 ? '99+' : count}
          </span>
        ) : null}
      </button>
    </Tooltip>
  );
}
