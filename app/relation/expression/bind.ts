import { nameKey } from '../column-types.ts';
import { RelationError } from '../error.ts';
import { findFunction, functionRegistry } from '../functions/registry.ts';
import { arityMessage } from '../functions/spec.ts';
import { didYouMean } from '../near-miss.ts';
import { placeOf, typed, unknownColumn } from '../typing.ts';
import type { Expr, Schema, Span } from '../types.ts';
import { castTarget, constantExpr } from './constants.ts';
import { SourceText } from './text-positions.ts';
import { asNode, asNodes, expressionOf, type TreeNode } from './tree.ts';

/** Deeper nesting than this would come near the database's own bound of 1000. */
const deepest = 400;

interface Binding {
  readonly source: SourceText;
  readonly schema: Schema;
}

/**
 * Turns the parser's tree (the JSON of DuckDB's `json_serialize_sql('select TEXT')`, parsed or as text) into an expression over a
 * schema, with spans in UTF-16 code units of `text`. Column names match exactly, else without regard to case.
 * @throws RelationError with span and param: syntax, expression-only, not-row-wise, unknown-column, unknown-function, type-mismatch …
 */
export function bindExpression(tree: unknown, text: string, schema: Schema, param: readonly (string | number)[] = []): Expr {
  try {
    const source = new SourceText(text);
    const expr = bind(expressionOf(tree, source), { source, schema }, 0);
    typed(expr, schema);
    return expr;
  } catch (error) {
    if (error instanceof RelationError) throw error.within({ param });
    throw error;
  }
}

function bind(node: TreeNode, binding: Binding, depth: number): Expr {
  const { source } = binding;
  const start = source.offsetOf(node.query_location);
  if (depth > deepest) throw new RelationError('expression-too-deep', `This expression is nested more than ${deepest} levels deep.`, { remedy: 'Split it into several columns.', place: { span: source.whole() } });
  const inner = (value: unknown): Expr => bind(asNode(value), binding, depth + 1);
  const list = (value: unknown): Expr[] => asNodes(value).map((each) => bind(each, binding, depth + 1));
  switch (node.class) {
    case 'COLUMN_REF':
      return column(node, binding, start);
    case 'CONSTANT':
      return constantExpr(node, source, start);
    case 'COMPARISON':
      return callOver(comparisons[node.type] ?? refuse(node, source, start), [inner(node['left']), inner(node['right'])], source, start);
    case 'BETWEEN':
      return callOver('between', [inner(node['input']), inner(node['lower']), inner(node['upper'])], source, start);
    case 'CONJUNCTION':
      return callOver(node.type === 'CONJUNCTION_AND' ? 'and' : 'or', list(node['children']), source, start);
    case 'OPERATOR':
      return callOver(operators[node.type] ?? refuse(node, source, start), list(node['children']), source, start);
    case 'FUNCTION':
      return functionCall(node, list, source, start);
    case 'CASE': {
      const branches = (node['case_checks'] as { when_expr: unknown; then_expr: unknown }[]).map((check) => ({ when: inner(check.when_expr), then: inner(check.then_expr) }));
      const otherwise = inner(node['else_expr']);
      const all = [...branches.flatMap((branch) => [branch.when, branch.then]), otherwise];
      return { op: 'case', branches, else: otherwise, ...hull(all, start === null ? null : { start, end: source.tokenEnd(start) }) };
    }
    case 'CAST':
      return cast(node, inner(node['child']), source, start);
    default:
      return refuse(node, source, start);
  }
}

const comparisons: Readonly<Record<string, string>> = {
  COMPARE_EQUAL: 'equals',
  COMPARE_NOTEQUAL: 'not_equals',
  COMPARE_LESSTHAN: 'less_than',
  COMPARE_LESSTHANOREQUALTO: 'less_than_or_equal',
  COMPARE_GREATERTHAN: 'greater_than',
  COMPARE_GREATERTHANOREQUALTO: 'greater_than_or_equal',
  COMPARE_DISTINCT_FROM: 'is_distinct_from',
  COMPARE_NOT_DISTINCT_FROM: 'is_not_distinct_from',
};

const operators: Readonly<Record<string, string>> = {
  COMPARE_IN: 'in',
  COMPARE_NOT_IN: 'not_in',
  OPERATOR_NOT: 'not',
  OPERATOR_IS_NULL: 'is_null',
  OPERATOR_IS_NOT_NULL: 'is_not_null',
  OPERATOR_COALESCE: 'coalesce',
};

