import { describe, expect, it } from 'vitest';
import type { Schema } from '#app/relation/types.ts';
import { recordsToColumns } from './records.ts';

const inputs: Schema = [
  { name: 'x', type: 'float' },
  { name: 'n', type: 'integer' },
  { name: 'ok', type: 'boolean' },
  { name: 's', type: 'string' },
  { name: '__proto__', type: 'string' },
];
const one = (json: string) => () => recordsToColumns([{}, JSON.parse(json)], inputs, 'target');

describe('JSON records', () => {
  it('become columns; absent and null are missing, the target is ignored', () => {
    const columns = recordsToColumns([{ x: 1.5, ok: 0, s: '' }, JSON.parse('{"n": 3, "ok": true, "x": null, "target": 9, "__proto__": "p"}')], inputs, 'target');
    expect(Object.entries(columns)).toEqual([
      ['x', [1.5, null]],
      ['n', [null, 3]],
      ['ok', [0, true]],
      ['s', ['', null]],
      ['__proto__', [null, 'p']],
    ]);
  });

  it.each([
    ['{"x": "1"}', 'wrong-type', 'Record 2: the field “x” must be a number or null, but is "1".'],
    ['{"s": 1}', 'wrong-type', 'Record 2: the field “s” must be text or null, but is 1.'],
    ['{"ok": 2}', 'wrong-type', 'Record 2: the field “ok” must be true or false or null, but is 2.'],
    ['{"n": 1e300}', 'wrong-type', 'Record 2: the field “n” must be a whole number of at most 64 bits or null, but is 1e+300.'],
    ['{"x": [1]}', 'wrong-type', 'Record 2: the field “x” must be a number or null, but is [1].'],
    ['{"y": 1}', 'unknown-field', 'Record 2 has the field “y”, which the model does not know.'],
    ['{"constructor": 1}', 'unknown-field', 'Record 2 has the field “constructor”, which the model does not know.'],
    ['[]', 'record-invalid', 'Record 2 is not an object with fields.'],
    ['null', 'record-invalid', 'Record 2 is not an object with fields.'],
  ])('%s is refused by name', (json, code, message) => {
    expect(one(json)).toThrow(expect.objectContaining({ code, message }));
  });
});
