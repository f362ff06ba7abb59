import { leak, type Finding, type LintInput } from '../finding.ts';
import { reconnect } from '../fixes.ts';
import { keptApartBy } from '../rows.ts';
import { sawRows } from '../columns.ts';
import { sourcesAt, type Traces } from '../trace.ts';
import type { Trial } from '../trials.ts';
import { testedRows } from './learnt-before-split.ts';

/**
 * Features chosen by hand while a ranking of them for the same target looks at test rows, too (Ambroise & McLachlan 2002, “Selection
 * bias in gene extraction”). Where a trainer takes every column, the ranking chose nothing.
 */
export function featuresChosenOnAllRows(trials: readonly Trial[], traces: Traces, { document }: LintInput): Finding[] {
  const rankings = [...traces.nodes.values()].filter(({ definition }) => definition.type === 'explore/feature-ranking');
  return rankings.flatMap((ranking): Finding[] => {
    const [from] = sourcesAt(ranking, 'table').map((one) => one.from);
    const table = from === undefined ? undefined : traces.table(from);
    if (table === undefined) return [];
    for (const trial of trials) {
      if (trial.target !== ranking.params['target'] || !Array.isArray(trial.trainer.params['features'])) continue;
      const seen = { nodeId: ranking.id, kind: 'all', seen: table.rows, of: [], timed: false } as const;
      const tested = testedRows(trial).find((rows) => sawRows(seen, rows));
      if (tested === undefined) continue;
      const [split] = keptApartBy(trial.table.rows, tested);
      const port = split === undefined ? undefined : trial.table.rows.parts.get(split)?.values().next().value;
      const command = split === undefined || port === undefined ? null : reconnect(document, { node: ranking.id, port: 'table' }, { nodeId: split, port });
      return [
        leak(
          'leak-feature-choice',
          `“${ranking.title}” ranks features on all rows, and “${trial.trainer.title}” learns from chosen ones: if the ranking chose them, the test rows had a say in it.`,
          'Rank on the training part.',
          { nodeId: ranking.id },
          command === null ? null : { title: 'rank on the training part', command },
        ),
      ];
    }
    return [];
  });
}
