#!/usr/bin/env node
/** `npm run new:node CATEGORY "Title"`: a new node's folder, complete enough to pass the conformance test and the one of its German texts. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const categories = ['data', 'transform', 'explore', 'train', 'evaluate', 'deploy', 'monitor'];
const [category, ...words] = process.argv.slice(2);
const title = words.join(' ').trim();

if (!categories.includes(category) || !/^[A-Za-z][A-Za-z0-9 -]*$/.test(title)) {
  console.error(`Usage: npm run new:node CATEGORY "Title"\nCATEGORY is one of ${categories.join(', ')}; the title has letters, digits, spaces and hyphens.`);
  process.exit(2);
}
const name = title.toLowerCase().replace(/[ -]+/g, '-');
const folder = path.join(root, 'nodes', category, name);
if (existsSync(folder)) {
  console.error(`nodes/${category}/${name} exists already.`);
  process.exit(1);
}

const files = {
  'node.ts': `import { z } from 'zod';
import { defineNode } from '#app/sdk/node.ts';

export const paramsSchema = z.object({
  rows: z.int().min(1).default(100).meta({ title: 'Rows', description: 'How many of the first rows to keep.', control: 'number' }),
});

export type Params = z.output<typeof paramsSchema>;

export const definition = defineNode({
  type: '${category}/${name}',
  version: 1,
  title: '${title}',
  summary: 'Keeps the first rows of a table.',
  keywords: ['${name.split('-')[0]}'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [{ name: 'table', title: 'Table', kind: 'table' }],
  params: paramsSchema,
  describe: ({ rows }, say) => say\`first \${rows} rows\`,
});
`,
  'relation.ts': `import type { RelationFn } from '#app/sdk/node.ts';
import { limit } from '#app/relation/build.ts';
import type { Params } from './node.ts';

export const relation: RelationFn<Params> = (inputs, params) => {
  const [table] = inputs['table'] ?? [];
  if (table === undefined) return {};
  return limit(table, params.rows);
};
`,
  'icon.svg': `<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"><path d="M4 6h16M4 12h10M4 18h6"/></svg>
`,
  'help.md': `# ${title}

Keeps the first rows of a table.

## Parameters

- **Rows**: how many rows are kept.

## Example

With *Rows* at 100, a table of 344 rows gives its first 100.
`,
  'text.de.json': `${JSON.stringify(
    {
      title: `${title} (deutsch)`,
      keywords: ['erste Zeilen'],
      texts: {
        'Keeps the first rows of a table.': 'Behält die ersten Zeilen einer Tabelle.',
        'How many of the first rows to keep.': 'Wie viele der ersten Zeilen behalten werden.',
        'first {0} rows': 'erste {0} Zeilen',
      },
    },
    null,
    2,
  )}\n`,
  'help.de.md': `# ${title} (deutsch)

Behält die ersten Zeilen einer Tabelle.

## Parameter

- **Zeilen**: wie viele Zeilen behalten werden.

## Beispiel

Bei 100 *Zeilen* ergibt eine Tabelle mit 344 Zeilen ihre ersten 100.
`,
  'fixtures/first-rows.json': `${JSON.stringify(
    {
      title: 'keeps the first rows',
      nodes: [
        { id: 'in', type: 'test/values', params: { columns: [{ name: 'a', type: 'integer' }], rows: [[1], [2], [3]] } },
        { id: 'node', type: `${category}/${name}`, params: { rows: 2 } },
      ],
      edges: [['in.table', 'node.table']],
      node: 'node',
      expect: { table: { schema: [{ name: 'a', type: 'integer' }], rows: [[1], [2]] } },
    },
    null,
    2,
  )}\n`,
  'node.test.ts': `import { describeFixtures } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);
`,
};

for (const [file, text] of Object.entries(files)) {
  const target = path.join(folder, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text);
}
console.log(`Made nodes/${category}/${name}. Change it, then: npm test -- unit`);
