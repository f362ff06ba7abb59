import { toDiagnostic } from '#app/core/errors.ts';
import type { ServedModelSettings } from '#app/core/serving.ts';
import type { ModelVersionRecord } from '#app/store/index.ts';
import type { LoadedVersion, Variant } from './loaded-version.ts';
import { isCanary } from './traffic.ts';

export interface SlotSources {
  /** @throws PenstockError `unknown-model`. */
  resolve(reference: string): ModelVersionRecord;
  /** @throws PenstockError of `LoadedVersion.open`. */
  load(record: ModelVersionRecord): Promise<LoadedVersion>;
  /** A version answers now, or answers no longer. */
  switched(model: string, variant: Variant, from: number | null, to: number | null): void;
  /** A version could not be taken; what answered before goes on answering. */
  failed(model: string, variant: Variant, reference: string, message: string): void;
}

/** What a model's name answers with: a version for everybody, maybe another for a part of the requests, maybe one that only listens. */
export class ModelSlot {
  readonly name: string;
  settings: ServedModelSettings;
  /** Requests that are waiting or being answered. */
  active = 0;
  /** Requests that the shadow has not answered yet. */
  shadowing = 0;
  /** Why a variant is not what was asked for. */
  readonly problems = new Map<Variant, string>();
  readonly #sources: SlotSources;
  readonly #variants = new Map<Variant, LoadedVersion>();
  /** What failed last, so that it is not tried again until something changes. */
  readonly #tried = new Map<Variant, string>();

  constructor(settings: ServedModelSettings, sources: SlotSources) {
    this.name = settings.name;
    this.settings = settings;
    this.#sources = sources;
  }

  get primary(): LoadedVersion | null {
    return this.#variants.get('primary') ?? null;
  }

  get canary(): LoadedVersion | null {
    return this.#variants.get('canary') ?? null;
  }

  get shadow(): LoadedVersion | null {
    return this.#variants.get('shadow') ?? null;
  }

  /** Loaded versions with what they are used for, primary first. */
  get variants(): readonly (readonly [Variant, LoadedVersion])[] {
    return [...this.#variants];
  }

  /** Who answers a request with this key (a customer's number, the id of the request). */
  chosen(key: string): { readonly variant: 'primary' | 'canary'; readonly version: LoadedVersion } | null {
    const { primary, canary } = this;
    if (primary === null) return null;
    const percent = this.settings.canary?.percent ?? 0;
    return canary !== null && isCanary(this.name, key, percent) ? { variant: 'canary', version: canary } : { variant: 'primary', version: primary };
  }

  /** The version of this number, where it is loaded and answers. */
  byNumber(version: number): { readonly variant: 'primary' | 'canary'; readonly version: LoadedVersion } | null {
    for (const [variant, loaded] of this.#variants) if (variant !== 'shadow' && loaded.version === version) return { variant, version: loaded };
    return null;
  }

  /**
   * Makes the variants what the settings and the registry say now. A new version is loaded and passes its golden rows before the one that
   * answers is let go; where it does not, the old one stays. Never throws. Calls must not overlap.
   */
  async reconcile(settings: ServedModelSettings): Promise<void> {
    this.settings = settings;
    const wanted: [Variant, string | null][] = [
      ['primary', settings.reference],
      ['canary', settings.canary?.reference ?? null],
      ['shadow', settings.shadow?.reference ?? null],
    ];
    const before = new Set(this.#variants.values());
    for (const [variant, reference] of wanted) {
      if (reference === null) {
        this.problems.delete(variant);
        this.#tried.delete(variant);
        this.#set(variant, null);
      } else await this.#bring(variant, reference);
    }
    const now = new Set(this.#variants.values());
    for (const version of before) if (!now.has(version)) version.retire();
  }

  /** For the end of the server. */
  retire(): void {
    for (const version of new Set(this.#variants.values())) version.retire();
    this.#variants.clear();
  }

  async #bring(variant: Variant, reference: string): Promise<void> {
    let attempt = reference;
    try {
      const record = this.#sources.resolve(reference);
      attempt = `${reference} ${record.version} ${record.value.onnx}`;
      if (isSame(this.#variants.get(variant), record)) {
        this.problems.delete(variant);
        this.#tried.delete(variant);
        return;
      }
      if (this.#tried.get(variant) === attempt) return;
      const known = [...this.#variants.values()].find((one) => isSame(one, record));
      const loaded = known ?? (await this.#sources.load(record));
      this.problems.delete(variant);
      this.#tried.delete(variant);
      this.#set(variant, loaded);
    } catch (error) {
      if (this.#tried.get(variant) === attempt) return;
      this.#tried.set(variant, attempt);
      const { message } = toDiagnostic(error);
      this.problems.set(variant, message);
      this.#sources.failed(this.name, variant, reference, message);
    }
  }

  #set(variant: Variant, version: LoadedVersion | null): void {
    const from = this.#variants.get(variant) ?? null;
    if (from === version) return;
    if (version === null) this.#variants.delete(variant);
    else this.#variants.set(variant, version);
    this.#sources.switched(this.name, variant, from?.version ?? null, version?.version ?? null);
  }
}

const isSame = (loaded: LoadedVersion | undefined, record: ModelVersionRecord): boolean => loaded !== undefined && loaded.name === record.name && loaded.version === record.version && loaded.record.value.onnx === record.value.onnx;
