import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
// @ts-expect-error plain JavaScript, run as it is
import * as table from './fault-table.mjs';

const { faultFiles, hasTest, namedTests } = table as {
  faultFiles(markdown: string): string[];
  hasTest(source: string, name: string): boolean;
  namedTests(markdown: string): { file: string; name: string }[];
};

const root = path.resolve(import.meta.dirname, '..');
const page = readFileSync(path.join(root, 'docs/trust.md'), 'utf8');

describe('the fault table of docs/trust.md', () => {
  const named = namedTests(page);

  it.each(named)('names a test that exists: $file › $name', ({ file, name }) => {
    expect(existsSync(path.join(root, file)), file).toBe(true);
    expect(hasTest(readFileSync(path.join(root, file), 'utf8'), name), `${file} has no test of that name`).toBe(true);
  });

  it('has a test in every row', () => {
    const rows = page.split('\n').filter((line) => line.startsWith('|') && !/^\|[\s|:-]+\|$/.test(line) && !line.startsWith('| What may happen'));
    expect(rows.length).toBeGreaterThan(9);
    for (const row of rows) expect(namedTests(row), row).not.toEqual([]);
  });

  it('names every file of e2e/faults, so that the long form leaves none out', () => {
    const files = readdirSync(path.join(root, 'e2e/faults')).filter((name) => name.endsWith('.test.ts')).map((name) => `e2e/faults/${name}`);
    expect(faultFiles(page)).toEqual(expect.arrayContaining(files));
  });
});

describe('looking for a test by its name', () => {
  it('finds names with values in them, and no others', () => {
    const source = "it(`loses nothing, ${kills} times`, () => {});\nit.each([1])('reads %s in row %i', () => {});\nit.skipIf(!canMount)('a full disk', () => {});\ndescribe('group', () => {});\nit('it\\'s so', () => {});\nit.each(\n  list,\n)('over $file', f);";
    for (const name of ['loses nothing, 50 times', 'loses nothing, … times', 'reads a.csv in row 3', 'a full disk', 'group', "it's so", 'over x']) expect(hasTest(source, name), name).toBe(true);
    for (const name of ['loses nothing', 'reads', 'a full', 'not there']) expect(hasTest(source, name), name).toBe(false);
  });

  it('reads files and names from a table', () => {
    const row = '| a | b | `x/a.test.ts › one`, `e2e/b.spec.ts › two words` | |';
    expect(namedTests(row)).toEqual([{ file: 'x/a.test.ts', name: 'one' }, { file: 'e2e/b.spec.ts', name: 'two words' }]);
    expect(faultFiles(row)).toEqual(['x/a.test.ts']);
  });
});
