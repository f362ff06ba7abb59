import { PenstockError } from '#app/core/errors.ts';
import type { ColumnType, Expr } from '../../types.ts';
import type { FragmentBuilder } from './builder.ts';
import { datePartFunctions, emitDatePart, emitDays, epochDays } from './dates.ts';
import { numbersByKey } from './lookup.ts';
import { numberPlace, rampSum, textPlace } from './tables.ts';

/**
 * Values while emitting. A number is a float64 tensor [rows or 1, width], null is NaN. A boolean is two bool tensors: `truth`, false
 * where unknown, and `unknown` (null: known everywhere). Text is a string tensor, null is "".
 */
export type OnnxValue =
  | { readonly kind: 'number'; readonly tensor: string; readonly nullable: boolean }
  | { readonly kind: 'boolean'; readonly truth: string; readonly unknown: string | null }
  | { readonly kind: 'text'; readonly tensor: string };

type NumberValue = Extract<OnnxValue, { kind: 'number' }>;
type BooleanValue = Extract<OnnxValue, { kind: 'boolean' }>;

export interface EmitContext {
  readonly builder: FragmentBuilder;
  /** By raw column name: the input tensor [rows, 1] and the column's type. */
  readonly columns: ReadonlyMap<string, { readonly tensor: string; readonly type: ColumnType }>;
  readonly known: Map<string, OnnxValue>;
}

const binary: Readonly<Record<string, string>> = { add: 'Add', subtract: 'Sub', multiply: 'Mul', divide: 'Div' };
const unary: Readonly<Record<string, string>> = { negate: 'Neg', abs: 'Abs', floor: 'Floor', ceil: 'Ceil', exp: 'Exp' };
const comparisons: Readonly<Record<string, string>> = {
  less_than: 'Less',
  less_than_or_equal: 'LessOrEqual',
  greater_than: 'Greater',
  greater_than_or_equal: 'GreaterOrEqual',
};

function unsupported(what: string): never {
  throw new PenstockError('not-onnxable', `The expression cannot become ONNX: ${what}.`);
}

/**
 * Emits expressions of one shape (equal up to column names and numeric constants) side by side: the result has one column each,
 * or a single column where they are all equal.
 */
export function emitTogether(exprs: readonly Expr[], context: EmitContext): OnnxValue {
  const key = JSON.stringify(exprs, (name, value: unknown) => (name === 'span' ? undefined : value));
  const known = context.known.get(key);
  if (known !== undefined) return known;
  const value = emitNew(exprs, context);
  context.known.set(key, value);
  return value;
}

function emitNew(exprs: readonly Expr[], context: EmitContext): OnnxValue {
  const [first] = exprs;
  if (first === undefined) return unsupported('it is empty');
  switch (first.op) {
    case 'col':
      return emitColumns(exprs.map((expr) => (expr.op === 'col' ? expr.name : '')), context);
    case 'lit':
      return emitLiterals(exprs.map((expr) => (expr.op === 'lit' ? expr.value : null)), first.type, context);
    case 'cast': {
      const args = exprs.map((expr) => (expr.op === 'cast' ? expr.arg : expr));
      return emitCast(first.to, args, context);
    }
    case 'case': {
      const branches = first.branches.map((_branch, index) => ({
        condition: asBoolean(emitTogether(exprs.map((expr) => pickBranch(expr, index).when), context), context),
        then: emitTogether(exprs.map((expr) => pickBranch(expr, index).then), context),
      }));
      const otherwise =
        first.else === undefined ? null : emitTogether(exprs.map((expr) => (expr.op === 'case' && expr.else !== undefined ? expr.else : first)), context);
      return emitCase(branches, otherwise, context);
    }
    case 'call': {
      if (first.fn === 'lookup') return emitLookups(exprs, context);
      if (first.fn === 'interpolate') return emitInterpolations(exprs, context);
      const args = first.args.map((_arg, index) => exprs.map((expr) => pickArgument(expr, index)));
      if (datePartFunctions.has(first.fn) || first.fn === 'date_diff') return emitDated(first.fn, args, context);
      return emitCall(first.fn, args, context);
    }
  }
}

function pickBranch(expr: Expr, index: number) {
  const branch = expr.op === 'case' ? expr.branches[index] : undefined;
  return branch ?? unsupported('its parts differ in shape');
}

function pickArgument(expr: Expr, index: number): Expr {
  return (expr.op === 'call' ? expr.args[index] : undefined) ?? unsupported('its parts differ in shape');
}

