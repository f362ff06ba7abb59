import { NeedsAnswer, type Question } from './needs-parse.ts';
import type { Relation, Schema } from './types.ts';

/** What relations may ask a database while they are built; answers come from a map that the caller fills (see NeedsAnswer). */
export interface Answers {
  describeSql(text: string, tables: readonly { readonly name: string; readonly schema: Schema }[], param: readonly (string | number)[]): Schema;
  values(relation: Relation, column: string, limit: number, param: readonly (string | number)[]): readonly string[] | null;
}

/** @param known answers by the question's JSON, each of the type that its kind promises */
export function createAnswers(known: ReadonlyMap<string, unknown>): Answers {
  const ask = (question: Question, param: readonly (string | number)[]): unknown => {
    const key = JSON.stringify(question);
    if (!known.has(key)) throw new NeedsAnswer(question, key, param);
    return known.get(key);
  };
  return {
    describeSql: (text, tables, param) => ask({ kind: 'describe-sql', text, tables }, param) as Schema,
    values: (relation, column, limit, param) => ask({ kind: 'values', relation, column, limit }, param) as readonly string[] | null,
  };
}
