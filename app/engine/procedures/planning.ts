import type { Engine } from '../engine.ts';
import { freeDisk } from '../planning/limits.ts';
import type { Implementer } from './implementer.ts';

const never = new AbortController().signal;

/** Before a run: estimates; why tables are kept; what the disk holds. */
export function planningProcedures(os: Implementer, engine: Engine) {
  return {
    preflight: os.planning.preflight.handler(async ({ input, signal = never }) => {
      const found = await engine.preflight(input.document, input.to, signal);
      return { ...found, nodes: { ...found.nodes } };
    }),
    explain: os.planning.explain.handler(async ({ input, signal = never }) => (await engine.planner.explain(await engine.analyse(input.document, signal), signal)).flatMap(({ decision, ...rest }) => (decision === 'streamed' ? [] : [{ decision, ...rest }]))),
    storage: os.planning.storage.handler(async () => {
      const report = await engine.storage.report();
      return { ...report, held: report.held.map((one) => ({ ...one })), free: await freeDisk(engine.projectDir) };
    }),
    clean: os.planning.clean.handler(async ({ input }) => {
      engine.assertWritable();
      const freed = await engine.storage.clean(input);
      engine.audit({ action: 'storage.cleaned', subject: 'project', details: { ...input, ...freed } });
      return freed;
    }),
    limits: os.planning.limits.handler(() => engine.limits.now),
    setLimits: os.planning.setLimits.handler(async ({ input }) => {
      engine.assertWritable();
      const limits = await engine.limits.set(input, engine.database);
      engine.audit({ action: 'settings.limits', subject: 'project', details: input });
      return limits;
    }),
  };
}
