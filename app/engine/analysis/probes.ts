import { stableHash } from '#app/core/hash.ts';
import type { Facts, Fingerprint, ProbeContext } from '#app/sdk/node.ts';
import type { EngineNodeType } from '../catalogue.ts';

/**
 * What nodes know of the outside world: fingerprints (asked each time, they are one `stat`) and facts (a CSV's sniffed schema;
 * kept for as long as params and fingerprint stay the same).
 */
export class Probes {
  readonly #context: (signal: AbortSignal) => ProbeContext;
  readonly #facts = new Map<string, Promise<Facts>>();
  static readonly #kept = 500;

  constructor(context: (signal: AbortSignal) => ProbeContext) {
    this.#context = context;
  }

  /** @throws PenstockError `file-missing` and the like. */
  async fingerprint(type: EngineNodeType, params: unknown, signal: AbortSignal): Promise<Fingerprint | 'never'> {
    return (await type.executor?.fingerprint?.(params, this.#context(signal))) ?? {};
  }

  /** Tells a source that a run begins; see NodeExecutor.renew. */
  renew(type: EngineNodeType, params: unknown): void {
    type.executor?.renew?.(params, this.#context(new AbortController().signal));
  }

  /** Null for types that probe nothing. @throws what the node's probe throws; a failed probe is tried again next time. */
  async facts(type: EngineNodeType, params: unknown, fingerprint: Fingerprint | 'never', signal: AbortSignal): Promise<Facts | null> {
    const probe = type.executor?.probe;
    if (probe === undefined) return null;
    const ask = (): Promise<Facts> => probe.call(type.executor, params, this.#context(signal));
    if (fingerprint === 'never') return ask();
    const key = stableHash([type.definition.type, type.definition.version, params, fingerprint]);
    const known = this.#facts.get(key);
    if (known !== undefined) return known;
    const asked = ask();
    this.#facts.set(key, asked);
    asked.catch(() => this.#facts.delete(key));
    if (this.#facts.size > Probes.#kept) {
      const oldest = this.#facts.keys().next();
      if (!oldest.done) this.#facts.delete(oldest.value);
    }
    return asked;
  }
}
