import { defaultRecipe } from '#app/sdk/recipe.ts';
import type { Command } from '../commands.ts';
import type { LintInput, LintNode } from './finding.ts';
import { addNear, freeId, setParams } from './fixes.ts';
import { sourcesAt, type Traces } from './trace.ts';
import type { Trial } from './trials.ts';

/** A step of a recipe, as params of Preprocess. */
export type Step = Readonly<Record<string, unknown>>;

/**
 * Puts steps before those of the trainers' recipes: into the Preprocess node that is there, or into a new one that goes on with the
 * trainer's own usual steps. Null where a recipe comes from a node that is none.
 */
export function intoRecipes(trials: readonly Trial[], stepsOf: (trial: Trial) => readonly Step[], traces: Traces, { document, catalogue }: Pick<LintInput, 'document' | 'catalogue'>): Command[] | null {
  const preprocess = catalogue.get('train/preprocess')?.definition;
  if (preprocess === undefined) return null;
  const byPlace = new Map<string, Trial>();
  for (const trial of trials) byPlace.set(sourcesAt(trial.trainer, 'recipe')[0]?.from.nodeId ?? trial.trainer.id, trial);
  const commands: Command[] = [];
  for (const [place, trial] of byPlace) {
    const { trainer } = trial;
    const steps = stepsOf(trial);
    if (place !== trainer.id) {
      const holder = traces.nodes.get(place);
      const present = holder?.params['steps'];
      if (holder?.definition.type !== preprocess.type || !Array.isArray(present)) return null;
      commands.push(setParams(holder, { steps: [...steps, ...present] }));
      continue;
    }
    const id = freeId(document, `${trainer.id}-recipe`);
    const edge = { id: freeId(document, `${trainer.id}-recipe-edge`), from: { node: id, port: 'recipe' }, to: { node: trainer.id, port: 'recipe' } };
    commands.push(addNear(document, { id, type: preprocess.type, version: preprocess.version, params: { steps: [...steps, ...usualSteps(trainer)] } }, [edge], trainer.id, { x: -272, y: 112 }));
  }
  return commands;
}

function usualSteps(trainer: LintNode): readonly Step[] {
  const meta = trainer.outputs['learner'];
  return ((meta?.kind === 'learner' ? meta.learner?.recipe : null) ?? defaultRecipe).steps as readonly Step[];
}
