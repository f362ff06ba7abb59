import { openAsBlob } from 'node:fs';
import { z } from 'zod';
import { isCancelled, PenstockError } from '#app/core/errors.ts';
import { guardedFetch, type GuardedInit } from '#app/core/outgoing.ts';

export interface MlflowPlace {
  /** `https://mlflow.example:5000`, perhaps with a path; no credentials in it. */
  readonly url: string;
  /** With a user the secret is a password, without one a token. */
  readonly user: string;
  readonly secret: string | null;
}

const errorBody = z.looseObject({ error_code: z.string().default(''), message: z.string().default('') });
const answerMs = 60_000;
const uploadMs = 1_800_000;
/** Of one file that is read from a server. */
const mostBytes = 2 ** 30;

/**
 * The address of a server as it is kept. @throws PenstockError `mlflow-address`.
 */
export function serverAddress(text: string): string {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) throw new PenstockError('mlflow-address', `“${text}” is not the address of a server.`, { remedy: 'Write it as http://host:5000.' });
  if (url.username !== '' || url.password !== '') throw new PenstockError('mlflow-address', 'The address holds a password, which would be kept with the project.', { remedy: 'Enter the user and the password in their own fields.' });
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** MLflow's REST API (2.0, as servers of MLflow 2 and 3 have it) and its proxied artifact API. */
export class MlflowClient {
  readonly url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #signal: AbortSignal;

  constructor({ url, user, secret }: MlflowPlace, signal: AbortSignal) {
    this.url = serverAddress(url);
    const auth = user !== '' ? `Basic ${Buffer.from(`${user}:${secret ?? ''}`).toString('base64')}` : secret === null ? null : `Bearer ${secret}`;
    this.#headers = auth === null ? {} : { authorization: auth };
    this.#signal = signal;
  }

  /** @throws PenstockError `mlflow-unreachable`, `mlflow-not-mlflow`. */
  async version(): Promise<string> {
    const response = await this.#fetch('/version', { method: 'GET' });
    const text = (await response.text()).trim();
    if (!response.ok || !/^\d+\.\d+/.test(text)) {
      if (response.status === 401 || response.status === 403) throw this.#denied(response.status);
      throw new PenstockError('mlflow-not-mlflow', `${this.url} answers, but not as an MLflow server does.`, { remedy: 'Check the address; it is the one that MLFLOW_TRACKING_URI has.' });
    }
    return text;
  }

  get<T extends z.ZodType>(path: string, query: Readonly<Record<string, string>>, answer: T): Promise<z.output<T>> {
    return this.#json(`/api/2.0/mlflow/${path}?${new URLSearchParams(query).toString()}`, { method: 'GET' }, answer);
  }

  post<T extends z.ZodType>(path: string, body: unknown, answer: T, method = 'POST'): Promise<z.output<T>> {
    return this.#json(`/api/2.0/mlflow/${path}`, { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }, answer);
  }

