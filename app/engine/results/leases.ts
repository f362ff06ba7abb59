/** Files that are being read: nothing may remove them. Held by runs while they last, and for a while after somebody looked at a table. */
export class Leases {
  readonly #held = new Map<string, number>();
  readonly #seen = new Map<string, number>();
  /** A page that was described may be queried a moment later, and the next page after that. */
  static readonly #lookMs = 120_000;

  /** @returns a function that gives the files back; calling it again does nothing. */
  hold(ids: Iterable<string>): () => void {
    const mine = [...ids];
    for (const id of mine) this.#held.set(id, (this.#held.get(id) ?? 0) + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      for (const id of mine) {
        const left = (this.#held.get(id) ?? 1) - 1;
        if (left > 0) this.#held.set(id, left);
        else this.#held.delete(id);
      }
    };
  }

  /** Somebody looks at these now. */
  look(ids: Iterable<string>, now = Date.now()): void {
    for (const id of ids) this.#seen.set(id, now);
  }

  /** Everything that must stay. */
  held(now = Date.now()): Set<string> {
    for (const [id, at] of this.#seen) if (now - at > Leases.#lookMs) this.#seen.delete(id);
    return new Set([...this.#held.keys(), ...this.#seen.keys()]);
  }
}
