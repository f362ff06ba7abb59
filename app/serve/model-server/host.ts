import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PenstockError, toDiagnostic } from '#app/core/errors.ts';
import type { ServerStatus, ServedModelSettings, ServerSettings } from '#app/core/serving.ts';
import { openStore, readServerSettings, removeServerState, writeServerState, type Store } from '#app/store/index.ts';
import { Access, checkReach, readTokenFile } from './access.ts';
import type { Served } from './answering.ts';
import { FeatureLookup } from './feature-lookup.ts';
import { LoadedVersion, type Variant } from './loaded-version.ts';
import { ServerMetrics } from './metrics.ts';
import { ModelSlot } from './model-slot.ts';
import { Recent } from './recent.ts';
import { RequestLog } from './request-log.ts';
import { createHttpServer } from './server.ts';
import { CertificateFiles } from '#app/core/certificate-files.ts';

export interface HostOptions {
  readonly projectDir: string;
  readonly name: string;
  readonly startedBy: 'app' | 'cli';
  /** Folder with the other scripts of the server. */
  readonly scripts: URL;
  readonly log: (message: string) => void;
}

/** Between two looks at whether anything has changed. */
const pollMs = 250;
const keptProblems = 20;

interface Problem {
  readonly at: number;
  readonly model: string;
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** A running model server: models by reference out of the project's store, which it only reads, behind HTTP. */
export class ModelHost {
  readonly url: string;
  readonly #options: HostOptions;
  readonly #store: Store;
  readonly #served: Map<string, Served>;
  readonly #access: Access;
  readonly #metrics: ServerMetrics;
  readonly #features: FeatureLookup;
  readonly #problems: Problem[];
  readonly #http: ReturnType<typeof createHttpServer>;
  #settings: ServerSettings;
  #seen: string;
  #timer: NodeJS.Timeout | null = null;
  /** Ends the looking for a renewed certificate. */
  #unfollow: (() => void) | null = null;
  #turn: Promise<void> = Promise.resolve();

  private constructor(parts: { options: HostOptions; store: Store; settings: ServerSettings; served: Map<string, Served>; access: Access; metrics: ServerMetrics; features: FeatureLookup; problems: Problem[]; http: ReturnType<typeof createHttpServer>; url: string; seen: string }) {
    this.#options = parts.options;
    this.#store = parts.store;
    this.#settings = parts.settings;
    this.#served = parts.served;
    this.#access = parts.access;
    this.#metrics = parts.metrics;
    this.#features = parts.features;
    this.#problems = parts.problems;
    this.#http = parts.http;
    this.url = parts.url;
    this.#seen = parts.seen;
  }

