import type { Relation, Schema } from './types.ts';

/**
 * Thrown by the parser of `createParser` for a text whose tree is not in its map yet. Parsing is asynchronous in the database,
 * while a relation is built synchronously: the caller awaits the tree of `text`, stores it, and builds again.
 */
export class NeedsParse extends Error {
  override readonly name = 'NeedsParse';
  readonly text: string;
  /** Path of the param that holds the text, for errors found while parsing. */
  readonly param: readonly (string | number)[];

  constructor(text: string, param: readonly (string | number)[]) {
    super('This expression has not been parsed yet.');
    this.text = text;
    this.param = param;
  }
}

/** What only a database can answer, and a pure relation asks for. */
export type Question =
  /** Columns that a SELECT gives over named tables; refused unless it is one SELECT that reads nothing else. */
  | { readonly kind: 'describe-sql'; readonly text: string; readonly tables: readonly { readonly name: string; readonly schema: Schema }[] }
  /** Different values of a column as text, smallest first, missing left out; null where there are no data yet (before a run). */
  | { readonly kind: 'values'; readonly relation: Relation; readonly column: string; readonly limit: number };

/** Thrown where an answer is not at hand yet: the caller finds it, stores it under `key`, and builds again. See NeedsParse. */
export class NeedsAnswer extends Error {
  override readonly name = 'NeedsAnswer';
  readonly question: Question;
  readonly key: string;
  readonly param: readonly (string | number)[];

  constructor(question: Question, key: string, param: readonly (string | number)[]) {
    super('This question has not been answered yet.');
    this.question = question;
    this.key = key;
    this.param = param;
  }
}
