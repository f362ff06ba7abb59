import { z } from 'zod';
import { modelInputs, modelNameParam, reportConfiguration, suggestModelName } from '#app/sdk/deployment.ts';
import { defineNode } from '#app/sdk/node.ts';

export const paramsSchema = z.object({
  name: modelNameParam,
  use: z.string().max(5000).default('').meta({ title: 'Intended use', description: 'What the model is for, and who uses it. Empty: what the project brief says.', control: 'textarea' }),
  limits: z.string().max(5000).default('').meta({ title: 'Not for', description: 'What it must not be used for. Stands beside what the brief says.', control: 'textarea' }),
  ethics: z.string().max(5000).default('').meta({ title: 'Ethical considerations', description: 'Who could be harmed, and what was done about it.', control: 'textarea' }),
  format: z
    .enum(['none', 'html', 'md', 'json', 'cyclonedx'])
    .default('none')
    .meta({ title: 'Write a file', control: 'select', labels: { none: 'No', html: 'HTML', md: 'Markdown', json: 'JSON', cyclonedx: 'Bill of materials (CycloneDX)' } }),
  path: z
    .string()
    .max(1000)
    .default('exports/model-card.html')
    .meta({ title: 'File', description: 'Where the file goes; a relative path is inside the project.', control: 'text', placeholder: 'exports/model-card.html', visibleWhen: { param: 'format', in: ['html', 'md', 'json', 'cyclonedx'] } }),
});

export type Params = z.output<typeof paramsSchema>;

export const definition = defineNode({
  type: 'deploy/model-card',
  version: 1,
  title: 'Model Card',
  summary: 'Says what a model is for, what it was made of, how well it does and where its limits are, on a page and as a file.',
  keywords: ['documentation', 'report', 'fact sheet', 'governance', 'bill of materials', 'SBOM', 'CycloneDX', 'AI act', 'transparency', 'datasheet'],
  inputs: [...modelInputs, { name: 'evaluation', title: 'Evaluation', kind: 'evaluation', arity: 'optional', summary: 'What was measured, to stand in the card.' }],
  outputs: [{ name: 'report', title: 'Report', kind: 'report', summary: 'The card.' }],
  params: paramsSchema,
  describe: ({ name, format, path }, say) => (format === 'none' ? say`of ${name}` : path.length > 55 ? `…${path.slice(-54)}` : path),
  configure: (context) => {
    const { format, path } = context.params;
    if (format === 'none' || path.trim() !== '') return reportConfiguration();
    return { ...reportConfiguration(), diagnostics: [{ severity: 'error', code: 'param-missing', message: 'The file has no name.', remedy: 'Enter a path, or write no file.', place: { param: ['path'] } }] };
  },
  suggest: suggestModelName,
});
