import { Cron } from 'croner';
import { PenstockError } from './errors.ts';

/**
 * Times of a schedule. Five fields (minute, hour, day of the month, month, weekday) in a time zone of the IANA database.
 *
 * At a change of clocks: a time of day that is left out comes at the first moment after the gap; one that comes twice counts at its
 * first coming. Schedules with `*` in the hour go by elapsed time: each real minute or hour counts (as Vixie cron does since 4.0).
 */
export interface CronTimes {
  /** First due time strictly after a moment (Unix ms); null when there is none any more. */
  after(at: number): number | null;
}

const kept = new Map<string, CronTimes>();

/** @throws PenstockError `cron-invalid`, `timezone-unknown`, each with what is wrong. */
export function cronTimes(cron: string, timezone: string): CronTimes {
  const key = `${timezone}\n${cron}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  const made = parse(cron.trim(), timezone);
  if (kept.size > 500) kept.clear();
  kept.set(key, made);
  return made;
}

function parse(cron: string, timezone: string): CronTimes {
  assertTimezone(timezone);
  const fields = cron.split(/\s+/);
  if (!cron.startsWith('@') && fields.length !== 5) {
    throw invalid(cron, `it has ${fields.length} ${fields.length === 1 ? 'field' : 'fields'} instead of five`);
  }
  try {
    const pattern = new Cron(cron, { timezone: 'UTC', paused: true, mode: '5-part' });
    // The library finds times on a clock that never changes; where that clock stands in real time is worked out here, because at a
    // change of clocks it leaves days out (`0,30 2 * * *`) or not depending on the pattern.
    const wall: Wall = (at) => pattern.nextRun(new Date(at))?.getTime() ?? null;
    const offset = offsetOf(timezone);
    const elapsed = cron.startsWith('@hourly') || (!cron.startsWith('@') && fields[1]?.startsWith('*') === true);
    // Between two due times every moment has the same answer, and schedulers ask at many of them.
    let last: { readonly from: number; readonly found: number | null } | null = null;
    return {
      after(at) {
        if (last === null || at < last.from || (last.found !== null && at >= last.found)) last = { from: at, found: nextInstant(wall, offset, elapsed, at) };
        return last.found;
      },
    };
  } catch (error) {
    throw invalid(cron, (error instanceof Error ? error.message : String(error)).replace(/^Cron\w*:\s*/, '').replace(/\.$/, ''));
  }
}

/** Next reading of a clock without zone, strictly after one, both as if they were UTC. */
type Wall = (at: number) => number | null;

/** @param elapsed real time counts: nothing comes for hours that are left out, both comings of those that come twice. */
function nextInstant(wall: Wall, offset: (at: number) => number, elapsed: boolean, after: number): number | null {
  // `from`: the reading that the next one must lie after; `at`: a moment from which on the offset is looked at.
  let at = after;
  let from = after + offset(after);
  // Two changes of clocks never lie between two due times of less than half a year; rarer schedules take a round each.
  for (let round = 0; round < 500; round += 1) {
    const before = offset(at);
    const reading = wall(from);
    if (reading === null) return null;
    const found = reading - before;
    const change = changeBetween(offset, at, found);
    if (change === null) {
      if (elapsed || !isSecondComing(offset, reading, found)) return found;
      at = found;
      from = reading;
      continue;
    }
    const now = offset(change);
    if (now > before) {
      // Readings from `change + before` up to `change + now` do not exist.
      if (!elapsed && reading <= change + now) return change;
      from = change + now - 1;
    } else from = (elapsed ? change + now : change + before) - 1;
    at = change;
    if (elapsed) continue;
    // What is read before the end of the repeated time was due at its first coming.
    from = Math.max(from, change + Math.max(before, now) - 1);
  }
  return null;
}

function isSecondComing(offset: (at: number) => number, reading: number, found: number): boolean {
  const earlier = reading - offset(found - 3 * 3_600_000);
  return earlier < found && earlier + offset(earlier) === reading;
}

/** First moment in `(from, to]` with another offset than at `from`; null when it stays. To the second. */
function changeBetween(offset: (at: number) => number, from: number, to: number): number | null {
  const before = offset(from);
  // A zone may change and change back within the span; steps of a month find each.
  for (let low = from; low < to; ) {
    const high = Math.min(to, low + 28 * 86_400_000);
    if (offset(high) === before) {
      low = high;
      continue;
    }
    let [same, other] = [low, high];
    while (other - same > 1000) {
      const middle = Math.floor((same + other) / 2000) * 1000;
      if (middle <= same) break;
      if (offset(middle) === before) same = middle;
      else other = middle;
    }
    return Math.floor(other / 1000) * 1000;
  }
  return null;
}

/** Local time minus UTC at a moment, in ms. */
function offsetOf(timezone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' });
  return (at) => {
    const text = format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
    const [, sign, hours = '0', minutes = '0', seconds = '0'] = /GMT([+-])(\d+):?(\d+)?:?(\d+)?/.exec(text) ?? [];
    if (sign === undefined) return 0;
    return (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  };
}

function invalid(cron: string, why: string): PenstockError {
  return new PenstockError('cron-invalid', `“${cron}” is not a schedule: ${why}.`, { remedy: 'Write five fields, as in 30 2 * * 1-5: minute, hour, day of the month, month, weekday.' });
}

/** @throws PenstockError `timezone-unknown`. */
export function assertTimezone(timezone: string): void {
  try {
    Intl.DateTimeFormat('en', { timeZone: timezone });
  } catch {
    throw new PenstockError('timezone-unknown', `“${timezone}” is not a time zone.`, { remedy: 'Write one as in Europe/Berlin, America/New_York or UTC.' });
  }
}

/** The next due times after a moment, at most `count`. */
export function nextTimes(cron: string, timezone: string, after: number, count: number): number[] {
  const times = cronTimes(cron, timezone);
  const found: number[] = [];
  for (let at = times.after(after); at !== null && found.length < count; at = times.after(at)) found.push(at);
  return found;
}

/**
 * Due times in `(after, until]`: all of their number, and the last `keep` of them. Long absences are counted without keeping each; beyond
 * `most` the count stops, and only then is it a lower bound.
 */
export function timesBetween(times: CronTimes, after: number, until: number, keep: number, most = 50_000): { readonly count: number; readonly first: number | null; readonly last: readonly number[] } {
  let count = 0;
  let first: number | null = null;
  let last: number[] = [];
  for (let at = times.after(after); at !== null && at <= until; at = times.after(at)) {
    first ??= at;
    count += 1;
    last.push(at);
    if (last.length > 2 * keep) last = last.slice(-keep);
    if (count >= most) {
      // From here on only the end matters: what lies within two days of it.
      const near = Math.max(at, until - 2 * 86_400_000);
      for (let later = times.after(near); later !== null && later <= until; later = times.after(later)) {
        last.push(later);
        if (last.length > 2 * keep) last = last.slice(-keep);
      }
      break;
    }
  }
  return { count, first, last: keep === 0 ? [] : last.slice(-keep) };
}
