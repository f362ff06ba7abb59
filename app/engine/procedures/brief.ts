import { judgeNodes } from '#app/brief/judge.ts';
import { adviceFor, techniquePipeline } from '../brief/advice.ts';
import type { Engine } from '../engine.ts';
import { addSample } from '../samples/templates.ts';
import type { Implementer } from './implementer.ts';

/** Runs whose numbers are shown beside the targets. */
const lookedAt = 60;
const never = new AbortController().signal;

/** The project's brief and the advice that follows from it. */
export function briefProcedures(os: Implementer, engine: Engine) {
  return {
    get: os.brief.get.handler(async () => {
      const opened = await engine.brief.open({ readOnly: engine.readOnly });
      return { ...opened, history: [...opened.history] };
    }),
    save: os.brief.save.handler(async ({ input }) => {
      engine.assertWritable();
      const { version, before } = await engine.brief.save(input.brief, input);
      const fields = Object.keys(input.brief).filter((field) => JSON.stringify(input.brief[field as keyof typeof input.brief]) !== JSON.stringify(before[field as keyof typeof before]));
      noteChange(engine, fields);
      return { version };
    }),
    advise: os.brief.advise.handler(async ({ input, signal = never }) => {
      const answer = await adviceFor(engine, input.brief, signal);
      return structuredClone(answer) as never;
    }),
    standing: os.brief.standing.handler(async () => {
      const targets = await engine.brief.targets();
      if (targets.length === 0) return [];
      return engine.store.records
        .list({ limit: lookedAt })
        .toReversed()
        .flatMap(({ runId, pipelineId, title, startedAt }) =>
          judgeNodes(targets, engine.store.records.get(runId)?.nodes ?? []).map(({ nodeId, node, metric, value, of, met }) => ({ runId, at: startedAt, pipelineId, pipeline: title, nodeId, node, metric, value, of, met })),
        );
    }),
    begin: os.brief.begin.handler(async ({ input, signal = never }) => {
      engine.assertWritable();
      return addSample(engine, await techniquePipeline(engine, input.brief, input.goal, input.technique, input.title, signal));
    }),
  };
}

/** A sentence is saved many times while it is typed: one record for the same fields in this time, in ms. */
const oneRecordMs = 10 * 60_000;

function noteChange(engine: Engine, fields: readonly string[]): void {
  if (fields.length === 0) return;
  const [last] = engine.store.audit.list({ action: 'brief.changed', limit: 1 });
  const known = last !== undefined && Date.now() - last.at < oneRecordMs && last.actor === engine.actor && Array.isArray(last.details['fields']) ? new Set<unknown>(last.details['fields']) : null;
  if (known !== null && fields.every((field) => known.has(field))) return;
  engine.audit({ action: 'brief.changed', subject: 'project:brief', details: { fields: [...fields] } });
}
