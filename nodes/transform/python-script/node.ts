import { z } from 'zod';
import { defineNode } from '#app/sdk/node.ts';
import { configureScript, firstLine, scriptFields } from '#app/sdk/script-params.ts';

const example = `# df: the first table, dfs: all tables, pd: pandas, np: NumPy, params: your values
result = df`;

const params = z.object({
  code: z.string().max(500_000).default(example).meta({ title: 'Code', control: 'python', from: 'table', description: 'Assigns a table to result, or ends with return.' }),
  ...scriptFields,
  interpreter: z.string().max(1000).default('').meta({ title: 'Python', description: 'A path or name. Empty: the one that PENSTOCK_PYTHON names, else python3.', control: 'text', placeholder: 'python3', advanced: true }),
});

export type PythonScriptParams = z.output<typeof params>;

export const definition = defineNode({
  type: 'transform/python-script',
  version: 1,
  title: 'Python Script',
  summary: 'Python over pandas data frames, in a process of its own with limits.',
  keywords: ['python', 'py', 'pandas', 'numpy', 'code', 'dataframe', 'custom', 'function', 'program', 'snippet', 'Python Tool', 'recipe', 'scikit-learn'],
  inputs: [{ name: 'table', title: 'Tables', kind: 'table', arity: 'any', summary: 'Data frames of the code: df and dfs. Without any, the code makes a table.' }],
  outputs: [{ name: 'table', title: 'Result', kind: 'table', summary: 'What the code leaves in result.' }],
  params,
  describe: ({ code }, say) => firstLine(code, '#', say),
  configure: ({ params }) => configureScript(params, 'result = df'),
});
