import { z } from 'zod';
import { cronTimes, nextTimes } from '#app/core/cron.ts';
import { toDiagnostic, type Diagnostic } from '#app/core/errors.ts';
import { defineNode } from '#app/sdk/node.ts';

export const paramsSchema = z.object({
  cron: z.string().max(200).default('0 6 * * *').meta({ title: 'Schedule', control: 'text', placeholder: '30 2 * * 1-5', description: 'Minute, hour, day of the month, month, weekday.' }),
  timezone: z.string().max(100).default('UTC').meta({ title: 'Time zone', control: 'text', placeholder: 'Europe/Berlin', description: 'The times of day are read on a clock there.' }),
  enabled: z.boolean().default(true).meta({ title: 'Switched on', control: 'switch' }),
  misfire: z
    .enum(['once', 'skip', 'all'])
    .default('once')
    .meta({ title: 'Missed times', control: 'select', labels: { once: 'Make up for them with one run', skip: 'Leave them out', all: 'Make up for each, the last few' }, description: 'Times that passed while Penstock was closed or the machine slept.', advanced: true }),
  overlap: z
    .enum(['queue', 'skip', 'replace'])
    .default('queue')
    .meta({ title: 'While the run before goes on', control: 'select', labels: { queue: 'Wait for it', skip: 'Leave this one out', replace: 'Cancel it' }, advanced: true }),
  retries: z.int().min(0).max(20).default(0).meta({ title: 'Further attempts after a failure', control: 'number', min: 0, max: 20, advanced: true }),
  timeout: z.number().min(0).max(43_200).default(0).meta({ title: 'Cancel after', control: 'number', unit: 'min', min: 0, description: '0: never.', advanced: true }),
});
export type Params = z.output<typeof paramsSchema>;

/** What is wrong with the schedule or its zone, at its param. */
export function problemOf({ cron, timezone }: Pick<Params, 'cron' | 'timezone'>): Diagnostic | null {
  try {
    cronTimes(cron, timezone);
    return null;
  } catch (error) {
    const diagnostic = toDiagnostic(error);
    return { ...diagnostic, place: { param: [diagnostic.code === 'timezone-unknown' ? 'timezone' : 'cron'] } };
  }
}

/** `2026-03-29 02:30` on the clock of a zone. */
export function onClock(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' }).format(at);
}

export const definition = defineNode({
  type: 'deploy/schedule',
  version: 1,
  title: 'Schedule',
  summary: 'Says on the canvas when this pipeline runs by itself.',
  keywords: ['cron', 'timer', 'automation', 'nightly', 'job', 'every day'],
  inputs: [],
  outputs: [{ name: 'report', title: 'Report', kind: 'report' }],
  params: paramsSchema,
  describe(params, say) {
    if (problemOf(params) !== null) return say`not a schedule yet`;
    if (!params.enabled) return say`${params.cron}, switched off`;
    const [next] = nextTimes(params.cron, params.timezone, Date.now(), 1);
    return next === undefined ? say`${params.cron}, never` : say`${params.cron}, next ${onClock(next, params.timezone)}`;
  },
  configure({ params }) {
    const problem = problemOf(params);
    return { outputs: { report: { kind: 'report' } }, diagnostics: problem === null ? [] : [problem] };
  },
});
