import { PenstockError, type Place } from '#app/core/errors.ts';

/**
 * What is wrong with a relation or an expression, in one sentence for a person, with the place when it is known
 * (`span` in the text the user typed, `param` of the node, `column`).
 */
export class RelationError extends PenstockError {
  constructor(code: string, message: string, options: { remedy?: string; place?: Place; cause?: unknown } = {}) {
    super(code, message, options);
  }

  /** The same error with a place that fills in what this one does not say. */
  within(place: Place): RelationError {
    return new RelationError(this.code, this.message, {
      ...(this.remedy === undefined ? {} : { remedy: this.remedy }),
      place: { ...place, ...this.place },
      cause: this,
    });
  }
}
