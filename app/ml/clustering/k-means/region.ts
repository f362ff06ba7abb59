import type { Region } from '../../kernels/team.ts';

/** Numbers that the threads share: places in the control block's integers. Addresses, unless said otherwise. */
export const fixed = {
  data: 0,
  /** Counts. */
  rows: 1,
  columns: 2,
  k: 3,
  /** Centres in a row of `centres`: k, up to a multiple of four. */
  pitch: 4,
  centres: 5,
  labels: 6,
  upper: 7,
  apart: 8,
  ways: 9,
  gaps: 10,
  limits: 11,
  /** By part: sums, then counts, in `partBytes`. */
  parts: 12,
  partBytes: 13,
  /** `roomBytes` a thread. */
  room: 14,
  roomBytes: 15,
  /** By part: rows that changed, int32. */
  changed: 16,
  /** Four bytes a row, and some more: rows that are looked at. */
  list: 17,
  /** The part that nobody has taken yet: threads that are held up take fewer. */
  next: 18,
} as const;

/** Places in the control block's float64. */
export const moved = { longest: 0, slack: 1 } as const;

/** Rows are cut into so many parts, whose sums are added in their order: results do not depend on the number of threads. */
export const rowParts = 16;

/** A step of Lloyd's: each thread does parts of the rows. */
function lloydStep({ integers, floats, kernels, member, view }: Region): void {
  const get = (place: number): number => integers[place] as number;
  const [rows, columns, k] = [get(fixed.rows), get(fixed.columns), get(fixed.k)];
  const [longest = 0, slack = 0] = [floats[moved.longest], floats[moved.slack]];
  const memory = view();
  for (let part = Atomics.add(integers, fixed.next, 1); part < rowParts; part = Atomics.add(integers, fixed.next, 1)) {
    const sums = get(fixed.parts) + part * get(fixed.partBytes);
    kernels.clear(sums, get(fixed.partBytes));
    const [from, to] = [Math.floor((rows * part) / rowParts), Math.floor((rows * (part + 1)) / rowParts)];
    const changed = kernels.lloydStep(
      get(fixed.data), columns, from, to, get(fixed.centres), get(fixed.pitch), get(fixed.labels), get(fixed.upper), get(fixed.apart), get(fixed.ways), get(fixed.limits), get(fixed.gaps),
      longest, slack, sums, sums + k * columns * 8, get(fixed.room) + member * get(fixed.roomBytes), get(fixed.list) + (from + part) * 4,
    );
    memory.setInt32(get(fixed.changed) + part * 4, changed, true);
  }
}

export const clusterRegions = { lloydStep } as const satisfies Record<string, (region: Region) => void>;
