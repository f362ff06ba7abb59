import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { nextTimes } from '#app/core/cron.ts';
import { retryWait } from './backoff.ts';
import { cron, openHarness, settle, type Harness } from './testing.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

let open: Harness | null = null;
const harness = (...args: Parameters<typeof openHarness>): Harness => (open = openHarness(...args));
afterEach(() => {
  open?.close();
  open = null;
});

const starts = ({ runs }: Harness): string[] => runs.map(({ startedAt }) => new Date(startedAt).toISOString().slice(0, 16));

describe('a schedule', () => {
  it.each([
    ['30 2 * * *', 'Europe/Berlin', '2026-03-28T00:00Z', 2, ['2026-03-28T01:30', '2026-03-29T01:00']],
    ['30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00Z', 2, ['2026-10-25T00:30', '2026-10-26T01:30']],
    ['30 1 * * *', 'America/New_York', '2026-10-31T12:00Z', 2, ['2026-11-01T05:30', '2026-11-02T06:30']],
    ['30 2 * * *', 'America/New_York', '2026-03-07T12:00Z', 2, ['2026-03-08T07:00', '2026-03-09T06:30']],
    ['45 1 * * *', 'Australia/Lord_Howe', '2026-04-04T00:00Z', 2, ['2026-04-04T14:45', '2026-04-05T15:15']],
    ['15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T00:00Z', 2, ['2026-10-03T15:30', '2026-10-04T15:15']],
  ])('%s in %s fires once a day over a change of clocks', async (text, zone, from, days, expected) => {
    const h = harness(from, { runMs: 1000 });
    h.add({ trigger: cron(text, zone) });
    h.scheduler.start();
    await h.clock.pass(days * day);
    expect(starts(h)).toEqual(expected);
    expect(h.firings().every(({ state }) => state === 'succeeded')).toBe(true);
  });

  it('fires once for a due time although the clock is set back over it', async () => {
    const h = harness('2026-01-01T11:59:00Z', { runMs: 1000 });
    h.add({ trigger: cron('0 12 * * *') });
    h.scheduler.start();
    await h.clock.pass(5 * minute);
    h.clock.set('2026-01-01T11:50:00Z');
    await h.clock.pass(hour);
    expect(h.runs).toHaveLength(1);
    await h.clock.pass(day);
    expect(h.runs).toHaveLength(2);
  });

  it('goes on firing after a clock that was a year ahead is set right', async () => {
    const h = harness('2026-01-01T11:00:00Z', { runMs: 1000 });
    h.add({ trigger: cron('0 12 * * *'), misfire: { policy: 'skip', limit: 1 } });
    h.scheduler.start();
    h.clock.set('2027-01-01T11:00:00Z');
    await h.clock.pass(minute);
    expect(h.firings().map(({ state, missed }) => [state, missed])).toEqual([['skipped', 365]]);
    h.clock.set('2026-01-01T11:02:00Z');
    await h.clock.pass(2 * day);
    expect(h.runs.map(({ dueKey }) => dueKey)).toEqual(['time:2026-01-01T12:00:00.000Z', 'time:2026-01-02T12:00:00.000Z']);
  });

  it.each([
    ['skip', [], 5],
    ['once', ['time:2026-01-01T17:00:00.000Z'], 4],
    ['all', ['time:2026-01-01T15:00:00.000Z', 'time:2026-01-01T16:00:00.000Z', 'time:2026-01-01T17:00:00.000Z'], 2],
  ] as const)('missed while the machine slept: %s', async (policy, expected, left) => {
    const h = harness('2026-01-01T12:30:00Z', { runMs: 1000 });
    const { id } = h.add({ trigger: cron('0 * * * *'), misfire: { policy, limit: 3 } });
    h.scheduler.start();
    h.clock.sleep(5 * hour);
    await h.clock.pass(10 * minute);
    expect(h.runs.map(({ dueKey }) => dueKey)).toEqual(expected);
    const skipped = h.firings(id).filter(({ state }) => state === 'skipped');
    expect(skipped.map(({ missed }) => missed)).toEqual([left]);
    expect(skipped[0]?.reason).toMatch(/due times passed while nothing could run/);
  });

  it('that is switched off, or was, makes up for nothing', async () => {
    const h = harness('2026-01-01T12:30:00Z', { runMs: 1000 });
    const { id } = h.add({ trigger: cron('0 * * * *') }, false);
    h.scheduler.start();
    await h.clock.pass(3 * hour);
    h.store.automation.update(id, { enabled: true, now: h.clock.now() });
    h.scheduler.tick();
    await h.clock.pass(minute);
    expect(h.firings()).toEqual([]);
    await h.clock.pass(hour);
    expect(h.runs).toHaveLength(1);
  });
});

