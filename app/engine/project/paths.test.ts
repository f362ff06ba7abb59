import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fileNameFor, projectRelative, resolveInside } from './paths.ts';

const root = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'penstock-paths-')));
mkdirSync(path.join(root, 'inside'));
symlinkSync(os.tmpdir(), path.join(root, 'way-out'));
symlinkSync(path.join(root, 'inside'), path.join(root, 'way-round'));
afterAll(() => rmSync(root, { recursive: true }));

describe('resolveInside', () => {
  it.each(['a.json', 'inside/b.json', './inside//b.json', 'way-round/c.json', '.'])('accepts %s', (relative) => {
    expect(resolveInside(root, relative).startsWith(root)).toBe(true);
  });

  it.each(['../x', 'inside/../../x', '/etc/passwd', 'C:\\x', 'a\0b', 'way-out/x', 'way-out/not/yet/there', 'con', 'inside/NUL.json', '..\\x'])(
    'refuses %j',
    (relative) => {
      expect(() => resolveInside(root, relative)).toThrow(/not inside the project/);
    },
  );
});

describe('fileNameFor', () => {
  it.each([
    ['Churn model', 'churn-model'],
    ['  Übersicht: Q3/2026 ', 'ubersicht-q3-2026'],
    ['///', 'pipeline'],
    ['CON', 'con-pipeline'],
    ['売上', '売上'],
  ])('%j becomes %s', (title, name) => {
    expect(fileNameFor(title)).toBe(name);
  });
});

it('shows paths inside the project as relative ones', () => {
  expect(projectRelative(root, path.join(root, 'inside', 'b.csv'))).toBe('inside/b.csv');
  expect(projectRelative(root, os.tmpdir())).toBe(os.tmpdir());
});