  /**
   * Loads every model, then listens: who can connect gets answers.
   * @throws PenstockError `unknown-server`, `unknown-model`, `parity`, `server-open`, `token-file`, `tls-file`, `port-taken`, `server-running`, those of the store.
   */
  static async start(options: HostOptions): Promise<ModelHost> {
    const { projectDir, name, log } = options;
    const settings = await readServerSettings(projectDir, name);
    const store = openStore(projectDir, { readOnly: true });
    const served = new Map<string, Served>();
    const metrics = new ServerMetrics(() => [...served.values()].map(({ slot }) => slot));
    const features = new FeatureLookup({ projectDir, warn: log, counted: (...given) => metrics.lookedUp(...given) });
    try {
      const fileTokens = await readTokenFile(settings.tokenFile);
      const control = randomBytes(32).toString('base64url');
      const access = new Access(settings, fileTokens, control);
      const tokens = store.tokens.list();
      access.update(tokens);
      checkReach(settings, fileTokens.length + tokens.filter(({ revokedAt }) => revokedAt === null).length);
      const problems: Problem[] = [];
      await features.refresh();
      const noted = (model: string, status: number, code: string, message: string): void => {
        // What callers do wrong is theirs to read; here are the server's own troubles and the newest of theirs.
        problems.push({ at: Date.now(), model, status, code, message: message.slice(0, 500) });
        if (problems.length > keptProblems) problems.shift();
        if (status >= 500) log(`${model}: ${message}`);
      };
      const seen = await stateOf(store, projectDir, name);
      for (const model of settings.models) {
        const one = newServed(model, settings, { options, store, metrics, noted });
        served.set(model.name, one);
        await one.slot.reconcile(model);
        // At the start nothing stands in for a model that cannot be had, so this is no server yet.
        if (one.slot.primary === null) throw new PenstockError('model-not-served', one.slot.problems.get('primary') ?? `“${model.name}” cannot be served.`, { remedy: 'Look at the list of models.' });
        for (const [, version] of one.slot.variants) await one.log.prepare(version.signature);
      }
      const certificate = settings.tls === null ? null : await CertificateFiles.open(settings.tls, (message) => options.log(message));
      const http = createHttpServer({
        name,
        host: settings.host,
        tls: certificate?.current ?? null,
        limits: settings.limits,
        access,
        metrics,
        features,
        served,
        status: () => host.status(),
        noted,
        explainEntry: new URL('explain.js', options.scripts),
      });
      const url = await listen(http.server, settings);
      const host = new ModelHost({ options, store, settings, served, access, metrics, features, problems, http, url, seen });
      await writeServerState(projectDir, name, { url, startedAt: Date.now(), startedBy: options.startedBy, control });
      host.#watch();
      host.#unfollow = certificate?.follow((next) => http.renew(next)) ?? null;
      return host;
    } catch (error) {
      for (const { slot } of served.values()) slot.retire();
      features.close();
      store.close();
      throw error;
    }
  }

  /** What Penstock shows of the server. */
  status(): ServerStatus {
    return {
      name: this.#options.name,
      url: this.url,
      needsToken: this.#access.needsToken,
      settings: this.#settings,
      memoryBytes: process.memoryUsage.rss(),
      problems: this.#problems.toReversed(),
      models: [...this.#served.values()].map(({ slot, log, recent, shadowing }) => ({
        name: slot.name,
        active: slot.active,
        versions: slot.variants.map(([variant, version]) => ({
          variant,
          version: version.version,
          model: version.name,
          stage: version.record.stage,
          aliases: [...version.record.aliases],
          lane: version.model.lane,
          callMs: Number.isNaN(version.model.callMs) ? null : version.model.callMs,
          inputs: version.signature.inputs.map(({ name, type }) => ({ name, type })),
          classes: version.signature.classes === undefined ? null : [...version.signature.classes],
          features: version.features.map(({ view, version: of }) => ({ view, version: of })),
          requests: version.requests,
          errors: version.errors,
        })),
        problems: [...[...slot.problems].map(([variant, message]) => ({ variant, message })), ...this.#featureProblems(slot)],
        shadow: { ...shadowing },
        log: { written: log.written, dropped: log.dropped },
        now: recent.now(),
        history: recent.history(),
      })),
    };
  }

