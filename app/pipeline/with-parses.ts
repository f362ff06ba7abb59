import { PenstockError } from '#app/core/errors.ts';
import { NeedsAnswer, NeedsParse, type Question } from '#app/relation/index.ts';

/** Where parsed expression texts are kept, and who parses. */
export interface ExpressionParsing {
  /** Tree by text; filled as texts are asked for, kept by the caller between passes. */
  readonly trees: Map<string, unknown>;
  /** Parses one text into the tree that `trees` holds. @throws PenstockError `syntax` with a span. */
  parseExpression(text: string): Promise<unknown>;
  /** Answers by the question's JSON, kept by the caller as long as they hold. */
  readonly answers: Map<string, unknown>;
  /** @throws PenstockError for SQL that is refused. */
  answer(question: Question): Promise<unknown>;
}

/** A node has finitely many expressions; a bound keeps a faulty parser from looping for ever. */
const maxParses = 2000;

/** Calls `build` until every text it asks for has been parsed and every question answered. @throws what `build` throws; `syntax` and the like placed at the param that asked. */
export async function withParses<T>(env: ExpressionParsing, build: () => T): Promise<T> {
  for (let count = 0; count < maxParses; count++) {
    try {
      return build();
    } catch (error) {
      if (!(error instanceof NeedsParse) && !(error instanceof NeedsAnswer)) throw error;
      try {
        if (error instanceof NeedsParse) env.trees.set(error.text, await env.parseExpression(error.text));
        else env.answers.set(error.key, await env.answer(error.question));
      } catch (failure) {
        throw atParam(failure, error.param);
      }
    }
  }
  throw new PenstockError('too-many-expressions', `A node has more than ${maxParses} expressions.`, { remedy: 'Split it into several nodes.' });
}

/** Whoever parses a text does not know which param asked for it. */
function atParam(failure: unknown, param: NeedsParse['param']): unknown {
  if (!(failure instanceof PenstockError)) return failure;
  const { code, message, remedy, place } = failure;
  return new PenstockError(code, message, { ...(remedy === undefined ? {} : { remedy }), place: { param, ...place }, cause: failure });
}
