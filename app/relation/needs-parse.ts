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
