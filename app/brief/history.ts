import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { patchStepSchema, StepHistory, type EarlierSteps, type Step } from '#app/pipeline/steps.ts';
import { briefSchema, type Brief } from './document.ts';

const fieldNames = ['problem', 'decision', 'goal', 'target', 'data', 'metrics', 'costs', 'constraints', 'people', 'risks', 'notFor'] as const;

/** Fields of a brief as they are to be. */
export const briefPatchSchema = z.object({ type: z.literal('patch'), fields: z.partialRecord(z.enum(fieldNames), z.unknown()) });
export type BriefPatch = z.infer<typeof briefPatchSchema>;

/** A step of a brief's history, as it comes from a journal or a window. */
export const briefStepSchema = patchStepSchema(briefPatchSchema);
export type BriefStep = Step<BriefPatch>;
export type EarlierBriefSteps = EarlierSteps<BriefPatch>;

/** So many steps of the brief can be undone. */
export const keptBriefSteps = 300;

/** @throws PenstockError `brief-step` where it does not fit. */
export function applyBriefPatch(brief: Brief, { fields }: BriefPatch): Brief {
  const read = briefSchema.safeParse({ ...brief, ...fields });
  if (!read.success) throw new PenstockError('brief-step', 'That step does not fit the project brief any more.', { remedy: 'It may have been changed elsewhere; load it anew.' });
  return read.data;
}

/** Undo and redo over the project's brief, across sessions. */
export class BriefHistory extends StepHistory<Brief, BriefPatch> {
  constructor(brief: Brief, earlier: EarlierBriefSteps = { history: [], position: 0, forgotten: 0 }, clock: () => number = Date.now) {
    super(brief, earlier.history, earlier.position, { clock, forgotten: earlier.forgotten, kept: keptBriefSteps });
  }

  /** Typing on in one field, or in one row of a list, is one step. What changes nothing is none. */
  apply(change: Partial<Brief>): void {
    const brief: Brief = { ...this.document, ...change };
    const names = fieldNames.filter((name) => JSON.stringify(brief[name]) !== JSON.stringify(this.document[name]));
    if (names.length === 0) return;
    this.record(brief, { command: patchTo(brief, names), inverse: patchTo(this.document, names), label: 'Change the brief' }, groupOf(this.document, brief, names));
  }

  protected after(brief: Brief, patch: BriefPatch): Brief {
    return applyBriefPatch(brief, patch);
  }

  protected joined(last: BriefStep, next: Pick<BriefStep, 'command' | 'inverse'>): Pick<BriefStep, 'command' | 'inverse'> {
    return {
      command: { type: 'patch', fields: { ...last.command.fields, ...next.command.fields } },
      inverse: { type: 'patch', fields: { ...next.inverse.fields, ...last.inverse.fields } },
    };
  }
}

const patchTo = (brief: Brief, names: readonly (typeof fieldNames)[number][]): BriefPatch => ({ type: 'patch', fields: Object.fromEntries(names.map((name) => [name, brief[name]])) });

/** Rows that come and go, and choices, are steps of their own; the rows of a list that was typed in are told apart. */
function groupOf(before: Brief, after: Brief, names: readonly (typeof fieldNames)[number][]): string | undefined {
  const [name, ...others] = names;
  if (name === undefined || others.length > 0 || name === 'goal') return undefined;
  const was: unknown = before[name];
  const is: unknown = after[name];
  if (!Array.isArray(was) || !Array.isArray(is)) return name;
  if (was.length !== is.length) return undefined;
  return `${name} ${is.findIndex((row, index) => JSON.stringify(row) !== JSON.stringify(was[index]))}`;
}
