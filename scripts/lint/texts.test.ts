import { parseSync } from 'vite';
import { describe, expect, it } from 'vitest';
// @ts-expect-error plain JavaScript, loaded by the linter as it is
import { isTexted, textVisitor } from './texts.mjs';

type Node = { readonly type: string; readonly start: number; readonly end: number };
type Visit = Readonly<Record<string, (node: Node, parent: Node | null) => void>>;

/** The texts that are found in a piece of TSX. */
function found(source: string): string[] {
  const hits: string[] = [];
  const visit = textVisitor((node: Node) => hits.push(source.slice(node.start, node.end).trim())) as Visit;
  const walk = (value: unknown, parent: Node | null): void => {
    if (Array.isArray(value)) {
      for (const one of value) walk(one, parent);
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    const isNode = 'type' in value && typeof value.type === 'string';
    if (isNode) visit[(value as Node).type]?.(value as Node, parent);
    for (const inner of Object.values(value)) walk(inner, isNode ? (value as Node) : parent);
  };
  walk(parseSync('example.tsx', source).program, null);
  return hits;
}

describe('texts written in place', () => {
  it.each([
    ['<p>Nothing found.</p>', ['Nothing found.']],
    ['<Button icon={<Plus />}> Add </Button>', ['Add']],
    ['<input aria-label="Search columns" className="flex gap-1" data-testid="Search it" />', ['"Search columns"']],
    ['<span>{open ? "Collapse" : texts.app.expand}</span>', ['"Collapse"']],
    ['<i title={`Remove ${name}`} />', ['`Remove ${name}`']],
    ['<i label={name || "none"} />', ['"none"']],
    ["notify({ severity: 'info', message: 'There are no nodes.', remedy: why })", ["'There are no nodes.'"]],
    ["edit(command, { label: `Add ${title}`, group: 'add it' })", ['`Add ${title}`']],
    ["const items = [{ value: 'all', label: 'All rows' }]", ["'All rows'"]],
  ])('%s', (source, texts) => {
    expect(found(source)).toEqual(texts);
  });

  it.each([
    '<p className="text-sm text-muted">{texts.app.nothing} · {count} %</p>',
    '<input placeholder="income > 30000 and city is not null" type="text" />',
    "const spec = { title: texts.charts.title, mark: 'bars', label: 'linear', name: 'Any text' }",
    '<Kbd keys="Ctrl+K" />',
    "if (kind === 'All rows') pick('All rows')",
  ])('leaves alone %s', (source) => {
    expect(found(source)).toEqual([]);
  });

  it('are looked for in the page, save for its catalogue and tests', () => {
    expect(['renderer/app/app.tsx', 'renderer/canvas/actions.ts'].every(isTexted)).toBe(true);
    expect(['renderer/text/en/app.ts', 'renderer/app/app.test.tsx', 'app/core/units.ts', 'nodes/train/svm/node.ts'].some(isTexted)).toBe(false);
  });
});
