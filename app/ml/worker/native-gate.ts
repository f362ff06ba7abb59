const open = 0;
const inside = 1;
const closed = 2;

/**
 * Keeps a worker from being terminated while it is inside onnxruntime, or loads it: its binding aborts the whole process when its thread is
 * torn down in the middle of that (seen with onnxruntime-node 1.30: "terminate called after throwing Napi::Error").
 * One Int32 shared by both threads; the worker goes in and out, the other side closes.
 */
export class NativeGate {
  readonly memory: SharedArrayBuffer;
  readonly #state: Int32Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.memory = memory;
    this.#state = new Int32Array(memory);
  }

  /** Worker: false once the gate is closed; native code must not be called then. */
  enter(): boolean {
    return Atomics.compareExchange(this.#state, 0, open, inside) === open;
  }

  /** Worker: after `enter` gave true. */
  leave(): void {
    Atomics.store(this.#state, 0, open);
    Atomics.notify(this.#state, 0);
  }

  /** Other side: true when the worker is outside native code and can never go in again, so it may be terminated. */
  close(): boolean {
    const before = Atomics.compareExchange(this.#state, 0, open, closed);
    return before === open || before === closed;
  }

  /** Other side, blocking: as `close`, waiting up to `ms` for the worker to come out. */
  closeWithin(ms: number): boolean {
    const end = Date.now() + ms;
    while (!this.close()) {
      const left = end - Date.now();
      if (left <= 0) return false;
      Atomics.wait(this.#state, 0, inside, left);
    }
    return true;
  }
}
