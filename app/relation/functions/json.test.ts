import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { call, lit } from '../build.ts';
import type { Expr } from '../types.ts';
import { typeOf } from '../typing.ts';
import { useBackends } from '../testing/backends.ts';
import { jsonSteps } from './json-path.ts';

const { results } = useBackends();

const doc = '{"a": {"b c": [1, 2.0, "x", null, true, {"k": "v"}]}, "n": "12.5", "e": 1e3, "city": "Tromsø"}';
const json = (fn: string, text: string, ...path: string[]): Expr => call(fn, lit(text), ...path.map((each) => lit(each)));

describe('paths', () => {
  it.each([
    ['$', []],
    ['a', ['a']],
    ['$.a.b', ['a', 'b']],
    ['a[0]', ['a', 0]],
    ['[2].x', [2, 'x']],
    ['$["b c"][-1]', ['b c', -1]],
    ["a['b.c']", ['a', 'b.c']],
    ['a."unit price"', ['a', 'unit price']],
    ['größe', ['größe']],
  ])('%s', (path, steps) => expect(jsonSteps(path)).toEqual(steps));

  it.each(['a b', 'a..b', 'a[', 'a[x]', '.', '$x y', 'a."b'])('%s is none', (path) => expect(jsonSteps(path)).toBeNull());

  it('are refused in words', () => {
    expect(() => typeOf(json('json_text', doc, 'a b'), [])).toThrow('“a b” is not a path into JSON.');
    expect(() => typeOf(call('json_text', lit(doc), { op: 'col', name: 'p' }), [{ name: 'p', type: 'string' }])).toThrow('json_text needs its path as a fixed text.');
  });
});

describe('stated answers, in both backends', () => {
  it.each<[fn: string, text: string, path: string[], answer: unknown]>([
    ['json_text', doc, ['a."b c"[2]'], 'x'],
    ['json_text', doc, ['a."b c"[1]'], '2.0'],
    ['json_text', doc, ['a."b c"[3]'], null],
    ['json_text', doc, ['a."b c"[-1]'], '{"k":"v"}'],
    ['json_text', doc, ['a."b c"[9]'], null],
    ['json_text', doc, ['city'], 'Tromsø'],
    ['json_text', doc, ['e'], '1000.0'],
    ['json_text', 'no json', ['a'], null],
    ['json_text', '', ['$'], null],
    ['json_number', doc, ['n'], 12.5],
    ['json_number', doc, ['e'], 1000],
    ['json_number', doc, ['city'], null],
    ['json_length', doc, ['a."b c"'], 6n],
    ['json_length', doc, [], 4n],
    ['json_length', doc, ['city'], null],
    ['json_length', '[]', [], 0n],
    ['json_keys', doc, [], '["a","n","e","city"]'],
    ['json_keys', '[1]', [], null],
    ['json_type', doc, ['a'], 'object'],
    ['json_type', doc, ['a."b c"'], 'array'],
    ['json_type', doc, ['a."b c"[0]'], 'number'],
    ['json_type', doc, ['a."b c"[3]'], 'null'],
    ['json_type', doc, ['a."b c"[4]'], 'boolean'],
    ['json_type', doc, ['n'], 'text'],
    ['json_type', doc, ['nothing'], null],
    ['is_json', doc, [], true],
    ['is_json', '{"a"', [], false],
  ])('%s(%s, %s) is %s', async (fn, text, path, answer) => {
    expect(await results(json(fn, text, ...path))).toEqual({ interpreter: [answer], duckdb: [answer] });
  });
});

it('reads whatever JSON there is as the interpreter does', async () => {
  const key = fc.constantFrom('a', 'b c', 'größe', 'x.y', '0');
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof({ maxDepth: 3 }, fc.integer(), fc.constantFrom(0.5, -2.25, 1e-3, 1e25), fc.boolean(), fc.constant(null), fc.string({ maxLength: 4 }), fc.array(tie('tree'), { maxLength: 3 }), fc.dictionary(key, tie('tree'), { maxKeys: 3 })),
  }));
  const path = fc.array(fc.oneof(key.map((name) => `."${name}"`), fc.integer({ min: -2, max: 2 }).map((place) => `[${place}]`)), { maxLength: 3 }).map((parts) => `$${parts.join('')}`);
  const text = fc.oneof({ weight: 5, arbitrary: tree.map((value) => JSON.stringify(value)) }, { weight: 1, arbitrary: fc.constantFrom('{', 'x', '') });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('json_text', 'json_number', 'json_length', 'json_type', 'json_keys'), text, path, async (fn, document, where) => {
      const { interpreter, duckdb } = await results(json(fn, document, where));
      expect(duckdb).toEqual(interpreter);
    }),
    { numRuns: 300 },
  );
}, 60_000);
