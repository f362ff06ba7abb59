import { CircleCheck, OctagonX, TriangleAlert } from 'lucide-react';
import { useConfiguration } from '../state/configuration.ts';
import { showDock } from '../state/view.ts';
import { Tooltip } from '../ui/index.ts';

export function ProblemsButton() {
  const diagnostics = useConfiguration((store) => store.diagnostics);
  const errors = diagnostics.filter((item) => item.severity === 'error').length;
  const warnings = diagnostics.filter((item) => item.severity === 'warning').length;
  const words = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;
  const text = errors + warnings === 0 ? 'No problems' : [errors ? words(errors, 'error') : '', warnings ? words(warnings, 'warning') : ''].filter(Boolean).join(', ');
  return (
    <Tooltip text={text}>
      <button
        type="button"
        data-testid="problems-count"
        data-count={errors + warnings}
        aria-label={`Problems: ${text}`}
        onClick={() => showDock('problems')}
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