  #featureProblems(slot: ModelSlot): { variant: Variant; message: string }[] {
    return slot.variants.flatMap(([variant, version]) => {
      const views = this.#features.unavailable(version);
      const what = slot.settings.features === 'required' ? 'requests that do not send them are refused' : 'they are missing values where a request does not send them';
      return views.length === 0 ? [] : [{ variant, message: `There are no online features of ${views.join(', ')}; ${what}. Run the pipeline that makes them, or make them again on the page Features.` }];
    });
  }

  /** Answers what is under way, then lets everything go. */
  async stop(): Promise<void> {
    this.#unfollow?.();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#turn;
    await this.#http.close();
    for (const { slot, log } of this.#served.values()) {
      slot.retire();
      await log.close();
    }
    await removeServerState(this.#options.projectDir, this.#options.name).catch(() => undefined);
    this.#features.close();
    this.#store.close();
  }

  #watch(): void {
    this.#timer = setTimeout(() => {
      this.#turn = this.#look()
        .catch((error: unknown) => this.#options.log(`The project cannot be read: ${toDiagnostic(error).message}`))
        .then(() => {
          if (this.#timer !== null) this.#watch();
        });
    }, pollMs);
  }

  /** Brings everything up to what the settings and the registry say, where either has changed. */
  async #look(): Promise<void> {
    const { projectDir, name } = this.#options;
    await this.#features.refresh();
    const seen = await stateOf(this.#store, projectDir, name);
    if (seen === this.#seen) return;
    this.#seen = seen;
    try {
      this.#settings = await readServerSettings(projectDir, name);
    } catch (error) {
      // Deleted or damaged by hand: what was read last still holds.
      this.#options.log(toDiagnostic(error).message);
    }
    this.#access.update(this.#store.tokens.list());
    const names = new Set(this.#settings.models.map((model) => model.name));
    for (const model of this.#settings.models) {
      const one = this.#served.get(model.name) ?? newServed(model, this.#settings, { options: this.#options, store: this.#store, metrics: this.#metrics, noted: (...given) => this.#note(...given) });
      one.log.configure(this.#settings.log);
      await one.slot.reconcile(model);
      for (const [, version] of one.slot.variants) await one.log.prepare(version.signature);
      // A new model is there once it answers.
      if (one.slot.primary !== null) this.#served.set(model.name, one);
    }
    for (const [model, { slot, log }] of this.#served) {
      if (names.has(model)) continue;
      this.#served.delete(model);
      slot.retire();
      await log.close();
    }
  }

  #note(model: string, status: number, code: string, message: string): void {
    this.#problems.push({ at: Date.now(), model, status, code, message });
    if (this.#problems.length > keptProblems) this.#problems.shift();
  }
}

interface Making {
  readonly options: HostOptions;
  readonly store: Store;
  readonly metrics: ServerMetrics;
  readonly noted: (model: string, status: number, code: string, message: string) => void;
}

function newServed(model: ServedModelSettings, settings: ServerSettings, { options, store, metrics, noted }: Making): Served {
  const compactor = new URL('compact.js', options.scripts);
  return {
    slot: new ModelSlot(model, {
      resolve: (reference) => store.models.resolve(reference),
      load: (record) => LoadedVersion.open(record, store.artifacts, (rows) => metrics.batched(model.name, record.version, rows)),
      switched(name, variant, from, to) {
        metrics.switched(name, variant, 'taken');
        options.log(`${name}: ${variant} ${to === null ? 'is gone' : `is version ${to}`}${from === null ? '' : `, was ${from}`}`);
      },
      failed(name, variant, reference, message) {
        metrics.switched(name, variant, 'failed');
        noted(name, 0, 'switch-failed', `${variant} stays as it is; ${reference}: ${message}`);
        options.log(`${name}: ${variant} stays as it is; ${reference}: ${message}`);
      },
    }),
    log: new RequestLog({ projectDir: options.projectDir, model: model.name, settings: settings.log, compactor: existsSync(compactor) ? fileURLToPath(compactor) : null, counted: (outcome, rows) => metrics.logged(model.name, outcome, rows), warn: options.log }),
    recent: new Recent(),
    shadowing: { records: 0, different: 0, failed: 0, skipped: 0, distance: 0 },
  };
}

/** Another text as soon as the registry, the tokens or the server's settings have changed. */
async function stateOf(store: Store, projectDir: string, name: string): Promise<string> {
  const info = await stat(path.join(projectDir, 'servers', `${name}.json`)).catch(() => null);
  return `${store.changes()} ${info?.mtimeMs ?? 0} ${info?.ino ?? 0}`;
}

function listen(server: ReturnType<typeof createHttpServer>['server'], { host, port, tls }: ServerSettings): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const remedy = { remedy: 'Choose another with --port, or 0 for any free one.' };
      if (error.code === 'EADDRINUSE') return reject(new PenstockError('port-taken', `Port ${port} is already in use.`, remedy));
      if (error.code === 'EACCES') return reject(new PenstockError('port-denied', `Port ${port} may not be used without special rights.`, remedy));
      if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') return reject(new PenstockError('host-unknown', `This machine does not have the address ${host}.`, { remedy: 'Choose another with --host.' }));
      reject(error);
    });
    server.listen(port, host, () => {
      const address = server.address() as AddressInfo;
      resolve(`${tls === null ? 'http' : 'https'}://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`);
    });
  });
}
