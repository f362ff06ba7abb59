import { PenstockError } from '#app/core/errors.ts';
import type { ColumnType, Expr, NamedExpr, Schema } from '../../types.ts';
import { FragmentBuilder } from './builder.ts';
import { asNumber, emitTogether, type EmitContext } from './emit-expression.ts';
import type { OnnxFragment, OnnxValueInfo } from './graph.ts';
import { lookupColumn, tabulate } from './lookup.ts';
import { isOnnxable } from './support.ts';
import { emitImage, type ImageText } from './pixels.ts';
import { emitFirstWords, emitTermWeights, type PlacedWords, type TermCounts } from './words.ts';

/** The shape of sdk's FittedRecipe that the emitter needs. */
export interface FeatureExpressions {
  readonly inputs: Schema;
  readonly outputs: readonly (NamedExpr | { readonly name: string; readonly text: number; readonly term: number })[];
  readonly texts?: readonly (TermCounts | PlacedWords | ImageText)[];
}

export interface EmittedFeatures extends OnnxFragment {
  /** One tensor [rows, 1] a raw column: string, or float64 (missing NaN, false 0, true 1; dates as days, timestamps as seconds since 1970). */
  readonly inputs: readonly OnnxValueInfo[];
  /** Tensor float32 [rows, outputs], in the order of the recipe's outputs. */
  readonly output: string;
}

export interface EmitFeaturesOptions {
  /** Name of a raw column's input tensor; default: the column's name. */
  tensorName?(column: string): string;
}

/**
 * Raw columns → features. Computed in float64 and cast to float32 at the end, as the SQL path does.
 * Features of one text column become one LabelEncoder and a OneHot (or Gather); numeric features of equal shape are computed side by side.
 * @throws PenstockError `not-onnxable` naming the feature and the reason.
 */
export function emitFeatures(fitted: FeatureExpressions, options: EmitFeaturesOptions = {}): EmittedFeatures {
  const tensorName = options.tensorName ?? ((column: string) => column);
  const types = new Map<string, ColumnType>(fitted.inputs.map((column) => [column.name, column.type]));
  const inputs = fitted.inputs.map((column): OnnxValueInfo => ({
    name: tensorName(column.name),
    type: column.type === 'string' ? 'string' : 'double',
    shape: ['rows', 1],
  }));
  let prefix = 'features/';
  while (inputs.some((input) => input.name.startsWith(prefix))) prefix += '/';
  const builder = new FragmentBuilder(prefix);
  const context: EmitContext = {
    builder,
    columns: new Map(fitted.inputs.map((column) => [column.name, { tensor: tensorName(column.name), type: column.type }])),
    known: new Map(),
  };

  const pieces: string[] = [];
  const order: number[] = [];
  for (const group of groupOutputs(fitted, types)) {
    const exprs = group.members.map((member) => member.expr);
    pieces.push(group.column === null ? emitNumbers(exprs, context, fitted.inputs) : emitLookup(group.column, exprs, context));
    order.push(...group.members.map((member) => member.index));
  }
  for (const [at, text] of (fitted.texts ?? []).entries()) {
    pieces.push(emitText(text, fitted.inputs, context));
    order.push(...fitted.outputs.flatMap((output, index) => ('expr' in output || output.text !== at ? [] : [{ index, term: output.term }])).sort((a, b) => a.term - b.term).map(({ index }) => index));
  }
  const joined = builder.concat(pieces);
  const inOrder = order.every((index, position) => index === position);
  const positions = new Map(order.map((index, position) => [index, position]));
  const output = inOrder
    ? joined
    : builder.node(
        'Gather',
        [joined, builder.constant({ type: 'int64', dims: [order.length], data: order.map((_unused, index) => positions.get(index) ?? 0) })],
        { axis: { kind: 'int', value: 1 } },
      );
  return { ...builder.reaching(output), inputs, output };
}

interface Group {
  /** The text column, for tabulated groups. */
  readonly column: string | null;
  readonly members: { readonly index: number; readonly expr: Expr }[];
}

