import type { RecentSlot } from '#app/core/serving.ts';

/** Numbers of the last minutes, in slots of seconds: what a page draws, without anybody having to collect it. */

/** Bounds of latency buckets in ms: each 15 % above the one before, from 0.02 ms to about a minute. */
const growth = 1.15;
const lowest = 0.02;
const buckets = 108;
const slotSeconds = 5;
const keptSlots = 60;

interface Slot {
  readonly at: number;
  requests: number;
  errors: number;
  rejected: number;
  readonly counts: Uint32Array;
}

export class Recent {
  readonly #slots: Slot[] = [];
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  add(ms: number, isError: boolean): void {
    const slot = this.#slot();
    slot.requests += 1;
    if (isError) slot.errors += 1;
    const bucket = ms <= lowest ? 0 : Math.min(buckets - 1, Math.ceil(Math.log(ms / lowest) / Math.log(growth)));
    slot.counts[bucket] = (slot.counts[bucket] ?? 0) + 1;
  }

  reject(): void {
    this.#slot().rejected += 1;
  }

  /** Oldest first; slots without requests are there, too. */
  history(): RecentSlot[] {
    const last = this.#start();
    return Array.from({ length: keptSlots }, (_unused, i) => {
      const at = last - (keptSlots - 1 - i) * slotSeconds * 1000;
      const slot = this.#slots.find((one) => one.at === at);
      return summary(at, slot === undefined ? [] : [slot], slotSeconds);
    });
  }

  /** Of the last whole minute or so. */
  now(): RecentSlot {
    const from = this.#start() - 12 * slotSeconds * 1000;
    return summary(from, this.#slots.filter(({ at }) => at >= from), (this.#now() - from) / 1000);
  }

  #start(): number {
    const size = slotSeconds * 1000;
    return Math.floor(this.#now() / size) * size;
  }

  #slot(): Slot {
    const at = this.#start();
    const last = this.#slots.at(-1);
    if (last?.at === at) return last;
    const slot: Slot = { at, requests: 0, errors: 0, rejected: 0, counts: new Uint32Array(buckets) };
    this.#slots.push(slot);
    if (this.#slots.length > keptSlots) this.#slots.shift();
    return slot;
  }
}

function summary(at: number, slots: readonly Slot[], seconds: number): RecentSlot {
  const counts = new Uint32Array(buckets);
  let [requests, errors, rejected] = [0, 0, 0];
  for (const slot of slots) {
    requests += slot.requests;
    errors += slot.errors;
    rejected += slot.rejected;
    for (let i = 0; i < buckets; i += 1) counts[i] = (counts[i] ?? 0) + (slot.counts[i] ?? 0);
  }
  const quantile = (share: number): number | null => {
    if (requests === 0) return null;
    let left = Math.ceil(share * requests);
    for (let i = 0; i < buckets; i += 1) {
      left -= counts[i] ?? 0;
      if (left <= 0) return lowest * growth ** i;
    }
    return lowest * growth ** (buckets - 1);
  };
  return { at, seconds, requests, errors, rejected, p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99) };
}
