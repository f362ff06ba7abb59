import { nextTimes } from '#app/core/cron.ts';
import type { NodeExecutor } from '#app/sdk/node.ts';
import { onClock, type Params } from './node.ts';

const shown = 5;

/** The engine keeps the schedule whenever the pipeline is saved or run; this tells when it is due. */
export const executor: NodeExecutor<Params> = {
  fingerprint: () => Promise.resolve('never'),
  run({ params: { cron, timezone, enabled } }) {
    const times = enabled ? nextTimes(cron, timezone, Date.now(), shown) : [];
    const words = enabled ? `This pipeline runs at \`${cron}\`, on a clock in ${timezone}, while Penstock has the project open.` : 'The schedule is switched off.';
    return Promise.resolve({
      report: {
        kind: 'report',
        report: {
          title: 'Schedule',
          blocks: [
            { type: 'text', markdown: words },
            ...(times.length === 0 ? [] : [{ type: 'table' as const, title: 'The next times', columns: [{ name: 'time', type: 'string' as const }, { name: 'zone', type: 'string' as const }], rows: times.map((at) => [onClock(at, timezone), timezone]) }]),
          ],
        },
      },
    });
  },
};
