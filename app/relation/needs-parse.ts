/**
 * Thrown by the parser of `createParser` for a text whose tree is not in its map yet. Parsing is asynchronous in the database,
 * while a relation is built synchronously: the caller awaits the tree of `text`, stores it, and builds again.
 */
export class NeedsParse extends Error {
  override readonly name = 'NeedsParse';
  readonly text: string;

  constructor(text: string) {
    super('This expression has not been parsed yet.');
    this.text = text;
  }
}
