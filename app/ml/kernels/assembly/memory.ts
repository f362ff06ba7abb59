/** The bin of rows whose value is missing. */
export const missingBin: u32 = 255;

/** All `threads` wait here for each other. `at`: two 32-bit words, count and generation. Spins first, for the waits are short. */
export function barrier(at: usize, threads: i32): void {
  if (threads == 1) return;
  const generation = atomic.load<i32>(at, 4);
  if (atomic.add<i32>(at, 1) == threads - 1) {
    atomic.store<i32>(at, 0);
    atomic.add<i32>(at, 1, 4);
    atomic.notify(at + 4, -1);
    return;
  }
  let spins = 0;
  while (atomic.load<i32>(at, 4) == generation) {
    spins += 1;
    if (spins > 4000) atomic.wait<i32>(at + 4, generation, 1000000);
  }
}

export function clear(at: usize, bytes: usize): void {
  memory.fill(at, 0, bytes);
}

/** memmove. */
export function move(to: usize, from: usize, bytes: usize): void {
  memory.copy(to, from, bytes);
}
