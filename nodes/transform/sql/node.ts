import { z } from 'zod';
import { paramMissing } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';
import { repeatedNames, tableNames } from './names.ts';

const params = z.object({
  text: z.string().max(100_000).default('select * from t1').meta({ title: 'SQL', control: 'sql', from: 'tables', description: 'One SELECT in DuckDB’s SQL over the connected tables.' }),
  names: z.array(z.string()).default([]).meta({ title: 'Names of the tables', description: 'In the order of the connections; without a name they are t1, t2 …' }),
});

export type SqlParams = z.output<typeof params>;

export const definition = defineNode({
  type: 'transform/sql',
  version: 1,
  title: 'SQL',
  summary: 'One SELECT over the connected tables, checked while you type.',
  keywords: ['select', 'query', 'duckdb', 'database', 'from', 'where', 'with', 'statement'],
  inputs: [{ name: 'tables', title: 'Tables', kind: 'table', arity: 'many' }],
  outputs: [{ name: 'table', title: 'Result', kind: 'table', summary: 'What the SELECT gives.' }],
  params,
  describe: ({ text }, say) => {
    const line = text.replace(/--.*$/gm, '').replace(/\s+/g, ' ').trim();
    return line === '' ? say`No SQL yet` : line.length <= 56 ? line : `${line.slice(0, 55)}…`;
  },
  configure: ({ inputs, params: { text, names } }) => ({
    diagnostics: [
      ...(text.trim() === '' ? [paramMissing(['text'], 'There is no SQL.', 'Write a SELECT, such as select * from t1.')] : []),
      ...repeatedNames(tableNames(names, inputs['tables']?.length ?? 0)).map((i) => ({
        severity: 'error' as const,
        code: 'duplicate-table',
        message: `Two tables are called “${tableNames(names, i + 1)[i] ?? ''}”.`,
        remedy: 'Give each table a name of its own.',
        place: { param: ['names'] },
      })),
    ],
  }),
});
