import { z } from 'zod';
import { schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';

const params = z.object({});

export type TableViewParams = z.output<typeof params>;

export const definition = defineNode({
  type: 'explore/table-view',
  version: 1,
  title: 'Table View',
  summary: 'Shows the rows of a table; passes the table on unchanged.',
  keywords: ['show', 'preview', 'rows', 'grid', 'inspect', 'data', 'spreadsheet'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [{ name: 'table', title: 'Same table', kind: 'table', summary: 'The table as it came in.' }],
  params,
  describe: (_, say) => say`All rows and columns`,
  configure: (context) => {
    const schema = schemaAt(context);
    if (schema === null || schema.length > 0) return {};
    return { diagnostics: [{ severity: 'warning', code: 'no-columns', message: 'The table has no columns to show.', remedy: 'Keep at least one column upstream.', place: { port: 'table' } }] };
  },
});
