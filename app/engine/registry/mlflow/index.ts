import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import type { MlflowServer, TransferEvent } from '#app/protocol/sections/registry.ts';
import { secretsOf, secretVariable, type SecretReference, type SecretSource, type SecretStore } from '../../connections/secrets.ts';
import type { EngineAreas } from '../../areas.ts';
import { MlflowClient, serverAddress } from './client.ts';
import { pullVersion, type PullRequest } from './pull.ts';
import { pushVersion } from './push.ts';

const serverSchema = z.object({ url: z.string(), user: z.string().default(''), experiment: z.string().min(1).default('Penstock') });
const settingKey = 'registry.mlflow';
const secretName = 'mlflow';

export interface ListedModel {
  readonly name: string;
  readonly description: string;
  readonly versions: { version: number; aliases: string[] }[];
}

const modelsAnswer = z.looseObject({
  registered_models: z
    .array(z.looseObject({ name: z.string(), description: z.string().nullish(), aliases: z.array(z.looseObject({ alias: z.string(), version: z.coerce.number() })).default([]), latest_versions: z.array(z.looseObject({ version: z.coerce.number() })).default([]) }))
    .default([]),
});

/** The project's MLflow server: its address is kept with the project, its password or token with the user (docs/decisions/secrets-by-reference.md). */
export class Mlflow {
  readonly #engine: EngineAreas;
  readonly #secrets: SecretStore;
  #given: MlflowServer | null = null;

  constructor(engine: EngineAreas, secrets: SecretStore = secretsOf(engine.projectDir)) {
    this.#engine = engine;
    this.#secrets = secrets;
  }

  /** Another server than the project's, for this session only. @throws PenstockError `mlflow-address`. */
  use(server: Partial<MlflowServer>): void {
    const kept = this.#kept();
    this.#given = serverSchema.parse({ ...kept, ...server, url: serverAddress(server.url ?? kept?.url ?? '') });
  }

  /** As it is kept; where nothing is, what MLFLOW_TRACKING_URI names. */
  async server(): Promise<{ server: MlflowServer | null; secret: SecretSource; variable: string }> {
    const server = this.#kept();
    return { server, secret: server === null ? 'none' : await this.#secrets.source(referenceOf(server)), variable: secretVariable(secretName) };
  }

  /** @param password null: as it is; '': forgotten. @throws PenstockError `mlflow-address`. */
  async setServer(server: MlflowServer, password: string | null): Promise<void> {
    this.#engine.assertWritable();
    const next = serverSchema.parse({ ...server, url: serverAddress(server.url) });
    const before = this.#kept();
    if (before !== null && referenceOf(before).goesTo !== referenceOf(next).goesTo) await this.#secrets.remove(referenceOf(before));
    if (password === '') await this.#secrets.remove(referenceOf(next));
    else if (password !== null) await this.#secrets.set(referenceOf(next), password);
    this.#engine.store.together(() => {
      this.#engine.store.meta.set(settingKey, JSON.stringify(next));
      this.#engine.audit({ action: 'model.mlflow', subject: 'project', details: { url: next.url, user: next.user, experiment: next.experiment } });
    });
  }

  async test(signal: AbortSignal): Promise<{ version: string }> {
    const client = await this.#client(signal);
    const version = await client.version();
    // The version is told to everybody; this only to those whom it lets in.
    await client.get('registered-models/search', { max_results: '1' }, modelsAnswer);
    return { version };
  }

  async models(signal: AbortSignal): Promise<ListedModel[]> {
    const { registered_models: found } = await (await this.#client(signal)).get('registered-models/search', { max_results: '200' }, modelsAnswer);
    return found.map(({ name, description, aliases, latest_versions: latest }) => ({
      name,
      description: description ?? '',
      versions: [...new Set([...latest, ...aliases].map(({ version }) => version))].sort((a, b) => b - a).map((version) => ({ version, aliases: aliases.filter((one) => one.version === version).map(({ alias }) => alias) })),
    }));
  }

  async *push(request: { readonly name: string; readonly version: number; readonly as: string | null; readonly alias: string | null }, signal: AbortSignal): AsyncGenerator<TransferEvent, void, undefined> {
    const { name, version } = request;
    const record = this.#engine.store.models.get(name, version) ?? this.#engine.store.models.resolve(`${name}@${version}`);
    const client = await this.#client(signal);
    const target = { experiment: this.#kept()?.experiment ?? 'Penstock', as: request.as?.trim() || name, alias: request.alias?.trim() || null };
    for await (const event of pushVersion(this.#engine, client, record, target, signal)) {
      if (event.type === 'done') this.#engine.audit({ action: 'model.pushed', subject: `model:${name}@${version}`, details: { server: client.url, as: event.name, version: event.version, ...(target.alias === null ? {} : { alias: target.alias }) } });
      yield event;
    }
  }

  async *pull(request: PullRequest, signal: AbortSignal): AsyncGenerator<TransferEvent, void, undefined> {
    this.#engine.assertWritable();
    yield* pullVersion(this.#engine, await this.#client(signal), request, signal);
  }

  async #client(signal: AbortSignal): Promise<MlflowClient> {
    const server = this.#kept();
    if (server === null) throw new PenstockError('mlflow-none', 'This project has no MLflow server.', { remedy: 'Enter its address in Models → MLflow, or set MLFLOW_TRACKING_URI.' });
    return new MlflowClient({ url: server.url, user: server.user, secret: await this.#secrets.get(referenceOf(server)) }, signal);
  }

  #kept(): MlflowServer | null {
    if (this.#given !== null) return this.#given;
    const stored = this.#engine.store.meta.get(settingKey);
    const parsed = stored === null ? null : serverSchema.safeParse(JSON.parse(stored));
    if (parsed?.success === true) return parsed.data;
    const given = process.env['MLFLOW_TRACKING_URI'] ?? '';
    return /^https?:\/\//.test(given) ? serverSchema.parse({ url: serverAddress(given), user: process.env['MLFLOW_TRACKING_USERNAME'] ?? '' }) : null;
  }
}

/** A password goes to nobody but the server and user that it was entered for. */
const referenceOf = ({ url, user }: Pick<MlflowServer, 'url' | 'user'>): SecretReference => ({ name: secretName, goesTo: `mlflow ${user === '' ? '' : `${user}@`}${url}` });
