import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import type { ConfigureContext, ConfigureResult } from './node.ts';
import type { MetricItem, ModelValue, PortSpec, PortValue, Report, ReportBlock } from './ports.ts';

/** What the nodes that hand a model on have in common: their ports, the model's name, and what their reports say of it. */

export const modelInputs: readonly PortSpec[] = [{ name: 'model', title: 'Model', kind: 'model', arity: 'one', summary: 'The fitted model.' }];

export const reportOutputs: readonly PortSpec[] = [{ name: 'report', title: 'Report', kind: 'report', summary: 'What was written, and where.' }];

/** Part of file names and of addresses; the registry and the bundle writer refuse anything else. */
export const modelNameParam = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, 'may hold only letters, digits, hyphens and underscores, at most 63, and begins with a letter or digit')
  .default('model')
  .meta({ title: 'Name', description: 'Letters, digits, hyphens and underscores.', control: 'text', placeholder: 'churn-model' });

export const reportConfiguration = (): ConfigureResult => ({ outputs: { report: { kind: 'report' } } });

/** A name after the target, for a node that was just connected. */
export function suggestModelName(context: ConfigureContext<{ readonly name: string }>): { name: string } | null {
  const model = context.inputs['model']?.[0];
  if (model?.kind !== 'model' || model.signature === null || context.params.name !== 'model') return null;
  const name = model.signature.target.name.normalize('NFKD').replace(/[^A-Za-z0-9_-]+/g, '-').replace(/^[-_]+|-+$/g, '').slice(0, 50);
  return name === '' ? null : { name: `${name}-model` };
}

/** @throws PenstockError `input-missing`. */
export function modelOf(inputs: Readonly<Record<string, readonly PortValue[]>>): ModelValue {
  const model = inputs['model']?.[0];
  if (model?.kind === 'model') return model;
  throw new PenstockError('input-missing', 'There is no model to hand on.', { remedy: 'Connect the model output of a train node.', place: { port: 'model' } });
}

export const reportOf = (title: string, blocks: readonly ReportBlock[]): { report: { kind: 'report'; report: Report } } => ({ report: { kind: 'report', report: { title, blocks } } });

/** The model's own facts, for the end of a report: numbers measured while fitting, and the columns a caller must send. */
export function modelBlocks(model: ModelValue): ReportBlock[] {
  const metrics: MetricItem[] = [
    { name: 'rows', value: model.rows, format: 'count', help: 'Rows the model was trained on.' },
    ...Object.entries(model.metrics)
      .filter(([, value]) => Number.isFinite(value))
      .map(([name, value]): MetricItem => ({ name, value, format: 'number' })),
  ];
  return [
    { type: 'metrics', title: 'Measured while training', metrics },
    {
      type: 'table',
      title: 'Columns the model takes',
      columns: [
        { name: 'Column', type: 'string' },
        { name: 'Type', type: 'string' },
      ],
      rows: model.signature.inputs.map((column) => [column.name, column.type]),
    },
  ];
}

/** Text as inline code in Markdown, whatever characters it holds. */
export function codeSpan(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = text.startsWith('`') || text.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${text}${pad}${fence}`;
}