function emitColumns(names: readonly string[], context: EmitContext): OnnxValue {
  const { builder } = context;
  const inputs = names.map((name) => context.columns.get(name) ?? unsupported(`there is no column “${name}”`));
  const [first] = inputs;
  if (first === undefined) return unsupported('it is empty');
  const tensors = new Set(inputs.map((input) => input.tensor));
  const tensor = tensors.size === 1 ? first.tensor : builder.concat(inputs.map((input) => input.tensor));
  if (first.type === 'string') return { kind: 'text', tensor };
  if (first.type !== 'boolean') return { kind: 'number', tensor, nullable: true };
  return numberAsBoolean({ kind: 'number', tensor, nullable: true }, context);
}

function emitLiterals(values: readonly (null | boolean | number | string)[], type: ColumnType, context: EmitContext): OnnxValue {
  const { builder } = context;
  const equal = values.every((value) => Object.is(value, values[0])) ? values.slice(0, 1) : values;
  if (type === 'string') {
    if (equal.length > 1) return unsupported('it mixes text constants');
    return { kind: 'text', tensor: builder.text(String(equal[0] ?? '')) };
  }
  if (type === 'boolean') {
    const data = equal.map((value) => (value === true ? 1 : 0));
    const unknown = equal.map((value) => (value === null ? 1 : 0));
    const dims = [1, equal.length];
    return {
      kind: 'boolean',
      truth: builder.constant({ type: 'bool', dims, data }),
      unknown: equal.includes(null) ? builder.constant({ type: 'bool', dims, data: unknown }) : null,
    };
  }
  const numbers = equal.map((value) => (value === null ? Number.NaN : Number(value)));
  return { kind: 'number', tensor: builder.doubles(numbers), nullable: numbers.some(Number.isNaN) };
}

function emitCast(to: ColumnType, args: readonly Expr[], context: EmitContext): OnnxValue {
  const [first] = args;
  if (first?.op === 'col' && to === 'float' && context.columns.get(first.name)?.type === 'boolean') {
    const raw = new Map([...context.columns].map(([name, column]) => [name, column.type === 'boolean' ? { ...column, type: 'float' as const } : column]));
    return emitColumns(args.map((arg) => (arg.op === 'col' ? arg.name : '')), { ...context, columns: raw });
  }
  const value = emitTogether(args, context);
  if (to === 'string') return value.kind === 'text' ? value : unsupported('it converts to text');
  if (to === 'boolean') return asBoolean(value, context);
  return asNumber(value, context);
}

function emitCase(
  branches: readonly { condition: BooleanValue; then: OnnxValue }[],
  otherwise: OnnxValue | null,
  context: EmitContext,
): OnnxValue {
  const { builder } = context;
  const kind = branches.find((branch) => branch.then.kind !== 'number')?.then.kind ?? otherwise?.kind ?? 'number';
  if (kind === 'text') {
    let tensor = otherwise === null ? builder.text('') : asText(otherwise);
    for (const branch of branches.toReversed()) tensor = builder.node('Where', [branch.condition.truth, asText(branch.then), tensor]);
    return { kind: 'text', tensor };
  }
  const start: NumberValue = otherwise === null ? nullNumber(context) : asNumber(otherwise, context);
  let tensor = start.tensor;
  let nullable = start.nullable;
  for (const branch of branches.toReversed()) {
    const then = asNumber(branch.then, context);
    tensor = builder.node('Where', [branch.condition.truth, then.tensor, tensor]);
    nullable ||= then.nullable;
  }
  const result: NumberValue = { kind: 'number', tensor, nullable };
  return kind === 'boolean' ? numberAsBoolean(result, context) : result;
}

