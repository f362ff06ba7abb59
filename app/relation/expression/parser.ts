import { RelationError } from '../error.ts';
import { NeedsParse } from '../needs-parse.ts';
import type { Expr, Schema } from '../types.ts';
import { bindExpression } from './bind.ts';

/**
 * The synchronous parser that a relation is given: trees of texts come from a map that the caller fills (see NeedsParse).
 * @param trees text → the parser's tree for `select TEXT`
 */
export function createParser(trees: ReadonlyMap<string, unknown>): (text: string, schema: Schema, param: readonly (string | number)[]) => Expr {
  return (text, schema, param) => {
    if (text.trim() === '') {
      throw new RelationError('expression-empty', 'There is no expression yet.', { remedy: 'Type an expression such as income > 30000.', place: { param, span: { start: 0, end: text.length } } });
    }
    if (!trees.has(text)) throw new NeedsParse(text, param);
    return bindExpression(trees.get(text), text, schema, param);
  };
}
