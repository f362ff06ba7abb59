import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '#app/data/index.ts';
import { encodeModel } from '#app/ml/onnx/encode.ts';
import { call, cast, col, lit, named, when } from '../../build.ts';
import type { Expr, Relation, Schema } from '../../types.ts';
import { emitFeatures, isOnnxable } from './index.ts';

type Cell = null | boolean | number | string;
const schema: Schema = [
  { name: 'a', type: 'float' },
  { name: 'b', type: 'float' },
  { name: 'k', type: 'integer' },
  { name: 'flag', type: 'boolean' },
  { name: 's', type: 'string' },
  { name: 'day', type: 'date' },
];
const inputs = schema.slice(0, 5);

const { number, truth } = fc.letrec<{ number: Expr; truth: Expr; text: Expr }>((tie) => ({
  number: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(col('a'), col('b'), cast(col('k'), 'float')),
    fc.integer({ min: -5, max: 5 }).map((value) => lit(value, 'float')),
    fc.tuple(fc.constantFrom('add', 'subtract', 'multiply'), tie('number'), tie('number')).map(([fn, x, y]) => call(fn, x, y)),
    fc.tuple(tie('number'), fc.constantFrom(-3, 0.5, 7)).map(([x, by]) => call('divide', x, lit(by, 'float'))),
    fc.tuple(fc.constantFrom('negate', 'abs', 'floor', 'ceil'), tie('number')).map(([fn, x]) => call(fn, x)),
    fc.tuple(fc.constantFrom('coalesce', 'nullif'), tie('number'), tie('number')).map(([fn, x, y]) => call(fn, x, y)),
    fc.tuple(tie('truth'), tie('number'), tie('number')).map(([condition, x, y]) => when([{ when: condition, then: x }], y)),
    fc.tuple(tie('truth'), tie('number')).map(([condition, x]) => when([{ when: condition, then: x }])),
    tie('truth').map((value) => cast(value, 'float')),
    tie('text').map((x) => call('lookup', x, lit('é'), lit(2.5, 'float'), lit('x'), lit(-1, 'float'))),
    tie('number').map((x) => call('lookup', x, lit(0), lit(0.5, 'float'), lit(2), lit(-4, 'float'))),
    fc.constantFrom(-3, 1).map((key) => call('lookup', col('k'), lit(key), lit(0.1, 'float'), lit(2), lit(7, 'float'))),
  ),
  truth: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(col('flag')),
    fc.constantFrom(true, false).map((value) => lit(value)),
    fc.tuple(fc.constantFrom('equals', 'not_equals', 'less_than', 'less_than_or_equal', 'greater_than', 'greater_than_or_equal'), tie('number'), tie('number')).map(([fn, x, y]) => call(fn, x, y)),
    fc.tuple(fc.constantFrom('and', 'or'), tie('truth'), tie('truth')).map(([fn, x, y]) => call(fn, x, y)),
    tie('truth').map((x) => call('not', x)),
    fc.tuple(fc.constantFrom('is_null', 'is_not_null'), fc.oneof(tie('number'), tie('truth'), tie('text'))).map(([fn, x]) => call(fn, x)),
    fc.tuple(fc.constantFrom('in', 'not_in'), tie('number')).map(([fn, x]) => call(fn, x, lit(1, 'float'), lit(2, 'float'))),
    fc.tuple(fc.constantFrom('equals', 'not_equals'), tie('text'), fc.constantFrom('x', 'é')).map(([fn, x, value]) => call(fn, x, lit(value))),
    fc.tuple(fc.constantFrom('in', 'not_in'), tie('text')).map(([fn, x]) => call(fn, x, lit('x'), lit('y'))),
  ),
  text: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(call('nullif', col('s'), lit(''))),
    fc.tuple(tie('text'), fc.constantFrom('x', 'y')).map(([x, value]) => call('nullif', x, lit(value))),
    fc.tuple(tie('text'), fc.constantFrom('x', 'z')).map(([x, value]) => call('coalesce', x, lit(value))),
    fc.tuple(tie('truth'), tie('text')).map(([condition, x]) => when([{ when: condition, then: lit('é') }], x)),
  ),
}));
/** Null shows as −999, unknown as −1. */
const output = fc.oneof(
  number.map((x) => call('coalesce', x, lit(-999, 'float'))),
  // Not inside others: their last digits differ between the backends, and comparing makes much of it.
  number.map((x) => call('coalesce', call('ln', x), lit(-999, 'float'))),
  number.map((x) => call('coalesce', call('interpolate', x, lit(-1, 'float'), lit(2, 'float'), lit(0.5, 'float'), lit(-3, 'float'), lit(2, 'float'), lit(7, 'float')), lit(-999, 'float'))),
  fc.constantFrom(col('a'), col('b')).map((x) => call('coalesce', call('exp', x), lit(-999, 'float'))),
  truth.map((x) => when([{ when: x, then: lit(1, 'float') }, { when: call('not', x), then: lit(0, 'float') }], lit(-1, 'float'))),
);

const rows: Cell[][] = [null, -2, 0, 1.5, 2].flatMap((a, i) =>
  [null, 0, 1].flatMap((b, j): Cell[][] => [
    [a, b, [1, null, 2, -3, 0][(i + j) % 5] ?? null, [true, false, null][(i + 2 * j) % 3] ?? null, ['x', '', 'y', null, 'é', 'other'][(i + j) % 6] ?? null],
  ]),
);

