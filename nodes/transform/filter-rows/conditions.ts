import { call, cast, col, lit } from '#app/relation/build.ts';
import { isNumeric, RelationError, typeOf, typeTitles } from '#app/relation/index.ts';
import type { ColumnType, Expr, Schema } from '#app/relation/types.ts';

export const operators = ['equals', 'not-equals', 'less', 'at-most', 'greater', 'at-least', 'between', 'one-of', 'none-of', 'contains', 'contains-not', 'starts', 'ends', 'pattern', 'missing', 'present'] as const;
export type Operator = (typeof operators)[number];

export const operatorTitles: Readonly<Record<Operator, string>> = {
  equals: 'is',
  'not-equals': 'is not',
  less: 'is less than',
  'at-most': 'is at most',
  greater: 'is greater than',
  'at-least': 'is at least',
  between: 'is between',
  'one-of': 'is one of',
  'none-of': 'is none of',
  contains: 'contains',
  'contains-not': 'does not contain',
  starts: 'starts with',
  ends: 'ends with',
  pattern: 'fits the pattern',
  missing: 'is missing',
  present: 'is there',
};

export interface Condition {
  readonly column: string;
  readonly operator: Operator;
  readonly value: string;
  readonly upTo: string;
  readonly anyCase: boolean;
}

export const needsValue = (operator: Operator): boolean => operator !== 'missing' && operator !== 'present';
export const isOfText = (operator: Operator): boolean => ['contains', 'contains-not', 'starts', 'ends', 'pattern'].includes(operator);

/** `is` and `is not` may compare with the empty text; every other operator needs something to compare with. */
export const isComplete = ({ column, operator, value, upTo }: Condition): boolean =>
  column !== '' && (!needsValue(operator) || operator === 'equals' || operator === 'not-equals' || value.trim() !== '') && (operator !== 'between' || upTo.trim() !== '');

/** @throws RelationError unknown-column, bad-value, type-mismatch */
export function conditionExpr({ column, operator, value, upTo, anyCase }: Condition, schema: Schema): Expr {
  const type = typeOf(col(column), schema);
  const subject = col(column);
  if (operator === 'missing' || operator === 'present') return call(operator === 'missing' ? 'is_null' : 'is_not_null', subject);
  if (isOfText(operator)) return textCondition(subject, type, operator, value, anyCase, column);
  const folds = type === 'string' && anyCase;
  const side = folds ? call('lower', subject) : subject;
  const literal = (text: string): Expr => typedLiteral(folds ? text.toLowerCase() : text, type, column);
  const list = (): Expr[] => value.split(',').map((each) => literal(each.trim()));
  switch (operator) {
    case 'between':
      return call('between', side, literal(value), literal(upTo));
    case 'one-of':
      return call('in', side, ...list());
    case 'none-of':
      return call('not_in', side, ...list());
    default:
      return call(comparisons[operator] ?? 'equals', side, literal(value));
  }
}

const comparisons: Readonly<Record<string, string>> = { equals: 'equals', 'not-equals': 'not_equals', less: 'less_than', 'at-most': 'less_than_or_equal', greater: 'greater_than', 'at-least': 'greater_than_or_equal' };

function textCondition(subject: Expr, type: ColumnType, operator: Operator, value: string, anyCase: boolean, column: string): Expr {
  if (type === 'binary') throw new RelationError('type-mismatch', `“${column}” is binary data, in which no text can be searched.`, { remedy: 'Choose another column.' });
  const text = type === 'string' ? subject : cast(subject, 'string');
  if (operator === 'pattern') return call('regexp_matches', text, lit(anyCase ? `(?i)${value}` : value));
  const [side, part] = anyCase ? [call('lower', text), lit(value.toLowerCase())] : [text, lit(value)];
  const found = call(operator === 'starts' ? 'starts_with' : operator === 'ends' ? 'ends_with' : 'contains', side, part);
  return operator === 'contains-not' ? call('not', found) : found;
}

function typedLiteral(text: string, type: ColumnType, column: string): Expr {
  if (type === 'string') return lit(text);
  const trimmed = text.trim();
  const refused = (example: string): RelationError => new RelationError('bad-value', `“${trimmed}” is not ${typeTitles[type]}, which “${column}” holds.`, { remedy: `Write a value such as ${example}.` });
  if (isNumeric(type)) {
    const number = trimmed === '' ? NaN : Number(trimmed);
    if (!Number.isFinite(number)) throw refused('42');
    if (!Number.isSafeInteger(number) && /^[+-]?\d+$/.test(trimmed) && type === 'integer') return cast(lit(trimmed), 'integer');
    return lit(number, Number.isSafeInteger(number) && type === 'integer' ? 'integer' : 'float');
  }
  if (type === 'boolean') {
    if (!/^(true|false)$/i.test(trimmed)) throw refused('true');
    return lit(trimmed.toLowerCase() === 'true');
  }
  // A whole date stands for its midnight where the column has times too.
  for (const each of type === 'timestamp' ? (['timestamp', 'date'] as const) : type === 'date' || type === 'time' ? ([type] as const) : []) {
    try {
      typeOf(lit(trimmed, each), []);
      return lit(trimmed, each);
    } catch {
      // Not of this type: the next may fit.
    }
  }
  throw refused(type === 'time' ? '08:30:00' : '2024-05-31');
}
