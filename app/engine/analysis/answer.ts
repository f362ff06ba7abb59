import type { Database } from '#app/data/index.ts';
import { call, cast, col, filter, limit, named, project, asc } from '#app/relation/build.ts';
import { inputsOf, type Question } from '#app/relation/index.ts';
import type { Relation } from '#app/relation/types.ts';

/** Answers what relations ask while they are built. @throws PenstockError of the query, or for SQL that is refused. */
export async function answerQuestion(database: Database, question: Question): Promise<unknown> {
  switch (question.kind) {
    case 'describe-sql':
      return database.describeSql(question.text, question.tables);
    case 'values': {
      const { relation, column } = question;
      if (isPlaceholder(relation)) return null;
      const values: Relation = { op: 'distinct', input: filter(project(relation, [named('value', col(column))]), call('is_not_null', col('value'))) };
      const texts = project({ op: 'sort', input: values, keys: [asc(col('value'))] }, [named('value', cast(col('value'), 'string'))]);
      const { rows } = await database.rows(limit(texts, question.limit + 1), question.limit + 1);
      return rows.map(([value]) => String(value));
    }
  }
}

/** Before a run, inputs are empty tables that stand for what will come. */
function isPlaceholder(relation: Relation): boolean {
  return relation.op === 'scan' ? relation.source.kind === 'named' : inputsOf(relation).some(isPlaceholder);
}