  /** As `post`; null where what is made is there already or what is asked for is not there. */
  async maybe<T>(work: Promise<T>, code: 'RESOURCE_ALREADY_EXISTS' | 'RESOURCE_DOES_NOT_EXIST'): Promise<T | null> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof MlflowRefusal && error.mlflowCode === code) return null;
      throw error;
    }
  }

  /** @param file a path, or its content. */
  async upload(uri: string, file: string | Uint8Array): Promise<void> {
    const body = typeof file === 'string' ? await openAsBlob(file) : file;
    const response = await this.#fetch(this.#artifact(uri), { method: 'PUT', body, headers: { 'content-type': 'application/octet-stream' } }, uploadMs);
    if (!response.ok) throw await this.#refused(response);
  }

  /** Names of the files of an artifact folder with their sizes; not of folders inside. */
  async files(uri: string): Promise<{ name: string; bytes: number }[]> {
    const path = artifactPath(uri, this.url);
    const found = await this.#json(`/api/2.0/mlflow-artifacts/artifacts?${new URLSearchParams({ path }).toString()}`, { method: 'GET' }, z.looseObject({ files: z.array(z.looseObject({ path: z.string(), is_dir: z.boolean().default(false), file_size: z.coerce.number().default(0) })).default([]) }));
    return found.files.flatMap((file) => (file.is_dir || !isPlainName(file.path) ? [] : [{ name: file.path, bytes: file.file_size }]));
  }

  /** @throws PenstockError `mlflow-too-large`. */
  async download(uri: string, most = mostBytes): Promise<Uint8Array> {
    const response = await this.#fetch(this.#artifact(uri), { method: 'GET' }, uploadMs);
    if (!response.ok) throw await this.#refused(response);
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const part of response.body ?? []) {
      bytes += part.byteLength;
      if (bytes > most) throw new PenstockError('mlflow-too-large', `${uri.slice(uri.lastIndexOf('/') + 1)} on the server is larger than what is taken from there.`, { remedy: 'Push a smaller model.' });
      parts.push(part);
    }
    return Buffer.concat(parts);
  }

  #artifact(uri: string): string {
    return `/api/2.0/mlflow-artifacts/artifacts/${artifactPath(uri, this.url).split('/').map(encodeURIComponent).join('/')}`;
  }

  async #json<T extends z.ZodType>(path: string, init: Omit<GuardedInit, 'signal'>, answer: T): Promise<z.output<T>> {
    const response = await this.#fetch(path, init);
    if (!response.ok) throw await this.#refused(response);
    const parsed = answer.safeParse(await response.json().catch(() => null));
    if (parsed.success) return parsed.data;
    throw new PenstockError('mlflow-not-mlflow', `${this.url} answers, but not as an MLflow server does.`, { remedy: 'Check the address; it is the one that MLFLOW_TRACKING_URI has.', cause: parsed.error });
  }

  async #fetch(path: string, init: Omit<GuardedInit, 'signal'>, ms = answerMs): Promise<Response> {
    this.#signal.throwIfAborted();
    try {
      return await guardedFetch(`${this.url}${path}`, { ...init, headers: { ...init.headers, ...this.#headers }, signal: AbortSignal.any([this.#signal, AbortSignal.timeout(ms)]) });
    } catch (error) {
      this.#signal.throwIfAborted();
      if (error instanceof PenstockError || isCancelled(error)) throw error;
      const code = (error as { cause?: { code?: unknown } }).cause?.code;
      const why = error instanceof DOMException && error.name === 'TimeoutError' ? 'it does not answer' : typeof code === 'string' ? (reasons[code] ?? code) : 'the connection broke';
      throw new PenstockError('mlflow-unreachable', `The MLflow server ${this.url} cannot be reached: ${why}.`, { remedy: 'Check the address and that the server runs.', cause: error });
    }
  }

  #denied(status: number): PenstockError {
    return new PenstockError('mlflow-denied', `${this.url} does not let you in (${status}).`, { remedy: 'Enter the user and password, or a token, of the server.' });
  }

  async #refused(response: Response): Promise<PenstockError> {
    if (response.status === 401 || response.status === 403) return this.#denied(response.status);
    if (response.status >= 300 && response.status < 400) return new PenstockError('mlflow-redirect', `${this.url} points to another address, which is not followed.`, { remedy: 'Enter the address that it points to, if it is right.' });
    const text = await response.text().catch(() => '');
    let body: unknown = null;
    try {
      body = JSON.parse(text);
    } catch {
      // A page of a proxy, not MLflow's answer.
    }
    const { error_code: code, message } = errorBody.catch({ error_code: '', message: '' }).parse(body);
    return new MlflowRefusal(code, `The MLflow server answers ${message === '' ? `with status ${response.status}` : `“${message.slice(0, 500)}”`}.`);
  }
}

const reasons: Readonly<Record<string, string>> = { ECONNREFUSED: 'nothing listens there', ENOTFOUND: 'there is no such host', EAI_AGAIN: 'there is no such host', ETIMEDOUT: 'it does not answer', UND_ERR_CONNECT_TIMEOUT: 'it does not answer', ECONNRESET: 'the connection broke', DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself', CERT_HAS_EXPIRED: 'its certificate has expired' };

class MlflowRefusal extends PenstockError {
  readonly mlflowCode: string;
  constructor(mlflowCode: string, message: string) {
    super(mlflowCode === 'RESOURCE_DOES_NOT_EXIST' ? 'mlflow-missing' : 'mlflow-refused', message, { remedy: 'Look at the server’s own pages or log.' });
    this.mlflowCode = mlflowCode;
  }
}

const isPlainName = (name: string): boolean => /^[^/\\\0]{1,255}$/.test(name) && name !== '.' && name !== '..';

/** The path within the server's artifact store. @throws PenstockError `mlflow-artifacts-direct` where the server does not hand files on. */
export function artifactPath(uri: string, server: string): string {
  const found = /^mlflow-artifacts:(?:\/\/[^/]*)?\/+(.*)$/.exec(uri);
  if (found?.[1] !== undefined && !found[1].split('/').includes('..')) return found[1];
  throw new PenstockError('mlflow-artifacts-direct', `The MLflow server ${server} keeps files at ${uri.replace(/(\/\/)[^/@]*@/, '$1')}, where only its own clients reach them.`, { remedy: 'Start it with --serve-artifacts and an --artifacts-destination, and use an experiment that was made since.' });
}
