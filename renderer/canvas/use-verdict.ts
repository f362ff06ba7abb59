import { useMemo } from 'react';
import { isJudged, judgeMetrics } from '#app/brief/judge.ts';
import { formatNumber } from '#app/core/units.ts';
import { useBrief } from '../state/brief.ts';
import { texts } from '../text/texts.ts';

/** What the project's main target says of a node's numbers, as the line on its card; null where nothing is asked of them. */
export function useVerdict(type: string, metrics: Readonly<Record<string, number>> | undefined): { readonly sentence: string; readonly met: boolean } | null {
  const targets = useBrief((state) => (isJudged(type) ? state.brief?.metrics : undefined));
  return useMemo(() => {
    if (targets === undefined || metrics === undefined) return null;
    const [verdict] = judgeMetrics(targets, metrics);
    if (verdict === undefined) return null;
    const { title, value, target, met } = verdict;
    return { sentence: texts.brief.targets.sentence(title, formatNumber(value), formatNumber(target), met), met };
  }, [targets, metrics]);
}