function column(node: TreeNode, { source, schema }: Binding, start: number | null): Expr {
  const names = (node['column_names'] as string[]).map(String);
  const span = start === null ? {} : { span: { start, end: source.tokenEnd(start) } };
  const [name = ''] = names;
  if (names.length > 1) {
    throw new RelationError('unknown-column', `“${names.join('.')}” is not a column: names are not put behind a table name here.`, {
      remedy: `Write ${quoted(names.at(-1) ?? '')} alone; a name that holds a point goes in double quotes.`,
      place: span,
    });
  }
  if (schema.some((candidate) => candidate.name === name)) return { op: 'col', name, ...span };
  const folded = schema.find((candidate) => nameKey(candidate.name) === nameKey(name));
  if (folded) return { op: 'col', name: folded.name, ...span };
  if (clockWords.has(name.toLowerCase())) throw clockError(name, span);
  const typedQuotes = start !== null && source.text[start] === '"';
  const error = unknownColumn(name, schema, span);
  if (!typedQuotes || error.message.includes('Did you mean')) throw error;
  throw new RelationError('unknown-column', error.message, { remedy: `For a text, use single quotes: '${name.replaceAll("'", "''")}'.`, place: { ...error.place } });
}

const quoted = (name: string): string => (/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) ? name : `"${name.replaceAll('"', '""')}"`);

/** A result must not depend on when it is computed. */
const clockWords = new Set(['now', 'today', 'current_date', 'current_time', 'current_timestamp', 'localtime', 'localtimestamp', 'get_current_timestamp', 'random', 'uuid', 'gen_random_uuid', 'setseed', 'nextval']);

const clockError = (name: string, place: { span?: Span }): RelationError =>
  new RelationError('not-reproducible', `“${name}” gives something else at every run, so the result could not be reproduced.`, {
    remedy: name.toLowerCase() === 'random' ? 'Use hash_fraction(42, …) for reproducible random numbers.' : "Write the date itself, such as date '2024-05-31'.",
    place,
  });

const aggregates = new Set(['sum', 'avg', 'mean', 'min', 'max', 'count', 'count_star', 'median', 'mode', 'stddev', 'stddev_samp', 'stddev_pop', 'variance', 'var_samp', 'var_pop', 'first', 'last', 'any_value', 'string_agg', 'group_concat', 'listagg', 'list', 'array_agg', 'quantile', 'quantile_cont', 'quantile_disc', 'approx_count_distinct', 'arg_min', 'arg_max', 'corr', 'bool_and', 'bool_or', 'histogram', 'product']);

function functionCall(node: TreeNode, list: (value: unknown) => Expr[], source: SourceText, start: number | null): Expr {
  const name = String(node['function_name']).toLowerCase();
  const isOperator = node['is_operator'] === true;
  const span = start === null ? undefined : { start, end: isOperator ? source.tokenEnd(start) : source.callEnd(start) };
  const place = span ? { span } : {};
  if (aggregates.has(name)) {
    const remedy = name === 'min' ? 'Use least(a, b) for the smaller of two columns, or the Group By node.' : name === 'max' ? 'Use greatest(a, b) for the larger of two columns, or the Group By node.' : 'Use the Group By node.';
    throw new RelationError('not-row-wise', `${name === 'count_star' ? 'count(*)' : name} works over many rows, but an expression sees one row at a time.`, { remedy, place });
  }
  if (clockWords.has(name)) throw clockError(name, place);
  if (node['distinct'] === true || node['filter'] || hasOrder(node['order_bys'])) throw new RelationError('not-row-wise', `“distinct”, “filter” and “order by” belong to functions over many rows.`, { place });
  if (intervals.has(name)) throw new RelationError('unsupported-expression', 'Intervals cannot stand in an expression here.', { remedy: "Use date_add('day', 7, order_date).", place });
  if (isOperator && name === '-') {
    const args = list(node['children']);
    return callOver(args.length === 1 ? 'negate' : 'subtract', args, source, start);
  }
  if (name === 'iif' || name === 'iff') {
    const [condition, then, otherwise, ...more] = list(node['children']);
    if (!condition || !then || !otherwise || more.length > 0) throw new RelationError('type-mismatch', arityMessage(name, [3], asNodes(node['children']).length), { place });
    return { op: 'case', branches: [{ when: condition, then }], else: otherwise, ...place };
  }
  if (name === 'date_part') return datePart(node, list, source, span);
  const spec = findFunction(name);
  if (!spec || (!isOperator && spec.kind === 'operator' && !name.match(/\W/))) {
    if (isOperator) throw new RelationError('unknown-function', `The operator ${name.replace('__postfix', '')} is not part of the expression language.`, { place });
    const guess = didYouMean(name, [...functionRegistry.values()].filter((each) => each.kind === 'function').map((each) => each.name));
    throw new RelationError('unknown-function', `There is no function “${name}”.${guess}`, { ...(guess === '' ? { remedy: 'See the list of functions in the help.' } : {}), place });
  }
  const args = list(node['children']);
  return isOperator ? callOver(spec.name, args, source, start) : { op: 'call', fn: spec.name, args, ...(span ? { span } : {}) };
}

const intervals = new Set(['to_days', 'to_months', 'to_years', 'to_hours', 'to_minutes', 'to_seconds', 'to_weeks', 'to_quarters', 'to_milliseconds', 'to_microseconds', 'to_decades', 'to_centuries', 'to_millennia']);

