/** One SELECT in the making: clauses are filled in the order in which SQL evaluates them, so that a chain shares one SELECT. */
export interface Query {
  /** FROM clause without the word, or another query. */
  readonly from: string;
  readonly where: readonly string[];
  readonly groupBy: number | null;
  /** Output columns in order: SQL by name; null while it is every column of `from`, unchanged. */
  readonly select: readonly { readonly name: string; readonly sql: string }[] | null;
  readonly distinct: string | null;
  readonly orderBy: readonly string[];
  readonly limit: { readonly count: number; readonly offset: number } | null;
}

export const fromClause = (from: string): Query => ({ from, where: [], groupBy: null, select: null, distinct: null, orderBy: [], limit: null });

/** A new SELECT over a finished one. */
export const nested = (query: Query): Query => (isBare(query) ? query : fromClause(`(${queryText(query)})`));

const isBare = (query: Query): boolean =>
  query.where.length === 0 && query.groupBy === null && query.select === null && query.distinct === null && query.orderBy.length === 0 && query.limit === null;

/** As an operand of FROM or JOIN. */
export const sourceText = (query: Query): string => (isBare(query) ? query.from : `(${queryText(query)})`);

export function queryText(query: Query): string {
  const columns = query.select === null ? '*' : query.select.map(({ name, sql }) => (sql === name ? name : `${sql} as ${name}`)).join(', ');
  const parts = [`select ${query.distinct ?? ''}${columns} from ${query.from}`];
  if (query.where.length > 0) parts.push(`where ${query.where.join(' and ')}`);
  if (query.groupBy !== null && query.groupBy > 0) parts.push(`group by ${Array.from({ length: query.groupBy }, (_, i) => i + 1).join(', ')}`);
  if (query.orderBy.length > 0) parts.push(`order by ${query.orderBy.join(', ')}`);
  if (query.limit !== null) {
    if (query.limit.count !== Infinity) parts.push(`limit ${query.limit.count}`);
    if (query.limit.offset > 0) parts.push(`offset ${query.limit.offset}`);
  }
  return parts.join(' ');
}