function emitCall(fn: string, args: readonly (readonly Expr[])[], context: EmitContext): OnnxValue {
  const { builder } = context;
  const values = args.map((arg) => emitTogether(arg, context));
  const [first, second] = values;
  if (first === undefined) return unsupported(`${fn} has no arguments`);
  const operator = binary[fn] ?? comparisons[fn];
  if (operator !== undefined && second !== undefined) {
    const [a, b] = [asNumber(first, context), asNumber(second, context)];
    const tensor = builder.node(operator, [a.tensor, b.tensor]);
    if (fn in binary) return { kind: 'number', tensor, nullable: a.nullable || b.nullable };
    return { kind: 'boolean', truth: tensor, unknown: either(unknownOf(a, context), unknownOf(b, context), context) };
  }
  const single = unary[fn];
  if (single !== undefined) {
    const a = asNumber(first, context);
    return { kind: 'number', tensor: builder.node(single, [a.tensor]), nullable: a.nullable };
  }
  switch (fn) {
    case 'ln': {
      const a = asNumber(first, context);
      const isInside = builder.node('Greater', [a.tensor, builder.doubles([0])]);
      return { kind: 'number', tensor: builder.node('Where', [isInside, builder.node('Log', [a.tensor]), nullNumber(context).tensor]), nullable: true };
    }
    case 'equals':
    case 'not_equals':
    case 'in':
    case 'not_in': {
      const found = values.slice(1).map((value, index) => equals(first, value, args[index + 1], context));
      const any = found.reduce((a, b) => or(a, b, context));
      return fn.startsWith('not') ? not(any, context) : any;
    }
    case 'is_null':
    case 'is_not_null': {
      const unknown = unknownOf(first, context) ?? falseEverywhere(first, context);
      return { kind: 'boolean', truth: fn === 'is_null' ? unknown : builder.node('Not', [unknown]), unknown: null };
    }
    case 'coalesce':
      return values.reduceRight((rest, value) => coalesce(value, rest, context));
    case 'nullif': {
      if (first.kind === 'text' && isEmptyText(args[1])) return first;
      const same = second === undefined ? unsupported('nullif has one argument') : equals(first, second, args[1], context);
      if (first.kind === 'text') return { kind: 'text', tensor: builder.node('Where', [same.truth, builder.text(''), first.tensor]) };
      const value = asNumber(first, context);
      return { kind: 'number', tensor: builder.node('Where', [same.truth, nullNumber(context).tensor, value.tensor]), nullable: true };
    }
    case 'and':
      return values.map((value) => asBoolean(value, context)).reduce((a, b) => and(a, b, context));
    case 'or':
      return values.map((value) => asBoolean(value, context)).reduce((a, b) => or(a, b, context));
    case 'not':
      return not(asBoolean(first, context), context);
    default:
      return unsupported(`the function ${fn} has no counterpart`);
  }
}

function emitLookups(exprs: readonly Expr[], context: EmitContext): OnnxValue {
  const { builder } = context;
  const pieces = exprs.map((expr) => {
    const args = expr.op === 'call' ? expr.args : [];
    const [key] = args;
    if (key === undefined) return unsupported('its parts differ in shape');
    const numbers = numbersByKey(args);
    const value = emitTogether([key], context);
    const place = value.kind === 'text' ? textPlace(value.tensor, [...numbers.keys()], builder) : numberPlace(asNumber(value, context).tensor, [...numbers.keys()].map(Number), builder);
    const table = builder.constant({ type: 'double', dims: [numbers.size + 1], data: Float64Array.from([...numbers.values(), Number.NaN]) });
    return builder.node('Gather', [table, place], { axis: { kind: 'int', value: 0 } });
  });
  return { kind: 'number', tensor: builder.concat(pieces), nullable: true };
}

function emitInterpolations(exprs: readonly Expr[], context: EmitContext): OnnxValue {
  const { builder } = context;
  const pieces = exprs.map((expr) => {
    const [place, ...points] = expr.op === 'call' ? expr.args : [];
    if (place === undefined) return unsupported('its parts differ in shape');
    const numbers = points.map((point) => (point.op === 'lit' ? Number(point.value) : Number.NaN));
    const [x, y] = [numbers.filter((_number, at) => at % 2 === 0), numbers.filter((_number, at) => at % 2 === 1)];
    const { tensor } = asNumber(emitTogether([place], context), context);
    const sum = rampSum(tensor, x, y, builder);
    return builder.node('Where', [builder.node('IsNaN', [tensor]), nullNumber(context).tensor, sum]);
  });
  return { kind: 'number', tensor: builder.concat(pieces), nullable: true };
}

/** A part of each date, or the days from a constant to it. The dates are columns of one type. */
function emitDated(fn: string, args: readonly (readonly Expr[])[], context: EmitContext): OnnxValue {
  const { builder } = context;
  const dates = args.at(-1) ?? [];
  const [first] = dates;
  const type = first?.op === 'col' ? context.columns.get(first.name)?.type : undefined;
  if (type === undefined) return unsupported(`${fn} is applied to something that is not a column`);
  const { tensor } = asNumber(emitTogether(dates, context), context);
  if (fn !== 'date_diff') return { kind: 'number', tensor: emitDatePart(fn, tensor, type, builder), nullable: true };
  const origins = (args[1] ?? []).map((from) => (from.op === 'lit' ? epochDays(String(from.value)) : Number.NaN));
  return { kind: 'number', tensor: builder.node('Sub', [emitDays(tensor, type, builder), builder.doubles(origins)]), nullable: true };
}

function isEmptyText(exprs: readonly Expr[] | undefined): boolean {
  return exprs?.every((expr) => expr.op === 'lit' && expr.value === '') ?? false;
}

