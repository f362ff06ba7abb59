import { z } from 'zod';
import { RelationError } from '../error.ts';
import type { SourceText } from './text-positions.ts';

/** A node of the parser's JSON; members other than these are read with the accessors below. */
export interface TreeNode {
  readonly class: string;
  readonly type: string;
  readonly alias?: string;
  readonly query_location?: number;
  readonly [member: string]: unknown;
}

const treeNode: z.ZodType<TreeNode> = z.looseObject({ class: z.string(), type: z.string(), alias: z.string().optional(), query_location: z.number().optional() });

const statement = z.looseObject({
  node: z.looseObject({
    type: z.string(),
    modifiers: z.array(z.unknown()).default([]),
    cte_map: z.looseObject({ map: z.array(z.unknown()).default([]) }).optional(),
    select_list: z.array(treeNode).default([]),
    from_table: z.looseObject({ type: z.string() }).nullish(),
    where_clause: z.unknown(),
    group_expressions: z.array(z.unknown()).default([]),
    having: z.unknown(),
    sample: z.unknown(),
    qualify: z.unknown(),
  }),
});

const output = z.union([
  z.looseObject({ error: z.literal(true), error_type: z.string().default(''), error_message: z.string().default('syntax error'), position: z.union([z.string(), z.number()]).optional() }),
  z.looseObject({ error: z.literal(false), statements: z.array(statement) }),
]);

export const asNode = (value: unknown): TreeNode => treeNode.parse(value);
export const asNodes = (value: unknown): TreeNode[] => z.array(treeNode).parse(value);

/** The one expression of `select TEXT`. @throws RelationError syntax, expression-only */
export function expressionOf(tree: unknown, source: SourceText): TreeNode {
  const parsed = output.parse(typeof tree === 'string' ? JSON.parse(tree) : tree);
  if (parsed.error) throw syntaxError(parsed.error_message, parsed.position, source);
  const only = (message: string, remedy?: string): RelationError =>
    new RelationError('expression-only', message, { ...(remedy ? { remedy } : {}), place: { span: source.whole() } });
  const [first, ...more] = parsed.statements;
  if (first === undefined) throw only('There is no expression.', 'Type an expression such as income > 30000.');
  if (more.length > 0) throw only('A semicolon has no place in an expression.', 'Keep the part before or after it.');
  const { node } = first;
  if (node.type !== 'SELECT_NODE') throw only('Only one expression can stand here, not a combination of queries.');
  const clause = clauseOf(node);
  if (clause !== null) throw only(`Only an expression can stand here, without ${clause}.`, 'To filter, group or sort, use the node for that.');
  if (node.select_list.length !== 1) throw only('Only one expression can stand here, but there are several with commas between them.', 'Use one row for each.');
  const [expression] = node.select_list;
  if (expression === undefined) throw only('There is no expression.');
  if (expression.alias) throw only(`The expression cannot be named (“${expression.alias}”) here.`, 'Keep the part before the name.');
  return expression;
}

function clauseOf(node: z.output<typeof statement>['node']): string | null {
  if (node.from_table && node.from_table.type !== 'EMPTY') return '“from”';
  if (node.where_clause) return '“where”';
  if (node.group_expressions.length > 0) return '“group by”';
  if (node.having) return '“having”';
  if (node.qualify) return '“qualify”';
  if (node.sample) return '“using sample”';
  if (node.cte_map && node.cte_map.map.length > 0) return '“with”';
  if (node.modifiers.length > 0) return '“distinct”, “order by” or “limit”';
  return null;
}

function syntaxError(message: string, position: string | number | undefined, source: SourceText): RelationError {
  const whole = source.whole();
  const offset = position === undefined ? null : source.offsetOfLetter(Number(position));
  const atEnd = offset === null || offset >= whole.end;
  const start = atEnd ? Math.max(whole.start, whole.end - 1) : offset;
  const span = { start, end: atEnd ? whole.end : source.tokenEnd(start) };
  if (/unterminated quoted string/.test(message)) return new RelationError('syntax', 'A text is opened with a single quote but not closed.', { remedy: "Add the closing quote '.", place: { span: { start, end: whole.end } } });
  if (/unterminated quoted identifier/.test(message)) return new RelationError('syntax', 'A column name is opened with a double quote but not closed.', { remedy: 'Add the closing quote ".', place: { span: { start, end: whole.end } } });
  if (/SELECT statements/.test(message)) return new RelationError('expression-only', 'Only an expression can stand here, not a statement.', { place: { span: whole } });
  if (/selection list/.test(message)) return new RelationError('syntax', 'There is no expression here.', { remedy: 'Type an expression such as income > 30000.', place: { span: whole } });
  if (atEnd) return new RelationError('syntax', 'The expression ends too early.', { remedy: 'Something is missing at its end: a value, a closing parenthesis or “end”.', place: { span } });
  const token = source.text.slice(span.start, span.end);
  return new RelationError('syntax', `“${token}” cannot stand here.`, { remedy: remedyFor(token), place: { span } });
}

function remedyFor(token: string): string {
  if (token === '==' || token === '===') return 'Write = to compare.';
  if (token === '&&') return 'Write and.';
  if (token.startsWith("'")) return 'Join texts with ||; column names with blanks go in double quotes.';
  return 'Look for a missing operator, comma or parenthesis just before it; column names with blanks go in double quotes.';
}
