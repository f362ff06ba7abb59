import path from 'node:path';
import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { issuePhrase } from '#app/core/issue-phrase.ts';
import { readProjectText } from '#app/sealing/files.ts';

export const ciFile = 'penstock.ci.json';

const limitSchema = z.strictObject({
  /** How much worse it may be than on the base, in its own unit. */
  tolerance: z.number().min(0).optional(),
  /** It must be no worse than this, whatever the base has. */
  limit: z.number().optional(),
  /** Which way is better; by its name where this is left out. */
  better: z.enum(['higher', 'lower']).optional(),
});
export type MetricLimit = z.output<typeof limitSchema>;

const settingsSchema = z.strictObject({
  /** Branch to compare with. */
  base: z.string().optional(),
  /** Rows taken of each source; 0: all. */
  sample: z.int().min(0).default(10_000),
  seed: z.int().min(0).default(42),
  /** Of metrics that `metrics` does not name. */
  tolerance: z.number().min(0).default(0.02),
  /** By a metric's name, or by `Node title · name`. */
  metrics: z.record(z.string(), limitSchema).default({}),
  /** Paths of pipelines that are left out. */
  ignore: z.array(z.string()).default([]),
  /** Whether a leak fails the check, or is only told. */
  leaks: z.enum(['fail', 'warn']).default('fail'),
  /** Seconds a pipeline may take, on each side. */
  timeout: z.number().min(1).default(1800),
});
export type CiSettings = z.output<typeof settingsSchema>;

/** `penstock.ci.json` of a project, or its defaults. @throws PenstockError `ci-settings`, naming what is wrong. */
export async function readSettings(projectDir: string): Promise<CiSettings> {
  const file = path.join(projectDir, ciFile);
  let value: unknown = {};
  try {
    value = JSON.parse(await readProjectText(file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw new PenstockError('ci-settings', `${ciFile} is not JSON.`, { remedy: 'Correct it, or remove it for the defaults.', place: { file }, cause: error });
  }
  const parsed = settingsSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new PenstockError('ci-settings', `${ciFile} is wrong${issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.map(String).join('.')}`}: ${issuePhrase(issue, 'it')}.`, { remedy: 'Correct it; docs/guide/automation.md has its fields.', place: { file } });
}
