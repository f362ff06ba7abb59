import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { functionRegistry } from '../app/relation/functions/registry.ts';
import { actionTable } from '../renderer/app/shortcuts.ts';
// @ts-expect-error plain JavaScript, run by Node as it is
import { guidePages } from './write-guide.mjs';

const pages = guidePages() as { file: string; text: string; expected: string }[];
const page = (name: string): string => pages.find(({ file }) => file.endsWith(name))?.text ?? '';

describe('the guide', () => {
  it('is up to date with the sources: run “npx node scripts/write-guide.mjs”', () => {
    expect(pages.filter(({ text, expected }) => text !== expected).map(({ file }) => file)).toEqual([]);
  });

  it('links only to what is there', () => {
    const guide = path.join('docs', 'guide');
    const files = ['README.md', ...readdirSync(guide).filter((name) => name.endsWith('.md')).map((name) => path.join(guide, name))];
    const targets = files.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/\]\((?!https?:)([^)#\s]+)/g)].map(([, target = '']) => path.join(path.dirname(file), target)));
    expect(targets.length).toBeGreaterThan(10);
    expect(targets.filter((target) => !existsSync(target))).toEqual([]);
  });

  it('explains every function and every key', () => {
    const text = page('expressions.md').replaceAll('\\|', '|');
    expect([...functionRegistry.values()].filter((spec) => !text.includes(`\`${spec.signature}\``) || !text.includes(`\`${spec.example}\``)).map(({ name }) => name)).toEqual([]);
    const keys = page('keyboard.md');
    const unexplained = Object.values(actionTable).filter((action) => action.keys.length > 0 && !keys.includes(`| ${action.title.replace('…', '')} | <kbd>`));
    expect(unexplained.map(({ title }) => title)).toEqual([]);
  });
});
