import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { issuePhrase } from '#app/core/issue-phrase.ts';
import { stableHash } from '#app/core/hash.ts';

/** What a project is for: one file, `project.brief.json`, beside its pipelines; readable text that goes through git. */

export const goals = ['classification', 'regression', 'clustering', 'forecasting', 'anomaly', 'text', 'image'] as const;
export type Goal = (typeof goals)[number];

export const constraintKinds = ['latency', 'explainability', 'privacy', 'fairness', 'memory', 'freshness', 'law', 'other'] as const;
export const levels = ['low', 'medium', 'high'] as const;
export const roles = ['owner', 'sponsor', 'data', 'builder', 'reviewer', 'operator'] as const;

const line = z.string().max(500);
const text = z.string().max(20_000);

export const briefMetricSchema = z.object({
  /** Canonical name (app/brief/metric-names.ts). */
  metric: z.string().min(1).max(80),
  target: z.number(),
});
export type BriefMetric = z.infer<typeof briefMetricSchema>;

export const briefSchema = z.object({
  format: z.literal('penstock-brief').default('penstock-brief'),
  version: z.literal(1).default(1),
  /** The problem, in the words of those who have it. Markdown. */
  problem: text.default(''),
  /** What is decided, by whom or what, with what the model says. Markdown. */
  decision: text.default(''),
  goal: z.enum(goals).nullable().default(null),
  /** Column to predict. */
  target: line.default(''),
  /** A file of the project to learn from; what the advice looks at. */
  data: line.default(''),
  /** The first stands for success; the rest must hold as well. */
  metrics: z.array(briefMetricSchema).max(12).default([]),
  costs: z
    .object({
      /** Cost of one row wrongly taken for the class looked for, and of one missed; in `unit`. */
      falsePositive: z.number().min(0).nullable().default(null),
      falseNegative: z.number().min(0).nullable().default(null),
      unit: z.string().max(40).default(''),
      /** Where errors are not of those two kinds: what a wrong answer costs, in words. */
      note: text.default(''),
    })
    .prefault({}),
  constraints: z.array(z.object({ kind: z.enum(constraintKinds), text: line })).max(50).default([]),
  people: z.array(z.object({ name: line, role: z.enum(roles), contact: line.default('') })).max(50).default([]),
  risks: z.array(z.object({ text: line, likelihood: z.enum(levels).default('medium'), impact: z.enum(levels).default('medium'), answer: line.default('') })).max(50).default([]),
  /** What the model is not for. Markdown. */
  notFor: text.default(''),
});

export type Brief = z.output<typeof briefSchema>;

export const emptyBrief = (): Brief => briefSchema.parse({});

/** @throws PenstockError `brief-invalid`, `brief-newer`, naming the place. */
export function parseBrief(content: string): Brief {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw new PenstockError('brief-invalid', `The project brief is not valid JSON: ${error instanceof Error ? error.message.replace(/\s+/g, ' ') : ''}.`, { remedy: 'Mend the file, or move it away to begin with an empty one.', cause: error });
  }
  return readBrief(value);
}

/** @throws PenstockError `brief-invalid`, `brief-newer`. */
export function readBrief(value: unknown): Brief {
  const version = z.looseObject({ version: z.number() }).safeParse(value);
  if (version.success && version.data.version > 1) throw new PenstockError('brief-newer', 'The project brief was written by a newer Penstock.', { remedy: 'Update Penstock; the file was left as it is.' });
  const result = briefSchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new PenstockError('brief-invalid', `The project brief is damaged at ${issue?.path.map(String).join('.') || 'its start'}: ${issuePhrase(issue, 'it')}.`, { remedy: 'Mend the file, or move it away to begin with an empty one.', cause: result.error });
}

/** Stable text: one field a line or a few, in the order of the schema, so that a difference reads well. */
export const serialiseBrief = (brief: Brief): string => `${JSON.stringify(briefSchema.parse(brief), null, 2)}\n`;

export const briefHash = (brief: Brief): string => stableHash(brief);

/** Nothing is said in it yet. */
export const isEmptyBrief = (brief: Brief): boolean => briefHash(brief) === briefHash(emptyBrief());
