import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { attackRows, holdsTitle, namedRows, namedTestProblems, repeatedSubjects } from './named-tests.ts';

const root = path.resolve(import.meta.dirname, '..');
const attacks = path.join(root, 'docs', 'attacks');

describe('the list of attacks', () => {
  const rows = attackRows(root);

  it('names a test for each attempt, and the test is there', () => {
    expect(namedTestProblems(rows, root)).toEqual([]);
  });

  it('holds each attempt once', () => {
    expect(repeatedSubjects(rows)).toEqual([]);
  });

  it('is forty attempts long at least', () => {
    expect(new Set(rows.map(({ subject }) => subject)).size).toBeGreaterThanOrEqual(40);
  });

  it('has a first page whose links lead somewhere', () => {
    const page = readFileSync(path.join(attacks, 'README.md'), 'utf8');
    expect([...page.matchAll(/\]\(([^)#]+)\)/g)].map(([, name = '']) => name).filter((name) => !existsSync(path.join(attacks, name)))).toEqual([]);
  });
});

describe('the table of faults', () => {
  const file = path.join(root, 'docs', 'trust.md');
  it.skipIf(!existsSync(file))('names tests that are there', () => {
    expect(namedTestProblems(namedRows(readFileSync(file, 'utf8'), 'docs/trust.md'), root)).toEqual([]);
  });
});

describe('reading of such tables', () => {
  const table = ['Words', '', '| Attempt | What happens | Test |', '|---|---|---|', '| A \\| B | refused | `scripts/named-tests.test.ts › reading of such tables › finds rows and tests` |', '| Twice | no | a.test.ts › one<br>b.spec.ts › two |', '', '| No | Column |', '|---|---|', '| x | y |'].join('\n');

  it('finds rows and tests', () => {
    const rows = namedRows(table, 'x.md');
    expect(rows.map(({ line, subject, tests }) => [line, subject, tests.length])).toEqual([[5, 'A | B', 1], [6, 'Twice', 2]]);
    expect(namedTestProblems(rows.slice(0, 1), root)).toEqual([]);
    expect(namedTestProblems(rows.slice(1), root)).toEqual(['x.md:6 (Twice): there is no file a.test.ts.', 'x.md:6 (Twice): there is no file b.spec.ts.']);
  });

  it('takes a title only where a test is called by it', () => {
    expect(holdsTitle(`it('says \\'no\\'', () => {})`, `says 'no'`)).toBe(true);
    expect(holdsTitle(`it.each([1])("counts %s", () => {})`, 'counts %s')).toBe(true);
    expect(holdsTitle(`// it was 'once here'\nconst x = 'once here';`, 'once here')).toBe(false);
  });

  it('misses nothing: no test, no such title, no test file, an attempt twice', () => {
    const rows = namedRows('| Attempt | Test |\n|---|---|\n| a | |\n| b | scripts/named-tests.test.ts › there is none of this name |\n| c | scripts/named-tests.ts › x |\n| `A`! | scripts/named-tests.test.ts |', 'x.md');
    expect(namedTestProblems(rows, root)).toHaveLength(4);
    expect(repeatedSubjects(rows)).toEqual(['x.md:6 repeats x.md:3 (`A`!).']);
  });
});
