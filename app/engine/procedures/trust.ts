import type { Engine } from '../engine.ts';
import { trustReport } from '../trust/report.ts';
import type { Implementer } from './implementer.ts';

/** Whether what came with the project may run as code. */
export function trustProcedures(os: Implementer, engine: Engine) {
  return {
    state: os.trust.state.handler(() => ({ restricted: engine.trust.restricted })),
    report: os.trust.report.handler(() => trustReport(engine)),
    give: os.trust.give.handler(async () => {
      engine.assertWritable();
      await engine.trust.give();
      return {};
    }),
    revoke: os.trust.revoke.handler(async () => {
      engine.assertWritable();
      await engine.trust.revoke();
      return {};
    }),
  };
}
