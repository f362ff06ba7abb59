import { leak, quoted, type Finding, type LintInput } from '../finding.ts';
import { leaveOut } from '../fixes.ts';
import { isIdentifier } from '../identifiers.ts';
import type { Trial } from '../trials.ts';

/** An identifier among the features: a model can only learn it by heart. One that repeats often is a group, not an identifier. */
export function identifierAsFeature(trials: readonly Trial[], { facts }: LintInput): Finding[] {
  return trials.flatMap((trial): Finding[] => {
    const { table, trainer, features } = trial;
    const known = [...table.rows.parts.keys()].flatMap((id) => facts.get(id) ?? []);
    const repeats = (name: string): boolean => known.some(({ rows, distinct }) => Object.hasOwn(distinct, name) && (distinct[name] ?? 0) * 2 < rows);
    const found = features.filter((name) => {
      const type = table.columns.get(name)?.type;
      return type !== undefined && isIdentifier(name, type) && !repeats(name);
    });
    if (found.length === 0) return [];
    const one = found.length === 1;
    return [
      leak(
        'leak-identifier',
        `${quoted(found)} ${one ? 'looks like an identifier' : 'look like identifiers'}: the model can learn ${one ? 'it' : 'them'} by heart, and new rows have other ones.`,
        `Leave ${one ? 'it' : 'them'} out of the features.`,
        { nodeId: trainer.id, column: found[0] ?? '' },
        leaveOut(trial, found),
      ),
    ];
  });
}