let database: Database;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-emit-'));
  database = await openDatabase({ tempDir: folder });
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

async function inOnnx(exprs: readonly Expr[]): Promise<number[][]> {
  const emitted = emitFeatures({ inputs, outputs: exprs.map((expr, index) => named(`o${index}`, expr)) });
  const model = encodeModel({
    name: 'test',
    inputs: emitted.inputs,
    outputs: [{ name: emitted.output, type: 'float', shape: ['rows', exprs.length] }],
    nodes: emitted.nodes,
    initializers: emitted.initializers,
  });
  const session = await InferenceSession.create(model);
  const feeds = Object.fromEntries(
    inputs.map((column, index) => {
      const cells = rows.map((row) => row[index] ?? null);
      const dims = [rows.length, 1];
      if (column.type === 'string') return [column.name, new Tensor('string', cells.map((cell) => String(cell ?? '')), dims)];
      return [column.name, new Tensor('float64', Float64Array.from(cells, (cell) => (cell === null ? Number.NaN : Number(cell))), dims)];
    }),
  );
  const data = (await session.run(feeds))[emitted.output]?.data as Float32Array;
  return rows.map((_row, index) => Array.from(data.subarray(index * exprs.length, (index + 1) * exprs.length)));
}

async function inSql(exprs: readonly Expr[]): Promise<number[][]> {
  const scan: Relation = { op: 'scan', source: { kind: 'values', rows }, schema: inputs, label: 'rows' };
  const found = await database.rows({ op: 'project', input: scan, columns: exprs.map((expr, index) => named(`o${index}`, expr)) });
  return found.rows.map((row) => row.map((cell) => Math.fround(Number(cell))));
}

describe('expressions in ONNX', () => {
  it('mean what they mean in SQL, unknown values included', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(output, { minLength: 1, maxLength: 6 }), async (exprs) => {
        for (const expr of exprs) expect(isOnnxable(expr, inputs)).toMatchObject({ ok: true });
        const [found, wanted] = [await inOnnx(exprs), await inSql(exprs)];
        for (const [row, values] of wanted.entries()) {
          for (const [at, value] of values.entries()) {
            const other = found[row]?.[at] ?? Number.NaN;
            const close = other === value || Math.abs(other - value) <= Math.max(1e-5 * Math.abs(value), 1e-12);
            if (!close) throw new Error(`output ${at} of ${JSON.stringify(rows[row])}: SQL ${value}, ONNX ${other}`);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('compute features of equal shape side by side', () => {
    const scaled = (name: string, by: number): Expr => call('multiply', call('subtract', col(name), lit(by, 'float')), lit(by + 1, 'float'));
    const one = emitFeatures({ inputs, outputs: [named('p', scaled('a', 1))] });
    const many = emitFeatures({ inputs, outputs: [named('p', scaled('a', 1)), named('q', scaled('b', 2)), named('r', scaled('a', 3))] });
    expect(many.nodes.filter((node) => node.op === 'Sub')).toHaveLength(1);
    expect(many.nodes.length).toBe(one.nodes.length + 1);
  });

  it('keep names apart from whatever columns are called', () => {
    const tricky: Schema = [{ name: 'features/mul_1', type: 'float' }];
    const emitted = emitFeatures({ inputs: tricky, outputs: [named('x', call('abs', col('features/mul_1')))] });
    const made = [...emitted.nodes.flatMap((node) => node.outputs), ...emitted.initializers.map((tensor) => tensor.name)];
    expect(made).not.toContain('features/mul_1');
    expect(made.every((name) => name.startsWith('features//'))).toBe(true);
  });
});

describe('isOnnxable', () => {
  it.each([
    [call('regexp_matches', col('s'), lit('a+')), 'the function regexp_matches has no ONNX counterpart here'],
    [call('divide', col('a'), col('b')), 'it divides by something that is not a constant other than zero'],
    [call('equals', col('s'), call('coalesce', col('s'), lit('x'))), 'it compares text with text that is not a constant'],
    [call('add', col('flag'), lit(1)), 'add is applied to something that is not a number'],
    [cast(col('s'), 'float'), 'it converts text to number'],
    [call('equals', col('day'), col('day')), 'it compares dates'],
    [call('hour', col('day')), 'hour is applied to something that is not a column of dates'],
    [call('year', cast(col('s'), 'date')), 'year is applied to something that is not a column of dates'],
    [call('date_diff', lit('month'), lit('2024-01-01', 'date'), col('day')), 'it holds a date constant'],
    [col('gone'), 'there is no column “gone”'],
    [call('equals', col('s'), lit('')), 'the empty text cannot be told from a missing value'],
    [when([{ when: col('flag'), then: col('a') }], col('s')), 'the results of a case are of different types'],
  ])('says why not: %#', (expr, reason) => {
    expect(isOnnxable(expr, schema)).toEqual({ ok: false, reason });
  });

  it('names the feature and the reason when it is emitted all the same', () => {
    expect(() => emitFeatures({ inputs, outputs: [named('bad', call('lower', col('s')))] })).toThrow('The feature “bad” cannot become ONNX: the function lower has no ONNX counterpart here.');
  });
});