describe('a firing', () => {
  it('tries again after waits that double, and says which attempt failed', async () => {
    const h = harness('2026-01-01T11:59:30Z', { runMs: 1000, outcome: ({ runId }) => (runId === 'r2' ? 'succeeded' : 'failed') });
    const { id } = h.add({ trigger: cron('0 12 * * *'), retry: { times: 3, seconds: 60, atMost: 3600 } });
    h.scheduler.start();
    await h.clock.pass(35_000);
    const [waiting] = h.firings(id);
    expect(waiting).toMatchObject({ state: 'waiting', reason: 'Attempt 1 of 4 failed: “Step” failed: no rows.' });
    expect((waiting?.notBefore ?? 0) - (waiting?.attempts[0]?.endedAt ?? 0)).toBe(retryWait({ times: 3, seconds: 60, atMost: 3600 }, waiting?.id ?? '', 1));
    await h.clock.pass(10 * minute);
    expect(h.firings(id)[0]).toMatchObject({ state: 'succeeded', attempts: [{ outcome: 'failed' }, { outcome: 'failed' }, { outcome: 'succeeded' }] });
  });

  it('gives up after its attempts', async () => {
    const h = harness('2026-01-01T11:59:30Z', { runMs: 1000, outcome: () => 'failed' });
    const { id } = h.add({ trigger: cron('0 12 * * *'), retry: { times: 2, seconds: 1, atMost: 2 } });
    h.scheduler.start();
    await h.clock.pass(hour);
    expect(h.firings(id)[0]).toMatchObject({ state: 'failed', reason: '“Step” failed: no rows.' });
    expect(h.runs).toHaveLength(3);
  });

  it('is stopped after its time by the monotonic clock, whatever the wall clock does', async () => {
    const h = harness('2026-01-01T11:59:30Z');
    const { id } = h.add({ trigger: cron('0 12 * * *'), timeout: 600 });
    h.scheduler.start();
    await h.clock.pass(minute);
    h.clock.set('2026-01-01T14:00:00Z');
    await h.clock.pass(5 * minute);
    expect(h.runs[0]?.cancelled).toBe(false);
    await h.clock.pass(6 * minute);
    expect(h.runs[0]?.cancelled).toBe(true);
    expect(h.firings(id)[0]).toMatchObject({ state: 'timed-out', reason: 'It took longer than 10 min 00 s and was stopped.' });
  });

  it.each([
    ['skip', ['succeeded', 'skipped'], 1],
    ['queue', ['succeeded', 'running'], 2],
    ['replace', ['cancelled', 'running'], 2],
  ] as const)('that comes while the one before runs: %s', async (overlap, states, runs) => {
    const h = harness('2026-01-01T11:59:30Z');
    const { id } = h.add({ trigger: cron('*/30 * * * *'), overlap });
    h.scheduler.start();
    await h.clock.pass(31 * minute);
    h.runs[0]?.end('succeeded');
    await settle();
    expect(h.firings(id).map(({ state }) => state)).toEqual(states);
    expect(h.runs).toHaveLength(runs);
  });

  it('waits for a free place, and for somebody else’s run of its pipeline', async () => {
    const h = harness('2026-01-01T11:59:30Z', { parallel: 1 });
    const first = h.add({ trigger: cron('0 12 * * *') });
    const second = h.add({ trigger: cron('0 12 * * *'), pipeline: 'pipelines/b.pipeline.json' });
    h.busy.add('pipelines/a.pipeline.json');
    h.scheduler.start();
    await h.clock.pass(minute);
    expect(h.firings(first.id)[0]).toMatchObject({ state: 'waiting', reason: 'Waits for another run of the pipeline.' });
    expect(h.firings(second.id)[0]?.state).toBe('running');
    h.busy.clear();
    await h.clock.pass(minute);
    expect(h.firings(first.id)[0]).toMatchObject({ state: 'waiting', reason: 'Waits for a free place: 1 scheduled run is under way.' });
    h.runs[0]?.end('succeeded');
    await settle();
    expect(h.firings(first.id)[0]?.state).toBe('running');
  });
});

