/** Leaves a moment to the thread that shares this one's core, if there is one; for loops that look at a word. Node has it, the compiler's ES2022 does not know it. */
export const pause: () => void = 'pause' in Atomics && typeof Atomics.pause === 'function' ? (Atomics.pause as () => void) : () => undefined;
