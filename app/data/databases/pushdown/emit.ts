import { typedPredicate, type TypedExpr } from '#app/relation/typing.ts';
import type { ColumnType, Expr, Schema } from '#app/relation/types.ts';
import type { Fragment, OutsideColumn, SqlValue } from '../types.ts';
import type { Dialect } from './dialect.ts';

/** A filter, parted into what the database evaluates and what is left to do here. All parts joined by “and” are the filter again. */
export interface PushDown {
  readonly where: Fragment | null;
  readonly pushed: readonly Expr[];
  readonly local: readonly Expr[];
}

/**
 * Parts a condition at its topmost “and”s and writes each part that means the same in the database. Constants become parameters.
 * @throws RelationError where the filter is not a condition over these columns.
 */
export function pushDown(filter: Expr, columns: readonly OutsideColumn[], dialect: Dialect): PushDown {
  const schema: Schema = columns.map(({ name, type }) => ({ name, type }));
  typedPredicate(filter, schema);
  const values: SqlValue[] = [];
  const texts: string[] = [];
  const pushed: Expr[] = [];
  const local: Expr[] = [];
  for (const part of conjuncts(filter)) {
    const emitter = new Emitter(new Map(columns.map((column) => [column.name, column])), dialect, values.length);
    const sql = emitter.condition(typedPredicate(part, schema));
    if (sql === null) {
      local.push(part);
      continue;
    }
    pushed.push(part);
    texts.push(sql);
    values.push(...emitter.values);
  }
  return { where: texts.length === 0 ? null : { sql: texts.join(' and '), values }, pushed, local };
}

function conjuncts(expr: Expr): Expr[] {
  return expr.op === 'call' && expr.fn === 'and' ? expr.args.flatMap(conjuncts) : [expr];
}

const comparisons: Readonly<Record<string, string>> = {
  equals: '=',
  not_equals: '<>',
  less_than: '<',
  less_than_or_equal: '<=',
  greater_than: '>',
  greater_than_or_equal: '>=',
};

class Emitter {
  readonly values: SqlValue[] = [];
  readonly #columns: ReadonlyMap<string, OutsideColumn>;
  readonly #dialect: Dialect;
  readonly #before: number;

  /** @param before parameters that earlier parts have taken. */
  constructor(columns: ReadonlyMap<string, OutsideColumn>, dialect: Dialect, before: number) {
    this.#columns = columns;
    this.#dialect = dialect;
    this.#before = before;
  }

  condition(expr: TypedExpr): string | null {
    if (expr.op === 'col') return expr.type === 'boolean' ? this.#operand(expr, 'boolean') : null;
    if (expr.op !== 'call') return null;
    const { args } = expr;
    const name = expr.spec.name;
    if (name === 'and' || name === 'or') {
      const parts = args.map((arg) => this.condition(arg));
      return parts.includes(null) ? null : `(${parts.join(` ${name} `)})`;
    }
    if (name === 'not') {
      const inner = args[0] === undefined ? null : this.condition(args[0]);
      return inner === null ? null : `(not ${inner})`;
    }
    const [subject, ...rest] = args;
    if (subject === undefined) return null;
    const type = expr.params[0] ?? subject.type;
    if (name === 'is_null' || name === 'is_not_null') {
      const sql = subject.op === 'col' ? this.#operand(subject, subject.type) : null;
      return sql === null ? null : `(${sql} ${name === 'is_null' ? 'is null' : 'is not null'})`;
    }
    const operator = comparisons[name];
    if (operator !== undefined) return rest[0] === undefined ? null : this.#compare(subject, rest[0], operator, type);
    if (name === 'between') {
      const [low, high] = rest;
      if (low === undefined || high === undefined) return null;
      const above = this.#compare(subject, low, '>=', type);
      const below = above === null ? null : this.#compare(subject, high, '<=', type);
      return below === null ? null : `(${above} and ${below})`;
    }
    if (name === 'in' || name === 'not_in') {
      // A null in the list makes the answer unknown; that is left to be decided here.
      if (rest.some((item) => item.isNull)) return null;
      const parts = rest.map((item) => this.#compare(subject, item, '=', type));
      if (parts.includes(null)) return null;
      return name === 'in' ? `(${parts.join(' or ')})` : `(not (${parts.join(' or ')}))`;
    }
    return this.#textTest(name, subject, rest[0]);
  }

  #textTest(name: string, subject: TypedExpr, argument: TypedExpr | undefined): string | null {
    if (argument?.op !== 'lit' || typeof argument.value !== 'string' || subject.op !== 'col' || subject.type !== 'string') return null;
    if (name !== 'like' && name !== 'starts_with') return null;
    const sql = this.#operand(subject, 'string');
    if (sql === null) return null;
    const place = (value: string): string => this.#place(value, 'string');
    return name === 'like' ? this.#dialect.like(sql, argument.value, place) : this.#dialect.startsWith(sql, argument.value, place);
  }

  #compare(left: TypedExpr, right: TypedExpr, operator: string, type: ColumnType): string | null {
    if (type === 'binary' || type === 'time') return null;
    const before = this.values.length;
    const a = this.#operand(left, type);
    const b = a === null ? null : this.#operand(right, type);
    if (a === null || b === null) return null;
    if (type !== 'string') return `(${a} ${operator} ${b})`;
    if (operator === '=' || operator === '<>') {
      this.values.length = before;
      const same = this.#dialect.textEquals(() => this.#operand(left, type) ?? a, () => this.#operand(right, type) ?? b);
      return operator === '=' ? same : `(not ${same})`;
    }
    const [first, second] = [this.#dialect.textOrder(a), this.#dialect.textOrder(b)];
    return first === null || second === null ? null : `(${first} ${operator} ${second})`;
  }

  /** A column or constant as a value of a type, or null for everything else. */
  #operand(expr: TypedExpr, type: ColumnType): string | null {
    if (expr.isNull) return null;
    if (expr.op === 'lit') {
      if (expr.value === null) return null;
      if (expr.type !== type && !(expr.type === 'integer' && type === 'float') && expr.type !== 'string') return null;
      // Numbers that are none, and texts that databases cut or refuse.
      if (typeof expr.value === 'number' && !Number.isFinite(expr.value)) return null;
      if (typeof expr.value === 'string' && expr.value.includes('\0')) return null;
      return this.#place(expr.value, type);
    }
    if (expr.op !== 'col') return null;
    const column = this.#columns.get(expr.name);
    const sql = column === undefined ? null : this.#dialect.column(column);
    if (sql === null || expr.type === type) return sql;
    return expr.type === 'integer' && type === 'float' ? this.#dialect.toFloat(sql) : null;
  }

  #place(value: boolean | number | string, type: ColumnType): string {
    this.values.push(this.#dialect.value(value, type));
    return this.#dialect.placeholder(this.#before + this.values.length, type);
  }
}
