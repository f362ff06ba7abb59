import { familyOf, isMadeOf, type ColumnTrace } from '../columns.ts';
import { leak, quoted, type Finding } from '../finding.ts';
import { leaveOut } from '../fixes.ts';
import type { Traces } from '../trace.ts';
import type { Trial } from '../trials.ts';

/**
 * Features that hold the answer: computed from the target in the same row, copies of it, or what the target itself is computed from.
 * Earlier values of the target (a lag) are fair; statistics of it are another rule.
 */
export function targetInFeatures(trials: readonly Trial[], traces: Traces): Finding[] {
  return trials.flatMap((trial): Finding[] => {
    const { table, target, features, trainer } = trial;
    const answer = table.columns.get(target);
    if (answer === undefined) return [];
    const family = familyOf(answer, target, traces.nameOf);
    // The target itself among the features is an error of the trainer's own.
    const traced = features.filter((name) => name !== target).flatMap((name): { name: string; column: ColumnTrace }[] => {
      const column = table.columns.get(name);
      return column === undefined ? [] : [{ name, column }];
    });
    // The target itself, or what it was before it was filled or scaled in place.
    const isCopy = ({ id }: ColumnTrace): boolean => id === answer.id || (family.has(id) && traces.nameOf(id) === target);
    const derived = traced.filter(({ column }) => isCopy(column) || isMadeOf(column, family)).map(({ name }) => name);
    const made = madeOf(answer, family, traced);
    const found: Finding[] = [];
    const remedy = 'Leave it out of the features, unless it is known before the answer is.';
    if (derived.length > 0) {
      const one = derived.length === 1;
      found.push(leak('leak-target-derived', `${quoted(derived)} ${one ? 'is' : 'are'} computed from the target “${target}”, so the model is handed the answer and its score means nothing.`, one ? remedy : remedy.replaceAll('it', 'them').replace('them is', 'they are'), { nodeId: trainer.id, column: derived[0] ?? target }, leaveOut(trial, derived)));
    }
    const others = made.filter((name) => !derived.includes(name));
    if (others.length > 0) {
      found.push(leak('leak-target-source', `The target “${target}” is computed from ${quoted(others)}, which ${others.length === 1 ? 'is also a feature' : 'are also features'}, so the model only learns that formula.`, others.length === 1 ? remedy : remedy.replace('it out', 'them out').replace('it is', 'they are'), { nodeId: trainer.id, column: others[0] ?? target }, leaveOut(trial, others)));
    }
    return found;
  });
}

/** Features that together say what the target is: all that it is computed from, each of them a feature. */
function madeOf(target: ColumnTrace, family: ReadonlySet<string>, features: readonly { readonly name: string; readonly column: ColumnTrace }[]): string[] {
  const same = features.filter(({ column }) => column.id !== target.id && family.has(column.id)).map(({ name }) => name);
  if (same.length > 0) return same;
  const parts = sourcesOf(target, family);
  const byId = new Map(features.map(({ name, column }) => [column.id, name]));
  const names = parts.flatMap(({ id }) => byId.get(id) ?? []);
  return parts.length > 0 && names.length === parts.length ? names : [];
}

/** What the oldest form of the target is computed from. */
function sourcesOf(target: ColumnTrace, family: ReadonlySet<string>): readonly ColumnTrace[] {
  let at = target;
  for (let next = at.sources[0]; next !== undefined && at.sources.length === 1 && family.has(next.id); next = at.sources[0]) at = next;
  return at.merged ? [] : at.sources;
}
