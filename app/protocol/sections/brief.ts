import { z } from 'zod';
import { briefSchema, goals } from '#app/brief/document.ts';
import { briefStepSchema } from '#app/brief/history.ts';
import { reasonCodes, techniqueIds } from '#app/brief/techniques.ts';
import { base } from '../base.ts';

const reason = z.object({ code: z.enum(reasonCodes), values: z.record(z.string(), z.union([z.string(), z.number()])).optional() });

/** What the project is for, and which techniques may do it. */
export const briefContract = {
  /** `history`: undo steps of earlier sessions, the first `position` of them applied; `forgotten` came before. */
  get: base.output(z.object({ brief: briefSchema, version: z.string(), history: z.array(briefStepSchema), position: z.int().min(0), forgotten: z.int().min(0) })),
  /** `entries` replace the history from `base` on, `position` of all are applied. `after`: versions that the brief may have been made on. Any other means that another window was quicker: `edited-elsewhere`. */
  save: base.input(z.object({ brief: briefSchema, after: z.array(z.string()), base: z.int().min(0), entries: z.array(briefStepSchema), position: z.int().min(0) })).output(z.object({ version: z.string() })),
  /** Techniques for the brief's goal, the best first, weighed by its data. */
  advise: base.input(z.object({ brief: briefSchema })).output(
    z.object({
      goal: z.enum(goals).nullable(),
      guessed: z.enum(goals).nullable(),
      columns: z.array(z.object({ name: z.string(), type: z.string() })),
      rows: z.number().nullable(),
      sampled: z.boolean(),
      advice: z.array(z.object({ id: z.enum(techniqueIds), fit: z.number(), reasons: z.array(reason), cautions: z.array(reason) })),
    }),
  ),
  /** What recent runs measured of the brief's metrics, oldest first. */
  standing: base.output(
    z.array(
      z.object({
        runId: z.string(),
        at: z.number(),
        pipelineId: z.string(),
        pipeline: z.string(),
        nodeId: z.string(),
        node: z.string(),
        metric: z.string(),
        value: z.number(),
        of: z.string().nullable(),
        met: z.boolean(),
      }),
    ),
  ),
  /** Makes a pipeline that tries a technique, on the brief's data or on sample data. */
  begin: base.input(z.object({ brief: briefSchema, goal: z.enum(goals), technique: z.enum(techniqueIds), title: z.string().min(1).max(200) })).output(z.object({ path: z.string() })),
};