function equals(a: OnnxValue, b: OnnxValue, constants: readonly Expr[] | undefined, context: EmitContext): BooleanValue {
  const { builder } = context;
  if (a.kind === 'text') {
    const [literal] = constants ?? [];
    if (literal?.op !== 'lit' || typeof literal.value !== 'string') return unsupported('it compares text with text that is not a constant');
    return { kind: 'boolean', truth: textEquals(a.tensor, literal.value, builder), unknown: textEquals(a.tensor, '', builder) };
  }
  const [x, y] = [asNumber(a, context), asNumber(b, context)];
  return {
    kind: 'boolean',
    truth: builder.node('Equal', [x.tensor, y.tensor]),
    unknown: either(unknownOf(x, context), unknownOf(y, context), context),
  };
}

/** Equal has no string kernel before opset 19; a LabelEncoder with one key does the same. */
function textEquals(tensor: string, value: string, builder: FragmentBuilder): string {
  const code = builder.node(
    'LabelEncoder',
    [tensor],
    {
      keys_strings: { kind: 'strings', value: [value] },
      values_int64s: { kind: 'ints', value: [1] },
      default_int64: { kind: 'int', value: 0 },
    },
    'ai.onnx.ml',
  );
  return builder.cast(code, 'bool');
}

function coalesce(a: OnnxValue, b: OnnxValue, context: EmitContext): OnnxValue {
  const { builder } = context;
  if (a.kind === 'text') {
    return { kind: 'text', tensor: builder.node('Where', [textEquals(a.tensor, '', builder), asText(b), a.tensor]) };
  }
  const x = asNumber(a, context);
  if (!x.nullable) return a;
  const y = asNumber(b, context);
  const tensor = builder.node('Where', [builder.node('IsNaN', [x.tensor]), y.tensor, x.tensor]);
  const result: NumberValue = { kind: 'number', tensor, nullable: y.nullable };
  return a.kind === 'boolean' ? numberAsBoolean(result, context) : result;
}

function and(a: BooleanValue, b: BooleanValue, context: EmitContext): BooleanValue {
  return not(or(not(a, context), not(b, context), context), context);
}

/** Three-valued: true where one is true, else unknown where one is unknown. */
function or(a: BooleanValue, b: BooleanValue, context: EmitContext): BooleanValue {
  const { builder } = context;
  const truth = builder.node('Or', [a.truth, b.truth]);
  const unknown = either(a.unknown, b.unknown, context);
  return {
    kind: 'boolean',
    truth,
    unknown: unknown === null ? null : builder.node('And', [unknown, builder.node('Not', [truth])]),
  };
}

function not(a: BooleanValue, context: EmitContext): BooleanValue {
  const { builder } = context;
  return { kind: 'boolean', truth: builder.node('Not', [either(a.truth, a.unknown, context) ?? a.truth]), unknown: a.unknown };
}

function either(a: string | null, b: string | null, context: EmitContext): string | null {
  if (a === null || b === null) return a ?? b;
  return a === b ? a : context.builder.node('Or', [a, b]);
}

function nullNumber(context: EmitContext): NumberValue {
  return { kind: 'number', tensor: context.builder.doubles([Number.NaN]), nullable: true };
}

function unknownOf(value: OnnxValue, context: EmitContext): string | null {
  switch (value.kind) {
    case 'number':
      return value.nullable ? context.builder.node('IsNaN', [value.tensor]) : null;
    case 'boolean':
      return value.unknown;
    case 'text':
      return textEquals(value.tensor, '', context.builder);
  }
}

function falseEverywhere(value: OnnxValue, context: EmitContext): string {
  const { builder } = context;
  if (value.kind === 'boolean') return builder.node('Xor', [value.truth, value.truth]);
  return builder.node('IsNaN', [value.tensor]);
}

function asText(value: OnnxValue): string {
  return value.kind === 'text' ? value.tensor : unsupported('it mixes text with other values');
}

export function asNumber(value: OnnxValue, context: EmitContext): NumberValue {
  const { builder } = context;
  switch (value.kind) {
    case 'number':
      return value;
    case 'text':
      return unsupported('it uses text as a number');
    case 'boolean': {
      const plain = builder.cast(value.truth, 'double');
      if (value.unknown === null) return { kind: 'number', tensor: plain, nullable: false };
      return { kind: 'number', tensor: builder.node('Where', [value.unknown, nullNumber(context).tensor, plain]), nullable: true };
    }
  }
}

function numberAsBoolean(value: NumberValue, context: EmitContext): BooleanValue {
  const { builder } = context;
  const nonZero = builder.node('Not', [builder.node('Equal', [value.tensor, builder.doubles([0])])]);
  const unknown = unknownOf(value, context);
  const truth = unknown === null ? nonZero : builder.node('And', [nonZero, builder.node('Not', [unknown])]);
  return { kind: 'boolean', truth, unknown };
}

function asBoolean(value: OnnxValue, context: EmitContext): BooleanValue {
  if (value.kind === 'boolean') return value;
  return value.kind === 'number' ? numberAsBoolean(value, context) : unsupported('it uses text as true/false');
}
