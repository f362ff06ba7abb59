import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonFault, JsonSplitter, type JsonLayout } from './json-split.ts';

function split(layout: JsonLayout, text: string, size: number): { line: number; text: string }[] {
  const found: { line: number; text: string }[] = [];
  const splitter = new JsonSplitter(layout, (line, bytes) => {
    found.push({ line, text: bytes.toString('utf8') });
    return true;
  });
  const bytes = Buffer.from(text, 'utf8');
  for (let from = 0; from < bytes.length; from += size) splitter.push(Buffer.from(bytes.subarray(from, from + size)));
  splitter.end();
  return found;
}

const size = fc.integer({ min: 1, max: 9 });
const indent = fc.constantFrom(undefined, 1, '\t');

describe('records', () => {
  it('of any list come out whole, in order, however the bytes arrive', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 6 }), indent, size, (values, space, step) => {
        const found = split({ form: 'array', path: [] }, JSON.stringify(values, null, space), step);
        expect(found.map(({ text }) => JSON.parse(text) as unknown)).toEqual(JSON.parse(JSON.stringify(values)));
      }),
    );
  });

  it('are found by their path, with the line they begin on', () => {
    const name = fc.constantFrom('a', 'b', 'items', 'é"\\');
    fc.assert(
      fc.property(fc.jsonValue(), name, name, fc.array(fc.dictionary(fc.string(), fc.integer()), { maxLength: 4 }), size, (other, first, second, values, step) => {
        const before = Object.fromEntries(['a', 'b', 'items'].filter((key) => key !== first).map((key) => [key, other]));
        const text = JSON.stringify({ ...before, [first]: { x: other, [second]: values }, z: other }, null, 2);
        const found = split({ form: 'array', path: [first, second] }, text, step);
        expect(found.map((record) => JSON.parse(record.text) as unknown)).toEqual(JSON.parse(JSON.stringify(values)));
        const lines = text.split('\n');
        for (const { line } of found) expect(lines[line - 1]?.trim()).toMatch(/^\{/);
      }),
    );
  });

  it('are one a line, or one after another', () => {
    const objects = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(objects, indent, size, (values, space, step) => {
        const want = JSON.parse(JSON.stringify(values)) as unknown;
        const lines = values.map((value) => JSON.stringify(value)).join('\r\n');
        expect(split({ form: 'lines' }, lines, step).map(({ text }) => JSON.parse(text) as unknown)).toEqual(want);
        const pretty = values.map((value) => JSON.stringify(value, null, space)).join('\n');
        expect(split({ form: 'values' }, pretty, step).map(({ text }) => JSON.parse(text) as unknown)).toEqual(want);
      }),
    );
  });
});

describe('text that is cut off', () => {
  it('is a fault, never fewer records', () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), fc.integer()), { minLength: 1, maxLength: 4 }), fc.nat(), size, (values, at, step) => {
        const text = JSON.stringify(values);
        expect(() => split({ form: 'array', path: [] }, text.slice(0, 1 + (at % (text.length - 1))), step)).toThrow(JsonFault);
      }),
    );
  });

  it('stops at a record without end', () => {
    const splitter = new JsonSplitter({ form: 'array', path: [] }, () => true, 1000);
    expect(() => splitter.push(Buffer.from(`["${'x'.repeat(2000)}`))).toThrow(JsonFault);
  });
});