const hasOrder = (value: unknown): boolean => Array.isArray((value as { orders?: unknown } | null)?.orders) && ((value as { orders: unknown[] }).orders.length > 0);

/** `extract(year from d)` and `date_part('year', d)` become `year(d)`. */
function datePart(node: TreeNode, list: (value: unknown) => Expr[], source: SourceText, span: Span | undefined): Expr {
  const [unit, ...args] = list(node['children']);
  const place = span ? { span } : {};
  if (unit?.op !== 'lit' || typeof unit.value !== 'string') throw new RelationError('type-mismatch', "date_part needs its part as a fixed text, such as 'year'.", { place });
  const spec = findFunction(unit.value.replace(/s$/, ''));
  if (!spec || spec.category !== 'date and time' || spec.name.startsWith('date_')) {
    throw new RelationError('type-mismatch', `“${unit.value}” is not a part of a date.${didYouMean(unit.value, ['year', 'quarter', 'month', 'week', 'day', 'weekday', 'hour', 'minute', 'second'])}`, { place: { ...place, ...placeOf(unit) } });
  }
  return { op: 'call', fn: spec.name, args, ...place };
}

function cast(node: TreeNode, child: Expr, source: SourceText, start: number | null): Expr {
  const spans = hull([child], start === null ? null : { start, end: source.text[start] === ':' ? castEnd(source, start) : source.callEnd(start) });
  const to = castTarget(node['cast_type'], spans.span);
  if (start === null && child.op === 'lit' && typeof child.value === 'string') {
    // true, false, date '…', time '…' and timestamp '…' come from the parser as casts without a place.
    if (to === 'boolean') return { op: 'lit', value: child.value === 't', type: 'boolean', ...(child.span ? { span: child.span } : {}) };
    if (to === 'date' || to === 'time' || to === 'timestamp') return dateLiteral(child, to);
  }
  // `x is true` comes with a cast that changes nothing.
  if (start === null && to === 'boolean') return child;
  return { op: 'cast', to, arg: child, onError: node['try_cast'] === true ? 'null' : 'fail', ...spans };
}

const castEnd = (source: SourceText, start: number): number => start + (/^::\s*\w+(?:\s*\([^)]*\))?/.exec(source.text.slice(start))?.[0].length ?? 2);

function dateLiteral(child: Expr & { op: 'lit' }, to: 'date' | 'time' | 'timestamp'): Expr {
  const expr: Expr = { ...child, type: to };
  try {
    typed(expr, []);
    return expr;
  } catch {
    const example = { date: '2024-05-31', time: '08:30:00', timestamp: '2024-05-31 08:30:00' }[to];
    throw new RelationError('bad-literal', `“${String(child.value)}” is not a ${to}.`, { remedy: `Write it as ${to} '${example}'.`, place: placeOf(child) });
  }
}

/** A call whose span reaches over its arguments and its operator or name. */
function callOver(fn: string, args: Expr[], source: SourceText, start: number | null): Expr {
  const own = start === null ? null : { start, end: source.tokenEnd(start) };
  return { op: 'call', fn, args, ...hull(args, own) };
}

function hull(parts: readonly Expr[], own: Span | null): { span?: Span } {
  const spans = [...parts.flatMap((part) => (part.span ? [part.span] : [])), ...(own ? [own] : [])];
  if (spans.length === 0) return {};
  return { span: { start: Math.min(...spans.map((span) => span.start)), end: Math.max(...spans.map((span) => span.end)) } };
}

const refusals: Readonly<Record<string, readonly [message: string, remedy: string]>> = {
  SUBQUERY: ['A query inside an expression cannot be used here.', 'Join the other table first.'],
  WINDOW: ['Functions over a window of rows (“over”) cannot be used here.', 'An expression sees one row at a time.'],
  STAR: ['The star stands for all columns, but an expression needs them by name.', 'Name the columns.'],
  LAMBDA: ['Functions inside an expression (->) cannot be used here.', 'Write the operation out.'],
  PARAMETER: ['Placeholders (? and $1) cannot be used here.', 'Write the value itself.'],
  COLLATE: ['“collate” cannot be used here.', 'Use lower(…) to compare without regard to capitals.'],
};

/** @throws RelationError always */
function refuse(node: TreeNode, source: SourceText, start: number | null): never {
  const [message, remedy] = refusals[node.class] ?? ['Lists, structures and other nested values cannot be used here.', 'An expression works on numbers, texts, dates and true/false.'];
  const span = start === null ? source.whole() : { start, end: node.class === 'SUBQUERY' || node.class === 'WINDOW' ? source.callEnd(start) : source.tokenEnd(start) };
  throw new RelationError(refusals[node.class] ? 'not-row-wise' : 'unsupported-expression', message, { remedy, place: { span } });
}
