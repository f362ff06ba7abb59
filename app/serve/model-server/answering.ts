import type { IncomingMessage } from 'node:http';
import { isCancelled, toDiagnostic } from '#app/core/errors.ts';
import type { Predictions } from '#app/ml/serving/serving-model.ts';
import type { ServerLimits } from '#app/core/serving.ts';
import { failure, readBytes, type Reply } from '../bundle-server/requests.ts';
import { RequestError } from '../bundle-server/request-error.ts';
import type { FeatureLookup } from './feature-lookup.ts';
import { checkRows, fillColumns, fillRecords, fillTensors, type FilledBody } from './filled-question.ts';
import type { LoadedVersion, Variant } from './loaded-version.ts';
import type { ServerMetrics } from './metrics.ts';
import type { ModelSlot } from './model-slot.ts';
import type { Recent } from './recent.ts';
import type { RequestLog } from './request-log.ts';
import { keyOf, requestId, statusOf, type Question, type Reader, type ReadQuestion } from './requests.ts';

export interface Served {
  readonly slot: ModelSlot;
  readonly log: RequestLog;
  readonly recent: Recent;
  readonly shadowing: ShadowCounts;
}

/** How a shadow did against the version whose answers were given. */
export interface ShadowCounts {
  records: number;
  different: number;
  failed: number;
  skipped: number;
  /** Sum of absolute differences: of numbers, or of the largest difference between probabilities. */
  distance: number;
}

export interface AnsweringOptions {
  readonly limits: ServerLimits;
  readonly metrics: ServerMetrics;
  readonly features: FeatureLookup;
  /** Hears what failed. */
  readonly noted: (model: string, status: number, code: string, message: string) => void;
}

/** Requests that a shadow may be behind; more are not copied to it. */
const mostShadowing = 64;
const secondsBusy = '1';

/** Answers questions to models: bounded, measured, logged, and copied to shadows. */
export class Answering {
  readonly #options: AnsweringOptions;

  constructor(options: AnsweringOptions) {
    this.#options = options;
  }

