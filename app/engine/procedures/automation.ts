import { nextTimes } from '#app/core/cron.ts';
import { PenstockError } from '#app/core/errors.ts';
import { learnContract } from '../contracts/learn.ts';
import type { Engine } from '../engine.ts';
import { timeline } from '../automation/timeline.ts';
import type { Implementer } from './implementer.ts';

const never = new AbortController().signal;

/** Schedules, triggers, their firings, and who is told. */
export function automationProcedures(os: Implementer, engine: Engine) {
  const { automation } = engine;
  return {
    list: os.automation.list.handler(async () => {
      const { permission } = automation;
      const titles = new Map((await engine.pipelines.list()).map(({ path, title }) => [path, title]));
      return {
        paused: permission.allowed ? null : permission.reason,
        parallel: automation.parallel,
        automations: automation.list().map((record) => ({
          id: record.id,
          spec: record.spec,
          enabled: record.enabled,
          createdAt: record.createdAt,
          nextAt: automation.nextDue(record),
          problem: automation.scheduler.problem(record.id),
          last: engine.store.automation.firings({ automationId: record.id, limit: 1 })[0] ?? null,
          pipelineTitle: titles.get(record.spec.pipeline) ?? null,
        })),
      };
    }),
    save: os.automation.save.handler(async ({ input }) => {
      const { record, token } = input.id === undefined ? await automation.create(input.spec, input) : await automation.update(input.id, input.spec);
      if (input.id !== undefined && input.enabled !== undefined && input.enabled !== record.enabled) await automation.setEnabled(record.id, input.enabled);
      return { id: record.id, token };
    }),
    setEnabled: os.automation.setEnabled.handler(async ({ input }) => {
      await automation.setEnabled(input.id, input.enabled);
      return {};
    }),
    remove: os.automation.remove.handler(({ input }) => {
      automation.remove(input.id);
      return {};
    }),
    fire: os.automation.fire.handler(({ input }) => ({ firingId: automation.fire(input.id)?.id ?? null })),
    firings: os.automation.firings.handler(({ input }) => engine.store.automation.firings(input)),
    timeline: os.automation.timeline.handler(({ input }) => timeline(engine, input.from, input.until)),
    next: os.automation.next.handler(({ input }) => ({ times: nextTimes(input.cron, input.timezone, Date.now(), input.count) })),
    setParallel: os.automation.setParallel.handler(({ input }) => {
      automation.setParallel(input.parallel);
      return {};
    }),
    watch: os.automation.watch.handler(({ signal }) => automation.changes.stream(AbortSignal.any([signal ?? never, engine.closing]))),
    notices: os.automation.notices.handler(({ signal }) => automation.notices.stream(AbortSignal.any([signal ?? never, engine.closing]))),
    learnContract: os.automation.learnContract.handler(async ({ input, signal = never }) => {
      const node = input.document.nodes.find(({ id }) => id === input.nodeId);
      if (node === undefined) throw new PenstockError('unknown-node', `The pipeline has no node “${input.nodeId}”.`, { place: { nodeId: input.nodeId } });
      return { params: { ...(await learnContract(engine, input.document, node, signal)) } };
    }),
    channels: os.automation.channels.handler(() => automation.listChannels()),
    saveChannel: os.automation.saveChannel.handler(async ({ input }) => {
      await automation.saveChannel(input.channel, input.secret, input.previous);
      return {};
    }),
    removeChannel: os.automation.removeChannel.handler(async ({ input }) => {
      await automation.removeChannel(input.name);
      return {};
    }),
    testChannel: os.automation.testChannel.handler(async ({ input }) => {
      await automation.testChannel(input.name);
      return {};
    }),
  };
}
