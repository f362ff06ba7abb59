import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Variant } from './loaded-version.ts';
import type { ModelSlot } from './model-slot.ts';

export interface Answered {
  readonly model: string;
  readonly version: number | null;
  readonly variant: Variant;
  readonly route: 'predict' | 'infer' | 'explain';
  readonly status: number;
  readonly ms: number;
  readonly rows: number;
}

/** Why a lookup of features gave nothing. */
export type FeatureMiss = 'no-key' | 'unknown-key' | 'expired' | 'unavailable';

/** What `GET /metrics` tells Prometheus. Counters begin at 0 with the process, as Prometheus expects. */
export class ServerMetrics {
  readonly registry = new Registry();
  readonly #requests: Counter;
  readonly #seconds: Histogram;
  readonly #rows: Counter;
  readonly #batch: Histogram;
  readonly #rejected: Counter;
  readonly #switches: Counter;
  readonly #shadow: Counter;
  readonly #logged: Counter;
  readonly #lookups: Counter;
  readonly #misses: Counter;
  readonly #age: Histogram;

  /** `slots`: asked when somebody looks. */
  constructor(slots: () => Iterable<ModelSlot>) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    const by = ['model', 'version', 'variant'] as const;
    this.#requests = new Counter({ name: 'penstock_requests_total', help: 'Requests answered, by status.', labelNames: [...by, 'route', 'status'], registers });
    this.#seconds = new Histogram({ name: 'penstock_request_seconds', help: 'Time from the first byte of a request to its answer.', labelNames: [...by], registers, buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] });
    this.#rows = new Counter({ name: 'penstock_rows_total', help: 'Records answered.', labelNames: [...by], registers });
    this.#batch = new Histogram({ name: 'penstock_batch_rows', help: 'Records in one call of the model.', labelNames: ['model', 'version'], registers, buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096, 16_384] });
    this.#rejected = new Counter({ name: 'penstock_rejected_total', help: 'Requests that were turned away.', labelNames: ['model', 'reason'], registers });
    this.#switches = new Counter({ name: 'penstock_switches_total', help: 'Versions that took over, or failed to.', labelNames: ['model', 'variant', 'outcome'], registers });
    this.#shadow = new Counter({ name: 'penstock_shadow_total', help: 'Records that a shadow answered as the version it is held against did, or otherwise.', labelNames: ['model', 'outcome'], registers });
    this.#logged = new Counter({ name: 'penstock_log_rows_total', help: 'Records for the request log: written, or dropped because writing could not keep up.', labelNames: ['model', 'outcome'], registers });
    const view = ['model', 'view', 'view_version'];
    this.#lookups = new Counter({ name: 'penstock_feature_lookups_total', help: 'Lookups of online features, one for each record and view.', labelNames: view, registers });
    this.#misses = new Counter({ name: 'penstock_feature_misses_total', help: 'Lookups that gave missing values, by reason.', labelNames: [...view, 'reason'], registers });
    this.#age = new Histogram({ name: 'penstock_feature_age_seconds', help: 'Age of the rows that lookups found, those too old among them.', labelNames: view, registers, buckets: [1, 10, 60, 300, 900, 3600, 14_400, 43_200, 86_400, 259_200, 604_800, 2_592_000, 7_776_000] });
    const gauge = (name: string, help: string, of: (slot: ModelSlot) => number): void =>
      void new Gauge({
        name,
        help,
        labelNames: ['model'],
        registers,
        collect() {
          this.reset();
          for (const slot of slots()) this.set({ model: slot.name }, of(slot));
        },
      });
    gauge('penstock_in_flight', 'Requests that wait or are being answered.', (slot) => slot.active);
    gauge('penstock_queued_rows', 'Records that wait for a worker.', (slot) => slot.variants.reduce((sum, [, { model }]) => sum + model.waiting, 0));
    gauge('penstock_switch_problems', 'Variants that are not what was asked for.', (slot) => slot.problems.size);
    void new Gauge({
      name: 'penstock_model_info',
      help: 'Versions that are loaded.',
      labelNames: [...by, 'reference'],
      registers,
      collect() {
        this.reset();
        for (const { name, settings, variants } of slots()) {
          for (const [variant, { version }] of variants) this.set({ model: name, version: String(version), variant, reference: (variant === 'primary' ? settings.reference : settings[variant]?.reference) ?? '' }, 1);
        }
      },
    });
  }

  answered({ model, version, variant, route, status, ms, rows }: Answered): void {
    const labels = { model, version: String(version ?? ''), variant };
    this.#requests.inc({ ...labels, route, status: String(status) });
    this.#seconds.observe(labels, ms / 1000);
    if (rows > 0) this.#rows.inc(labels, rows);
  }

  /** A lookup of features. `ageMs`: null where no row was found. */
  lookedUp(model: string, view: string, version: number, miss: FeatureMiss | null, ageMs: number | null): void {
    const labels = { model, view, view_version: String(version) };
    this.#lookups.inc(labels);
    if (miss !== null) this.#misses.inc({ ...labels, reason: miss });
    if (ageMs !== null) this.#age.observe(labels, ageMs / 1000);
  }

  batched(model: string, version: number, rows: number): void {
    this.#batch.observe({ model, version: String(version) }, rows);
  }

  rejected(model: string, reason: 'queue' | 'timeout' | 'token' | 'body' | 'rows'): void {
    this.#rejected.inc({ model, reason });
  }

  switched(model: string, variant: Variant, outcome: 'taken' | 'failed'): void {
    this.#switches.inc({ model, variant, outcome });
  }

  shadowed(model: string, outcome: 'same' | 'different' | 'failed' | 'skipped', rows = 1): void {
    if (rows > 0) this.#shadow.inc({ model, outcome }, rows);
  }

  logged(model: string, outcome: 'written' | 'dropped', rows: number): void {
    if (rows > 0) this.#logged.inc({ model, outcome }, rows);
  }
}