function groupOutputs(fitted: FeatureExpressions, types: ReadonlyMap<string, ColumnType>): Group[] {
  const groups = new Map<string, Group>();
  for (const [index, output] of fitted.outputs.entries()) {
    if (!('expr' in output)) continue;
    const answer = isOnnxable(output.expr, fitted.inputs);
    const column = lookupColumn(output.expr, (name) => types.get(name));
    if (column === null && !answer.ok) {
      throw new PenstockError('not-onnxable', `The feature “${output.name}” cannot become ONNX: ${answer.reason}.`, {
        place: { column: output.name },
      });
    }
    const key = column === null ? `shape ${shapeOf(output.expr, types)}` : `text ${column}`;
    const group = groups.get(key) ?? { column, members: [] };
    group.members.push({ index, expr: output.expr });
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** Float32 [rows, numbers of the text]. @throws PenstockError `not-onnxable`. */
function emitText(text: TermCounts | PlacedWords | ImageText, inputs: Schema, context: EmitContext): string {
  if ('image' in text) {
    const column = context.columns.get(text.image);
    if (column?.type !== 'string') throw new PenstockError('not-onnxable', `The images of “${text.image}” cannot become ONNX: it is no text column.`);
    return emitImage(column.tensor, text, context.builder);
  }
  const answer = isOnnxable(text.expr, inputs);
  const value = answer.ok ? emitTogether([text.expr], context) : null;
  if (value?.kind !== 'text') throw new PenstockError('not-onnxable', `A text cannot become ONNX: ${answer.ok ? 'it is no text' : answer.reason}.`);
  return 'terms' in text ? emitTermWeights(value.tensor, text, context.builder) : emitFirstWords(value.tensor, text, context.builder);
}

/** Equal for expressions that differ only in the names of numeric columns and in numeric constants. */
function shapeOf(expr: Expr, types: ReadonlyMap<string, ColumnType>): string {
  switch (expr.op) {
    case 'col': {
      const type = types.get(expr.name);
      if (type === 'string') return JSON.stringify(['text', expr.name]);
      return type === 'boolean' || type === 'date' || type === 'timestamp' ? type : 'number';
    }
    case 'lit':
      return typeof expr.value === 'number' ? '#' : JSON.stringify([expr.type, expr.value]);
    case 'cast':
      return `${expr.to}(${shapeOf(expr.arg, types)})`;
    case 'case': {
      const branches = expr.branches.map((branch) => `${shapeOf(branch.when, types)}:${shapeOf(branch.then, types)}`);
      return `case(${branches.join(';')};${expr.else === undefined ? '' : shapeOf(expr.else, types)})`;
    }
    case 'call':
      return `${expr.fn}(${expr.args.map((arg) => shapeOf(arg, types)).join(',')})`;
  }
}

/** Float32 [rows, exprs.length]. */
function emitNumbers(exprs: readonly Expr[], context: EmitContext, inputs: Schema): string {
  const { builder } = context;
  const value = asNumber(emitTogether(exprs, context), context);
  // Adding zeros [rows, exprs] gives expressions that do not vary (constants, repeated ones) their full shape.
  const zeros = builder.node('Add', [rowZeros(context, inputs), builder.doubles(exprs.map(() => 0))]);
  return builder.cast(builder.node('Add', [value.tensor, zeros]), 'float');
}

/** Float64 zeros [rows, 1]. */
function rowZeros(context: EmitContext, inputs: Schema): string {
  const key = 'rows × zero';
  const known = context.known.get(key);
  if (known?.kind === 'number') return known.tensor;
  const [first] = inputs;
  const source = first === undefined ? undefined : context.columns.get(first.name);
  if (source === undefined) throw new PenstockError('no-features', 'A model needs at least one input column.');
  const { builder } = context;
  const missing =
    source.type === 'string'
      ? builder.node(
          'LabelEncoder',
          [source.tensor],
          { keys_strings: { kind: 'strings', value: [''] }, values_int64s: { kind: 'ints', value: [0] }, default_int64: { kind: 'int', value: 0 } },
          'ai.onnx.ml',
        )
      : builder.node('IsNaN', [source.tensor]);
  const tensor = builder.node('Mul', [builder.cast(missing, 'double'), builder.doubles([0])]);
  context.known.set(key, { kind: 'number', tensor, nullable: false });
  return tensor;
}

/** Float32 [rows, exprs.length]. */
function emitLookup(column: string, exprs: readonly Expr[], context: EmitContext): string {
  const { builder } = context;
  const source = context.columns.get(column);
  if (source === undefined) throw new PenstockError('not-onnxable', `There is no column “${column}”.`);
  const { keys, table } = tabulate(column, exprs);
  const hot = oneHotPositions(table, exprs.length);
  const codes = hot ?? table.map((_row, index) => index);
  const index = builder.node(
    'LabelEncoder',
    [source.tensor],
    {
      keys_strings: { kind: 'strings', value: keys },
      values_int64s: { kind: 'ints', value: codes.slice(0, keys.length) },
      default_int64: { kind: 'int', value: codes[keys.length] ?? exprs.length },
    },
    'ai.onnx.ml',
  );
  const wide =
    hot === null
      ? builder.node('Gather', [
          builder.constant({ type: 'float', dims: [table.length, exprs.length], data: Float32Array.from(table.flat()) }),
          index,
        ], { axis: { kind: 'int', value: 0 } })
      : builder.node('OneHot', [
          index,
          builder.constant({ type: 'int64', dims: [1], data: [exprs.length] }),
          builder.constant({ type: 'float', dims: [2], data: [0, 1] }),
        ], { axis: { kind: 'int', value: -1 } });
  return builder.node('Reshape', [wide, builder.constant({ type: 'int64', dims: [2], data: [-1, exprs.length] })]);
}

/** For a table whose rows hold at most a single 1 and else 0: its position by row, `width` (outside the range: all zeros) for none. */
function oneHotPositions(table: readonly (readonly number[])[], width: number): number[] | null {
  const positions: number[] = [];
  for (const row of table) {
    let position = width;
    for (const [index, value] of row.entries()) {
      if (value === 0) continue;
      if (value !== 1 || position !== width) return null;
      position = index;
    }
    positions.push(position);
  }
  return positions;
}
