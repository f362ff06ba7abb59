import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cronTimes, nextTimes, timesBetween } from './cron.ts';

const iso = (cron: string, zone: string, from: string, count: number): string[] => nextTimes(cron, zone, Date.parse(from), count).map((at) => new Date(at).toISOString().slice(0, 16));

describe('times of a schedule at a change of clocks', () => {
  it.each([
    // 02:30 does not exist on 29 March: it comes at 03:00, the first moment after the gap, once.
    ['30 2 * * *', 'Europe/Berlin', '2026-03-27T12:00Z', ['2026-03-28T01:30', '2026-03-29T01:00', '2026-03-30T00:30']],
    // 02:30 comes twice on 25 October: the first counts.
    ['30 2 * * *', 'Europe/Berlin', '2026-10-23T12:00Z', ['2026-10-24T00:30', '2026-10-25T00:30', '2026-10-26T01:30']],
    ['30 2 * * *', 'America/New_York', '2026-03-06T12:00Z', ['2026-03-07T07:30', '2026-03-08T07:00', '2026-03-09T06:30']],
    ['30 1 * * *', 'America/New_York', '2026-10-30T12:00Z', ['2026-10-31T05:30', '2026-11-01T05:30', '2026-11-02T06:30']],
    // Lord Howe changes by half an hour.
    ['15 2 * * *', 'Australia/Lord_Howe', '2026-10-02T00:00Z', ['2026-10-02T15:45', '2026-10-03T15:30', '2026-10-04T15:15']],
    ['45 1 * * *', 'Australia/Lord_Howe', '2026-04-03T00:00Z', ['2026-04-03T14:45', '2026-04-04T14:45', '2026-04-05T15:15']],
    // With a star in the hour real time counts: 25 hours have 25 firings.
    ['0 * * * *', 'Europe/Berlin', '2026-10-24T23:30Z', ['2026-10-25T00:00', '2026-10-25T01:00', '2026-10-25T02:00']],
    // Two times of day in one gap are one moment, and it fires once.
    ['0,30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', ['2026-03-29T01:00', '2026-03-30T00:00', '2026-03-30T00:30']],
  ])('%s in %s', (cron, zone, from, expected) => {
    expect(iso(cron, zone, from, expected.length)).toEqual(expected);
  });

  it('are those of a search through every minute', () => {
    const minute = 60_000;
    const zones = { 'Europe/Berlin': ['2026-03-28T22:00Z', '2026-10-24T22:00Z'], 'America/New_York': ['2026-03-08T02:00Z', '2026-11-01T02:00Z'], 'Australia/Lord_Howe': ['2026-10-03T12:00Z', '2026-04-04T12:00Z'] };
    for (const [zone, days] of Object.entries(zones)) {
      const clock = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
      for (const from of days.map((day) => Date.parse(day))) {
        const readings = Array.from({ length: 8 * 60 }, (_, index) => ({ at: from + (index + 1) * minute, reading: clock.format(from + (index + 1) * minute) }));
        const day = (hours: readonly number[], minutes: readonly number[], elapsed: boolean): number[] => {
          const wanted = new Set(hours.flatMap((hour) => minutes.map((one) => `${String(hour).padStart(2, '0')}:${String(one).padStart(2, '0')}`)));
          const seen = new Set<string>();
          const found = new Set<number>();
          let last = -1;
          for (const { at, reading } of readings) {
            const now = Number(reading.slice(0, 2)) * 60 + Number(reading.slice(3));
            // Every wanted reading that the clock jumped over comes now.
            const jumped = !elapsed && last >= 0 && now > last ? Array.from({ length: now - last - 1 }, (_, index) => last + 1 + index) : [];
            for (const gone of jumped) if (wanted.has(`${String(Math.floor(gone / 60)).padStart(2, '0')}:${String(gone % 60).padStart(2, '0')}`)) found.add(at);
            if (wanted.has(reading) && (elapsed || !seen.has(reading))) found.add(at);
            seen.add(reading);
            last = now;
          }
          return [...found];
        };
        const until = from + 8 * 60 * minute;
        const given = (cron: string): number[] => nextTimes(cron, zone, from, 200).filter((at) => at <= until);
        const hours = [1, 2, 3];
        expect(given('0,15,30,45 1-3 * * *'), `${zone} fixed`).toEqual(day(hours, [0, 15, 30, 45], false));
        expect(given('30 2 * * *'), `${zone} once`).toEqual(day([2], [30], false));
        expect(given('*/15 * * * *'), `${zone} elapsed`).toEqual(day(Array.from({ length: 24 }, (_, hour) => hour), [0, 15, 30, 45], true));
      }
    }
  });

  it('go strictly forth, in every zone, from every moment', () => {
    fc.assert(
      fc.property(fc.constantFrom('30 2 * * *', '*/15 * * * *', '0,30 1-3 * * *', '45 1 * * 0', '0 0 1 * *'), fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'UTC', 'Asia/Kathmandu'), fc.integer({ min: 1_767_225_600_000, max: 1_830_000_000_000 }), (cron, zone, from) => {
        const found = nextTimes(cron, zone, from, 6);
        expect(found).toHaveLength(6);
        for (const [index, at] of found.entries()) expect(at).toBeGreaterThan(index === 0 ? from : (found[index - 1] ?? 0));
      }),
      { numRuns: 200 },
    );
  });
});

it('counts what lies between and keeps the last', () => {
  const times = cronTimes('0 * * * *', 'UTC');
  const from = Date.parse('2026-01-01T00:00Z');
  const all = timesBetween(times, from, from + 5 * 3_600_000, 2);
  expect(all).toEqual({ count: 5, first: from + 3_600_000, last: [from + 4 * 3_600_000, from + 5 * 3_600_000] });
  expect(timesBetween(times, from, from + 3_599_999, 2)).toEqual({ count: 0, first: null, last: [] });
  const capped = timesBetween(times, from, from + 1000 * 3_600_000, 3, 10);
  expect(capped.last.at(-1)).toBe(from + 1000 * 3_600_000);
});

it('says what is wrong with a schedule or a zone', () => {
  expect(() => cronTimes('99 * * * *', 'UTC')).toThrow(/“99 \* \* \* \*” is not a schedule: .*minute/);
  expect(() => cronTimes('* * * *', 'UTC')).toThrow(/4 fields instead of five/);
  expect(() => cronTimes('*/5 * * * * *', 'UTC')).toThrow(/6 fields instead of five/);
  expect(() => cronTimes('0 * * * *', 'Mars/Olympus')).toThrow(/“Mars\/Olympus” is not a time zone/);
  expect(nextTimes('0 0 31 2 *', 'UTC', 0, 1)).toEqual([]);
});
