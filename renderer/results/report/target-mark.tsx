import { CircleCheck, CircleX } from 'lucide-react';
import { useEffect } from 'react';
import { judgeMetrics } from '#app/brief/judge.ts';
import { formatNumber } from '#app/core/units.ts';
import { briefWanted, useBrief } from '../../state/brief.ts';
import { texts } from '../../text/texts.ts';
import { cx } from '../../ui/index.ts';

/** Under a figure: the project's target for it and whether it is met; nothing where the brief asks nothing of it. */
export function TargetMark({ name, value }: { readonly name: string; readonly value: number }) {
  const targets = useBrief((state) => state.brief?.metrics);
  useEffect(briefWanted, []);
  const [verdict] = targets === undefined ? [] : judgeMetrics(targets, { [name]: value });
  if (verdict === undefined) return null;
  const words = texts.brief.targets;
  const Icon = verdict.met ? CircleCheck : CircleX;
  return (
    <span data-testid={`target-${verdict.metric}`} data-met={verdict.met} className={cx('flex items-center gap-1 text-xs', verdict.met ? 'text-good-ink' : 'text-bad-ink')}>
      <Icon size={12} aria-hidden className="shrink-0" />
      <span className="min-w-0">
        {words.against(formatNumber(verdict.target))} <span className="sr-only">{verdict.met ? words.met : words.notMet}</span>
      </span>
    </span>
  );
}
