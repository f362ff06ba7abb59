import { z } from 'zod';
import { defineNode } from '#app/sdk/node.ts';
import { configureScript, firstLine, scriptFields } from '#app/sdk/script-params.ts';

const example = `// df: the first table, dfs: all tables, dfd: Danfo, params: your values
return df;`;

const params = z.object({
  code: z.string().max(500_000).default(example).meta({ title: 'Code', control: 'javascript', from: 'table', description: 'Ends with return: a DataFrame, a list of objects, or an object of columns.' }),
  ...scriptFields,
});

export type ScriptParams = z.output<typeof params>;

export const definition = defineNode({
  type: 'transform/script',
  version: 1,
  title: 'Script',
  summary: 'JavaScript over Danfo data frames, in a sandbox with limits.',
  keywords: ['javascript', 'js', 'code', 'danfo', 'danfo.js', 'dataframe', 'custom', 'function', 'program', 'snippet', 'Java Snippet', 'Developer', 'recipe', 'pandas'],
  inputs: [{ name: 'table', title: 'Tables', kind: 'table', arity: 'any', summary: 'Data frames of the code: df and dfs. Without any, the code makes a table.' }],
  outputs: [{ name: 'table', title: 'Result', kind: 'table', summary: 'What the code returns.' }],
  params,
  describe: ({ code }, say) => firstLine(code, '//', say),
  configure: ({ params }) => configureScript(params, 'return df;'),
});
