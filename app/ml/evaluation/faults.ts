import { PenstockError, type Diagnostic, type Place } from '#app/core/errors.ts';

/**
 * Faults of a learner that another node runs: their params are those of the learner's node, so that only the column is a place here.
 * `name` goes in front of the sentence: which learner and fold.
 */
export function foreignDiagnostic(diagnostic: Diagnostic, name?: string): Diagnostic {
  const { place, ...rest } = diagnostic;
  return { ...rest, message: named(diagnostic.message, name), ...placeOf(place) };
}

export function foreignError(error: PenstockError, options: { readonly name?: string; readonly remedy?: string | undefined } = {}): PenstockError {
  const remedy = options.remedy ?? error.remedy;
  return new PenstockError(error.code, named(error.message, options.name), { ...(remedy === undefined ? {} : { remedy }), ...placeOf(error.place), cause: error });
}

const named = (message: string, name: string | undefined): string => (name === undefined ? message : `${name}: ${message}`);
const placeOf = (place: Place | undefined): { place?: Place } => (place?.column === undefined ? {} : { place: { column: place.column } });
