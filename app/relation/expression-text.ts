import { functionRegistry } from './functions/registry.ts';
import type { ColumnType, Expr } from './types.ts';

/** Type names as the expression language writes them in casts. */
const typeNames: Readonly<Record<ColumnType, string>> = {
  boolean: 'boolean',
  integer: 'bigint',
  float: 'double',
  string: 'text',
  date: 'date',
  time: 'time',
  timestamp: 'timestamp',
  binary: 'blob',
};

const plainName = /^[A-Za-z_][A-Za-z0-9_]*$/;
const reserved = new Set('and or not is null in between like ilike case when then else end cast as true false select from where group order having limit union distinct all any'.split(' '));

/** A column's name as the expression language takes it. */
export const nameToText = (name: string): string => (plainName.test(name) && !reserved.has(name.toLowerCase()) ? name : `"${name.replaceAll('"', '""')}"`);

/** An expression in the expression language: what a person could have typed for it. */
export function exprToText(expr: Expr): string {
  return text(expr, false);
}

/** `inner`: it stands beside an operator, so that it is put in parentheses where it is one itself. */
function text(expr: Expr, inner: boolean): string {
  switch (expr.op) {
    case 'col':
      return nameToText(expr.name);
    case 'lit':
      return literal(expr.value, expr.type, inner);
    case 'cast':
      return `${expr.onError === 'null' ? 'try_cast' : 'cast'}(${text(expr.arg, false)} as ${typeNames[expr.to]})`;
    case 'case': {
      const branches = expr.branches.map((branch) => `when ${text(branch.when, false)} then ${text(branch.then, false)}`);
      return `case ${branches.join(' ')}${expr.else === undefined ? '' : ` else ${text(expr.else, false)}`} end`;
    }
    case 'call': {
      const spec = functionRegistry.get(expr.fn);
      if (spec?.kind !== 'operator') return `${expr.fn}(${expr.args.map((arg) => text(arg, false)).join(', ')})`;
      const written = operator(expr.fn, spec.spelling ?? expr.fn, expr.args.map((arg) => text(arg, true)));
      return inner ? `(${written})` : written;
    }
  }
}

function operator(fn: string, spelling: string, args: readonly string[]): string {
  const [first = '', ...rest] = args;
  if (fn === 'between' || fn === 'not_between') return `${first} ${spelling} ${rest.join(' and ')}`;
  if (fn === 'in' || fn === 'not_in') return `${first} ${spelling} (${rest.join(', ')})`;
  if (spelling.startsWith('is ')) return rest.length === 0 ? `${first} ${spelling}` : `${first} ${spelling} ${rest.join(' ')}`;
  if (args.length === 1) return spelling === 'not' ? `not ${first}` : `${spelling}${first}`;
  return args.join(` ${spelling} `);
}

function literal(value: null | boolean | number | string, type: ColumnType, inner: boolean): string {
  if (value === null) return type === 'string' ? 'null' : `cast(null as ${typeNames[type]})`;
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return `cast('${Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'}' as double)`;
    // A whole number of type float keeps its point, and a negative one beside an operator its own parentheses.
    const digits = type === 'float' && Number.isInteger(value) && Math.abs(value) < 1e15 ? `${Object.is(value, -0) ? '-0' : value}.0` : String(value);
    return inner && digits.startsWith('-') ? `(${digits})` : digits;
  }
  const quoted = `'${value.replaceAll("'", "''")}'`;
  return type === 'string' ? quoted : `cast(${quoted} as ${typeNames[type]})`;
}
