import type { Diagnostic } from '#app/core/errors.ts';
import { stepTitles, type StepParams } from './steps.ts';

type Finding = Pick<Diagnostic, 'severity' | 'code' | 'message' | 'remedy'> & { readonly at?: string };

/** What of the steps is wrong, or means something else than it seems, whatever the columns are. */
export function checkSteps(steps: readonly StepParams[]): Diagnostic[] {
  return steps.flatMap((step, index) =>
    check(step, index, steps).map(({ at, ...finding }): Diagnostic => ({ ...finding, place: { param: ['steps', index, ...(at === undefined ? [] : [at])] } })),
  );
}

const nameOf = (step: StepParams, index: number): string => `Step ${index + 1} (${stepTitles[step.step]})`;

function check(step: StepParams, index: number, steps: readonly StepParams[]): Finding[] {
  if (step.columns.by === 'names' && step.columns.names.length === 0 && !(step.step === 'select' && step.action === 'keep')) {
    return [{ severity: 'warning', code: 'no-columns', message: `${nameOf(step, index)} names no column, so it does nothing.`, remedy: 'Choose its columns, or remove the step.', at: 'columns' }];
  }
  return [...ofStep(step, index), ...ofOrder(step, index, steps)];
}

function ofStep(step: StepParams, index: number): Finding[] {
  if (step.step === 'date-parts' && step.parts.length === 0) {
    return [{ severity: 'warning', code: 'no-parts', message: `${nameOf(step, index)} makes nothing of its dates, so they are left out.`, remedy: 'Choose the parts that may matter.', at: 'parts' }];
  }
  if (step.step === 'text' && step.columns.by === 'all-categorical') {
    return [
      {
        severity: 'info',
        code: 'text-everywhere',
        message: `${nameOf(step, index)} reads every text column word by word, also those that hold categories.`,
        remedy: 'Name the columns of free text, and encode categories by one-hot, ordinal or target-encode.',
        at: 'columns',
      },
    ];
  }
  return [];
}

/** Whether the step changes numbers that a later step only then makes of dates. */
const fillsOrScales = (step: StepParams): boolean => step.columns.by === 'all-numeric' && (step.step === 'scale' || (step.step === 'impute' && step.numeric !== 'none'));

/** Steps that turn a whole kind of columns into features, after which nothing is left for later ones. */
function encodes(step: StepParams): 'text' | 'dates' | null {
  if (step.columns.by === 'all-categorical' && (step.step === 'one-hot' || step.step === 'ordinal' || step.step === 'target-encode' || step.step === 'text')) return 'text';
  return step.columns.by === 'all-dates' && step.step === 'date-parts' ? 'dates' : null;
}

function ofOrder(step: StepParams, index: number, steps: readonly StepParams[]): Finding[] {
  const later = steps.slice(index + 1);
  const findings: Finding[] = [];
  if (step.step === 'scale' && later.some((other) => other.step === 'impute' && other.columns.by === 'all-numeric' && other.numeric === 'zero')) {
    findings.push({
      severity: 'info',
      code: 'impute-after-scale',
      message: `Step ${index + 1} scales numbers before missing ones become zero, so zero then means the average.`,
      remedy: 'Move the impute step before the scale step if a real zero is meant.',
    });
  }
  const dates = later.findIndex((other) => other.step === 'date-parts');
  if (dates >= 0 && fillsOrScales(step) && !later.slice(dates + 1).some((other) => other.step === step.step && fillsOrScales(other))) {
    findings.push({
      severity: 'info',
      code: 'parts-come-later',
      message: `${nameOf(step, index)} comes before step ${index + dates + 2} (date parts), so the parts of dates are not ${step.step === 'scale' ? 'scaled' : 'filled'}.`,
      remedy: 'Move the date-parts step up if they should be.',
    });
  }
  const kind = encodes(step);
  const earlier = kind === null ? -1 : steps.slice(0, index).findIndex((other) => encodes(other) === kind);
  if (earlier >= 0) {
    findings.push({
      severity: 'warning',
      code: 'already-encoded',
      message: `${nameOf(step, index)} finds no columns: step ${earlier + 1} has already turned all ${kind === 'text' ? 'text' : 'dates'} into numbers.`,
      remedy: 'Name the columns that one of the two is for, and put that one first.',
      at: 'columns',
    });
  }
  return findings;
}
