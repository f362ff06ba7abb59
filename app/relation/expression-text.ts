import { functionRegistry } from './functions/registry.ts';
import { sqlTypeWords } from './functions/spec.ts';
import type { ColumnType, Expr } from './types.ts';

/** Words of the grammar that cannot stand alone as a column's name, and those that mean something of their own there. */
const reserved = new Set(
  (
    'all analyse analyze and anti any array as asc asof asymmetric at authorization between binary bit both by case cast char character check coalesce collate collation column columns ' +
    'concurrently constraint create cross current_date current_time current_timestamp default deferrable desc describe distinct do else end except exists extract false fetch for foreign freeze from ' +
    'full generated glob group grouping grouping_id having ilike in initially inner inout intersect interval into is isnull join lambda lateral leading left like limit localtime localtimestamp map ' +
    'national natural nchar none not notnull null nullif offset on only or order out outer overlaps overlay pivot pivot_longer pivot_wider placing position positional precision primary qualify ' +
    'references returning right row select semi setof show similar some struct substring summarize symmetric table tablesample then to trailing treat trim true try_cast union unique unpack unpivot ' +
    'using values variadic verbose when where window with'
  ).split(' '),
);

/** A column's name as the expression language takes it: in double quotes where it would not be read as a name. */
export const nameToText = (name: string): string => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !reserved.has(name.toLowerCase()) ? name : `"${name.replaceAll('"', '""')}"`);

/**
 * An expression in the expression language: what a person could have typed for it, with parentheses only where they are needed.
 * Read again over the same schema it means the same (tested). Binary constants have no form there; they are written as `x'00ff'`.
 */
export function exprToText(expr: Expr): string {
  return written(expr).text;
}

/** How tightly an expression holds together, as the grammar has it: what holds less tightly than its place needs gets parentheses. */
const tightness = { or: 1, and: 2, not: 3, comparison: 4, joining: 5, sum: 6, product: 7, sign: 8, atom: 9 } as const;
type Tightness = (typeof tightness)[keyof typeof tightness];

interface Written {
  readonly text: string;
  readonly holds: Tightness;
}

const atom = (text: string): Written => ({ text, holds: tightness.atom });

/** In parentheses unless it holds at least so tightly. */
function within(expr: Expr, least: Tightness): string {
  const { text, holds } = written(expr);
  return holds >= least ? text : `(${text})`;
}

function written(expr: Expr): Written {
  switch (expr.op) {
    case 'col':
      return atom(nameToText(expr.name));
    case 'lit':
      return literal(expr.value, expr.type);
    case 'case': {
      const results = typedNulls([...expr.branches.map(({ then }) => then), ...(expr.else === undefined ? [] : [expr.else])]);
      const branches = expr.branches.map(({ when }, i) => `when ${exprToText(when)} then ${results[i] ?? ''}`);
      return atom(`case ${branches.join(' ')}${expr.else === undefined ? '' : ` else ${results.at(-1) ?? ''}`} end`);
    }
    case 'cast': {
      const digits = expr.to === 'integer' && expr.arg.op === 'lit' && expr.arg.type === 'string' ? expr.arg.value : null;
      // How the parser keeps whole numbers beyond 2⁵³.
      if (typeof digits === 'string' && /^[1-9]\d{15,18}$/.test(digits) && !Number.isSafeInteger(Number(digits)) && BigInt(digits) < 2n ** 63n) return atom(digits);
      return atom(`${expr.onError === 'null' ? 'try_cast' : 'cast'}(${exprToText(expr.arg)} as ${sqlTypeWords[expr.to]})`);
    }
    case 'call': {
      const spec = functionRegistry.get(expr.fn);
      if (spec?.kind === 'operator') return operator(expr.fn, spec.spelling ?? expr.fn, expr.args);
      return atom(`${spellings[expr.fn] ?? expr.fn}(${(unifying.has(expr.fn) ? typedNulls(expr.args) : expr.args.map(typedNull)).join(', ')})`);
    }
  }
}

/** In the grammar “position” is followed by (… in …). */
const spellings: Readonly<Record<string, string>> = { position: 'strpos' };

/** Functions whose result has the type of their arguments. */
const unifying = new Set(['coalesce', 'if_null', 'nullif', 'greatest', 'least']);

/** A missing value alone has no type in the language, so where nothing else gives one it is cast. */
function typedNulls(exprs: readonly Expr[]): string[] {
  const [first] = exprs;
  const nothing = exprs.every((expr) => expr.op === 'lit' && expr.value === null);
  return exprs.map((expr) => (nothing && expr === first ? typedNull(expr) : exprToText(expr)));
}

const typedNull = (expr: Expr): string => (expr.op === 'lit' && expr.value === null && expr.type !== 'string' ? `cast(null as ${sqlTypeWords[expr.type]})` : exprToText(expr));

const binary: Readonly<Record<string, Tightness>> = {
  concat_operator: tightness.joining,
  add: tightness.sum,
  subtract: tightness.sum,
  multiply: tightness.product,
  divide: tightness.product,
  integer_divide: tightness.product,
};

function operator(fn: string, spelling: string, args: readonly Expr[]): Written {
  const [first, second] = args;
  const comparison = (text: string): Written => ({ text, holds: tightness.comparison });
  if (!first) return atom(spelling);
  switch (fn) {
    case 'and':
    case 'or':
      return { text: args.map((arg) => within(arg, fn === 'and' ? tightness.not : tightness.and)).join(` ${fn} `), holds: tightness[fn] };
    case 'not':
      return { text: `not ${within(first, tightness.atom)}`, holds: tightness.not };
    case 'negate':
      // Two signs in a row would begin a comment.
      return { text: `-${first.op === 'lit' ? `(${exprToText(first)})` : within(first, tightness.atom)}`, holds: tightness.sign };
    case 'between':
      return comparison(`${within(first, tightness.joining)} between ${args.slice(1).map((arg) => within(arg, tightness.joining)).join(' and ')}`);
    case 'in':
    case 'not_in':
      return comparison(`${within(first, tightness.joining)} ${spelling} (${args.slice(1).map(exprToText).join(', ')})`);
  }
  const holds = binary[fn] ?? tightness.comparison;
  if (!second) return comparison(`${within(first, tightness.joining)} ${spelling}`);
  // Equal operators group from the left; comparisons do not group at all.
  const left = holds === tightness.comparison ? tightness.joining : holds;
  return { text: `${within(first, left)} ${spelling} ${within(second, next[holds])}`, holds };
}

const next: Readonly<Record<Tightness, Tightness>> = { 1: 2, 2: 3, 3: 4, 4: 5, 5: 6, 6: 7, 7: 8, 8: 9, 9: 9 };

function literal(value: null | boolean | number | string, type: ColumnType): Written {
  if (value === null) return atom('null');
  switch (type) {
    case 'boolean':
      return atom(String(value));
    case 'integer':
    case 'float':
      return number(Number(value), type);
    case 'binary':
      return atom(`x'${String(value)}'`);
    case 'string':
      return atom(quoted(String(value)));
    default:
      return atom(`${type} ${quoted(String(value))}`);
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A whole number of type float keeps its point, so that it is read as one. */
function number(value: number, type: 'integer' | 'float'): Written {
  if (!Number.isFinite(value)) return atom(`cast('${Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'}' as double)`);
  const digits = String(Math.abs(value));
  const text = type === 'integer' || /[.e]/.test(digits) ? digits : `${digits}.0`;
  return value < 0 || Object.is(value, -0) ? { text: `-${text}`, holds: tightness.sign } : atom(text);
}
