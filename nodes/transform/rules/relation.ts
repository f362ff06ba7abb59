import { col, lit, named, when } from '#app/relation/build.ts';
import { atParam, commonType, nameKey, RelationError, schemaOf, typeOf, typeTitles, withColumns } from '#app/relation/index.ts';
import type { ColumnType, Expr, Schema } from '#app/relation/types.ts';
import { tableInput } from '#app/sdk/configuration.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import { typedValue, typeOfValues } from './values.ts';
import type { RulesParams } from './node.ts';

/** What a rule gives: a text as it was typed, or an expression. */
interface Outcome {
  readonly title: string;
  readonly param: readonly (string | number)[];
  readonly value: string | Expr;
}

export const relation: RelationFn<RulesParams> = (inputs, params, _facts, services) => {
  const input = tableInput(inputs);
  const schema = schemaOf(input);
  const name = params.name.trim();
  const parse = (text: string, param: readonly (string | number)[]): Expr => services.parse(text, schema, param);
  // Unfinished rules are left out; configure asks for what is missing.
  const rules = params.rules.flatMap((rule, i) => {
    if (rule.when.trim() === '' || (rule.gives === 'expression' && rule.expression.trim() === '')) return [];
    const condition = parse(rule.when, ['rules', i, 'when']);
    const type = typeOf(condition, schema);
    if (type !== 'boolean') {
      throw new RelationError('type-mismatch', `The condition of rule ${i + 1} is ${typeTitles[type]}, but it must be true or false.`, { remedy: 'Compare it with something, such as age < 18.', place: { param: ['rules', i, 'when'] } });
    }
    const param = ['rules', i, rule.gives === 'value' ? 'then' : 'expression'];
    return [{ condition, outcome: { title: `rule ${i + 1}`, param, value: rule.gives === 'value' ? rule.then : parse(rule.expression, param) } }];
  });
  if (name === '' || rules.length === 0) return input;
  const otherwise = lastOutcome(params, schema, parse);
  const outcomes: Outcome[] = [...rules.map(({ outcome }) => outcome), ...(otherwise ? [otherwise] : [])];
  const type = params.type === 'auto' ? automaticType(outcomes, schema) : params.type;
  const result = ({ value, param, title }: Outcome): Expr => {
    if (typeof value === 'string') return atParam(param, () => typedValue(value, type, title));
    const own = typeOf(value, schema);
    if (own === type || commonType(own, type) === type || isNull(value)) return value;
    throw mismatch(param, title, own, `the column is to be ${typeTitles[type]}`);
  };
  const branches = rules.map(({ condition, outcome }) => ({ when: condition, then: result(outcome) }));
  // A missing value of the column's type, so that rules that only give missing values have one too.
  return withColumns(input, [named(name, when(branches, otherwise ? result(otherwise) : lit(null, type)))]);
};

function lastOutcome({ otherwise, otherwiseValue, otherwiseExpression, name }: RulesParams, schema: Schema, parse: (text: string, param: readonly string[]) => Expr): Outcome | null {
  switch (otherwise) {
    case 'missing':
      return null;
    case 'value':
      return { title: 'otherwise', param: ['otherwiseValue'], value: otherwiseValue };
    case 'expression':
      return otherwiseExpression.trim() === '' ? null : { title: 'otherwise', param: ['otherwiseExpression'], value: parse(otherwiseExpression, ['otherwiseExpression']) };
    case 'keep': {
      const found = schema.find((column) => nameKey(column.name) === nameKey(name.trim()));
      if (found) return { title: 'otherwise', param: ['otherwise'], value: col(found.name) };
      throw new RelationError('no-column-to-keep', `There is no column “${name.trim()}” whose values could be kept.`, { remedy: 'Give the name of a column of the table, or something else otherwise.', place: { param: ['otherwise'] } });
    }
  }
}

const isNull = (expr: Expr): boolean => expr.op === 'lit' && expr.value === null;

/** The one type of all outcomes: that of the expressions where there are any, else what all values can be read as. */
function automaticType(outcomes: readonly Outcome[], schema: Schema): ColumnType {
  let type: ColumnType | null = null;
  let from = '';
  for (const { value, title, param } of outcomes) {
    if (typeof value === 'string' || isNull(value)) continue;
    const own = typeOf(value, schema);
    const common: ColumnType | null = type === null ? own : commonType(type, own);
    if (common === null && type !== null) throw mismatch(param, title, own, `${from} gives ${typeTitles[type]}`);
    type = common;
    from = title;
  }
  const values = typeOfValues(outcomes.flatMap(({ value }) => (typeof value === 'string' && value.trim() !== '' ? [value] : [])));
  if (type === null) return values;
  return type === 'integer' && values === 'float' ? 'float' : type;
}

const mismatch = (param: readonly (string | number)[], title: string, type: ColumnType, other: string): RelationError =>
  new RelationError('type-mismatch', `${title.charAt(0).toUpperCase()}${title.slice(1)} gives ${typeTitles[type]}, but ${other}.`, { remedy: 'Convert it with cast(… as text), or choose another type.', place: { param } });