  /**
   * Never throws: whatever is wrong becomes an answer.
   * @param version as asked for in the address; null: whoever is on duty
   */
  async answer(served: Served, request: IncomingMessage, version: number | null, route: 'predict' | 'infer', parse: (request: IncomingMessage, bytes: Uint8Array) => unknown, read: Reader): Promise<Reply> {
    const { limits, metrics } = this.#options;
    const { slot } = served;
    const from = performance.now();
    const at = Date.now();
    if (slot.active >= limits.queue) {
      metrics.rejected(slot.name, 'queue');
      served.recent.reject();
      return failure(new RequestError(429, 'busy', `“${slot.name}” has ${limits.queue} requests to answer already.`, { remedy: 'Try again in a moment.', headers: { 'retry-after': secondsBusy } }));
    }
    slot.active += 1;
    let chosen: { readonly variant: Variant; readonly version: LoadedVersion } | null = null;
    let asked: ReadQuestion | null = null;
    let keys: FilledBody['keys'] = {};
    let found: Predictions | null = null;
    let id = '';
    let reply: Reply;
    let status = 200;
    try {
      const body = parse(request, await readBytes(request, limits.maxBody));
      id = requestId(request, body);
      const question: Question = { id, body };
      chosen = this.#choose(slot, question, version);
      chosen.version.enter();
      const fill = route === 'predict' ? fillRecords : fillTensors;
      const filled = chosen.version.features.length === 0 ? { body, keys } : await fill(body, { lookup: this.#options.features, model: slot.name, loaded: chosen.version, isRequired: slot.settings.features === 'required', maxRows: limits.maxRows });
      ({ keys } = filled);
      asked = read(request, chosen.version.signature, { id, body: filled.body });
      checkRows(asked.rows, limits.maxRows);
      found = asked.rows === 0 ? { rows: 0 } : await this.#score(chosen.version, asked, from);
      reply = asked.reply(chosen.version, found);
      reply = { ...reply, headers: { ...reply.headers, 'x-request-id': id, 'x-model-version': String(chosen.version.version) } };
    } catch (error) {
      status = statusOf(error);
      if (status === 504 || status === 413) metrics.rejected(slot.name, status === 504 ? 'timeout' : error instanceof RequestError && error.code === 'too-many-rows' ? 'rows' : 'body');
      const { code, message } = error instanceof RequestError ? error : toDiagnostic(error);
      this.#options.noted(slot.name, status, code, message);
      const told = failure(error);
      reply = { ...told, status, headers: { ...told.headers, ...(id === '' ? {} : { 'x-request-id': id }) } };
    } finally {
      slot.active -= 1;
    }
    const ms = performance.now() - from;
    const rows = asked?.rows ?? 0;
    served.recent.add(ms, status >= 500);
    metrics.answered({ model: slot.name, version: chosen?.version.version ?? null, variant: chosen?.variant ?? 'primary', route, status, ms, rows: found === null ? 0 : rows });
    if (chosen !== null) {
      const { version: loaded, variant } = chosen;
      loaded.requests += 1;
      if (status >= 400) loaded.errors += 1;
      if (served.log.sampled()) {
        served.log.note({ id, at, version: loaded.version, variant, ms, status, rows: status === 200 ? rows : Math.min(rows, 1), signature: loaded.signature, columns: found === null ? null : (asked?.columns ?? null), found });
      }
      if (found !== null && asked !== null && rows > 0) this.#copy(served, chosen, asked, keys, found, id, at);
      loaded.leave();
    }
    return reply;
  }

  #choose(slot: ModelSlot, question: Question, version: number | null): { readonly variant: Variant; readonly version: LoadedVersion } {
    if (version !== null) {
      const named = slot.byNumber(version);
      if (named !== null) return named;
      const loaded = slot.variants.filter(([variant]) => variant !== 'shadow').map(([, one]) => one.version);
      throw new RequestError(404, 'unknown-version', `Version ${version} of “${slot.name}” is not served here.`, { remedy: `Versions that are: ${loaded.join(', ')}.` });
    }
    const { canary } = slot.settings;
    const key = canary?.key === undefined || canary.key === null ? question.id : (keyOf(question, canary.key) ?? question.id);
    const chosen = slot.chosen(key);
    if (chosen === null) throw new RequestError(503, 'not-ready', `“${slot.name}” is not ready.`, { remedy: 'Try again in a moment.', headers: { 'retry-after': secondsBusy } });
    return chosen;
  }

  /** What takes its time is waited for until the request's time is up; what is quick needs no clock. */
  async #score({ model, name }: LoadedVersion, { columns, rows }: ReadQuestion, from: number): Promise<Predictions> {
    if (model.isQuick(rows)) return model.score(columns, rows);
    const { timeoutMs } = this.#options.limits;
    const controller = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        controller.abort();
        reject(new RequestError(504, 'timed-out', `“${name}” did not answer within ${timeoutMs / 1000} seconds.`, { remedy: 'Send fewer records at a time, or try again later.', headers: { 'retry-after': secondsBusy } }));
      }, Math.max(0, timeoutMs - (performance.now() - from)));
    });
    const work = model.score(columns, rows, controller.signal);
    work.catch((error: unknown) => (isCancelled(error) ? undefined : error));
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Asks the shadow the same after the answer has gone out. Nothing of it reaches the caller. */
  #copy(served: Served, answered: { readonly version: LoadedVersion }, asked: ReadQuestion, keys: FilledBody['keys'], found: Predictions, id: string, at: number): void {
    const { slot, shadowing, log } = served;
    const { shadow } = slot;
    const { metrics } = this.#options;
    if (shadow === null || shadow === answered.version) return;
    if (slot.shadowing >= mostShadowing) {
      shadowing.skipped += asked.rows;
      return metrics.shadowed(slot.name, 'skipped', asked.rows);
    }
    slot.shadowing += 1;
    shadow.enter();
    setImmediate(() => {
      const from = performance.now();
      let { columns } = asked;
      // Columns that the shadow also knows; what it needs beyond them is looked up or missing.
      const ask = async (): Promise<Predictions> => {
        columns = await fillColumns(asked.columns, asked.rows, keys, this.#options.features, slot.name, shadow);
        return shadow.model.score(columns, asked.rows);
      };
      ask()
        .then((other) => {
          const { different, distance } = compared(answered.version, shadow, found, other);
          shadowing.records += asked.rows;
          shadowing.different += different;
          shadowing.distance += distance;
          metrics.shadowed(slot.name, 'same', asked.rows - different);
          metrics.shadowed(slot.name, 'different', different);
          if (log.sampled()) log.note({ id, at, version: shadow.version, variant: 'shadow', ms: performance.now() - from, status: 200, rows: asked.rows, signature: shadow.signature, columns, found: other });
        })
        .catch((error: unknown) => {
          shadowing.failed += asked.rows;
          metrics.shadowed(slot.name, 'failed', asked.rows);
          this.#options.noted(slot.name, 0, 'shadow-failed', `The shadow, version ${shadow.version}, could not answer: ${toDiagnostic(error).message}`);
        })
        .finally(() => {
          slot.shadowing -= 1;
          shadow.leave();
        });
    });
  }
}

/** Probabilities or numbers that differ by less than this, relative to 1 or the larger of them, count as the same. */
const sameWithin = 1e-6;

/** Of classes the labels are held against each other, of numbers the values. */
export function compared(one: Pick<LoadedVersion, 'signature'>, other: Pick<LoadedVersion, 'signature'>, a: Predictions, b: Predictions): { readonly different: number; readonly distance: number } {
  let different = 0;
  let distance = 0;
  const [classes = [], others = []] = [one.signature.classes, other.signature.classes];
  for (let row = 0; row < a.rows; row += 1) {
    if (one.signature.task === 'regression') {
      const [x = Number.NaN, y = Number.NaN] = [a.prediction?.[row], b.prediction?.[row]];
      const gap = Math.abs(x - y);
      if (!(gap <= sameWithin * Math.max(1, Math.abs(x), Math.abs(y))) && !(Number.isNaN(x) && Number.isNaN(y))) different += 1;
      if (Number.isFinite(gap)) distance += gap;
      continue;
    }
    if (classes[a.label?.[row] ?? -1] !== others[b.label?.[row] ?? -1]) different += 1;
    let widest = 0;
    for (const [i, cls] of classes.entries()) {
      const j = others.indexOf(cls);
      const gap = Math.abs((a.probabilities?.[row * classes.length + i] ?? 0) - (j < 0 ? 0 : (b.probabilities?.[row * others.length + j] ?? 0)));
      if (gap > widest) widest = gap;
    }
    distance += widest;
  }
  return { different, distance };
}