describe('after a kill', () => {
  it.each([
    ['skip', 'cancelled', 1],
    ['once', 'running', 2],
    ['all', 'running', 2],
  ] as const)('a firing under way: %s', async (policy, state, runs) => {
    const h = harness('2026-01-01T11:59:30Z');
    const { id } = h.add({ trigger: cron('0 12 * * *'), misfire: { policy, limit: 5 } });
    h.scheduler.start();
    await h.clock.pass(minute);
    expect(h.firings(id)[0]?.state).toBe('running');
    h.restart();
    await settle();
    const [firing, ...others] = h.firings(id);
    expect(others).toEqual([]);
    expect(firing).toMatchObject({ state, attempts: [{ outcome: 'interrupted', reason: 'Penstock stopped while it ran.' }, ...(runs === 2 ? [{ outcome: null }] : [])] });
    expect(h.runs).toHaveLength(runs);
  });
});

it('waits are spread by at most a fifth, and are the same for the same firing', () => {
  const retry = { times: 5, seconds: 10, atMost: 60 };
  for (const [failed, whole] of [[1, 10], [2, 20], [3, 40], [4, 60], [9, 60]] as const) {
    const wait = retryWait(retry, 'f', failed);
    expect(wait).toBeGreaterThanOrEqual(whole * 800);
    expect(wait).toBeLessThanOrEqual(Math.min(60, whole * 1.2) * 1000);
    expect(retryWait(retry, 'f', failed)).toBe(wait);
  }
});

const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata'];
const patterns = ['0 * * * *', '*/20 * * * *', '30 2 * * *', '0,30 1-3 * * *', '15 */6 * * 1-5', '45 1 * * 0'];
/** Around the changes of clocks of 2026, where mistakes would be. */
const beginnings = ['2026-03-28T20:00Z', '2026-10-24T20:00Z', '2026-03-08T02:00Z', '2026-11-01T02:00Z', '2026-04-04T10:00Z', '2026-10-03T10:00Z', '2026-06-15T10:07Z'];
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 5 * hour }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('sleep' as const), ms: fc.integer({ min: 1, max: 30 * hour }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('back' as const), ms: fc.integer({ min: 1, max: 3 * hour }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('kill' as const), ms: fc.integer({ min: 0, max: 10 * hour }) }) },
);

/** Weekly patterns have few times where others have hundreds. */
function timesUntil(pattern: string, zone: string, from: number, until: number): number[] {
  for (let count = 16; ; count *= 4) {
    const times = nextTimes(pattern, zone, from, count);
    if ((times.at(-1) ?? until) > until) return times.filter((at) => at <= until);
  }
}

it('each due time fires at most once, and none is lost beyond the policy, whatever clocks and kills do', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...patterns), fc.constantFrom(...zones), fc.constantFrom(...beginnings), fc.constantFrom('skip' as const, 'once' as const, 'all' as const), fc.array(step, { minLength: 1, maxLength: 12 }), async (pattern, zone, from, policy, steps) => {
      const h = openHarness(from, { runMs: 1000 });
      try {
        const { id } = h.add({ trigger: cron(pattern, zone), misfire: { policy, limit: 4 } });
        h.scheduler.start();
        const begun = h.clock.now();
        let furthest = begun;
        let wentBack = false;
        for (const { kind, ms } of steps) {
          if (kind === 'pass') await h.clock.pass(ms);
          else if (kind === 'sleep') h.clock.sleep(ms);
          else if (kind === 'back') {
            wentBack = true;
            h.clock.set(h.clock.now() - ms);
          } else {
            h.clock.sleep(ms);
            h.restart();
          }
          furthest = Math.max(furthest, h.clock.now());
        }
        await h.clock.pass(40_000);
        furthest = Math.max(furthest, h.clock.now());
        const firings = h.firings(id);
        // At most once: no two firings for one due time, and no firing with two attempts that count.
        const times = firings.filter(({ dueKey }) => dueKey.startsWith('time:'));
        expect(new Set(times.map(({ dueAt }) => dueAt)).size).toBe(times.length);
        for (const { attempts } of firings) expect(attempts.filter(({ outcome }) => outcome !== 'interrupted').length).toBeLessThanOrEqual(1);
        // Only due times of the schedule.
        const all = timesUntil(pattern, zone, begun, furthest);
        const due = new Set(all);
        if (!wentBack) for (const { dueAt } of firings) expect(due.has(dueAt)).toBe(true);
        // None is lost: those that fired and those that were left out, with their number, are all there were.
        const fired = times.length;
        const leftOut = firings.filter(({ dueKey }) => dueKey.startsWith('missed:')).reduce((sum, { missed }) => sum + missed, 0);
        if (!wentBack) expect(fired + leftOut).toBe(all.length);
        else expect(fired + leftOut).toBeGreaterThanOrEqual(all.filter((at) => at <= h.clock.now()).length);
      } finally {
        h.close();
      }
    }),
    { numRuns: 30 },
  );
}, 120_000);
