import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { PenstockError } from '#app/core/errors.ts';
import type { ModelSignature } from '#app/sdk/ports.ts';

/** Contents of signature.json. */
export interface BundleSignature {
  readonly format: 'penstock-model';
  readonly formatVersion: 1;
  readonly name: string;
  readonly algorithm: string;
  readonly createdAt: string;
  readonly signature: ModelSignature;
  /** Name of the model's input tensor by column. */
  readonly tensors: Readonly<Record<string, string>>;
}

export interface ManifestEntry {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Contents of golden.json: raw rows, column-wise, and what the model must answer. */
export interface Golden {
  readonly rows: number;
  readonly inputs: Readonly<Record<string, readonly (null | boolean | number | string)[]>>;
  readonly outputs: {
    readonly label?: readonly number[];
    readonly probabilities?: readonly (readonly number[])[];
    readonly prediction?: readonly number[];
  };
}

export async function readJson(folder: string, name: string): Promise<unknown> {
  const file = path.join(folder, name);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw damaged(`The bundle's ${name} cannot be read`, file, error);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw damaged(`The bundle's ${name} is not JSON`, file, error);
  }
}

export async function readSignature(folder: string): Promise<BundleSignature> {
  const value = (await readJson(folder, 'signature.json')) as Partial<BundleSignature> | null;
  const signature = value?.signature;
  if (value?.format !== 'penstock-model' || value.formatVersion !== 1 || typeof value.name !== 'string' || !Array.isArray(signature?.inputs)) {
    throw damaged("The bundle's signature.json is not a model signature that this server understands", path.join(folder, 'signature.json'));
  }
  return value as BundleSignature;
}

export async function readManifest(folder: string): Promise<ManifestEntry[]> {
  const value = (await readJson(folder, 'manifest.json')) as { files?: unknown } | null;
  const files: unknown = value?.files;
  const isEntry = (entry: unknown): entry is ManifestEntry =>
    typeof (entry as ManifestEntry | null)?.path === 'string' && typeof (entry as ManifestEntry).sha256 === 'string';
  if (!Array.isArray(files) || !files.every(isEntry)) {
    throw damaged("The bundle's manifest.json does not list files", path.join(folder, 'manifest.json'));
  }
  return files;
}

/** @throws PenstockError `bundle-damaged` naming the first file that is missing or differs from the manifest. */
export async function verifyFiles(folder: string, only?: readonly string[]): Promise<void> {
  const entries = await readManifest(folder);
  for (const name of only ?? []) {
    if (!entries.some((entry) => entry.path === name)) throw damaged(`The bundle's manifest does not list ${name}`, path.join(folder, 'manifest.json'));
  }
  for (const entry of entries) {
    if (only !== undefined && !only.includes(entry.path)) continue;
    const file = path.join(folder, entry.path);
    // A manifest from elsewhere may name anything; nothing outside the bundle is read.
    if (path.isAbsolute(entry.path) || path.relative(folder, file).split(path.sep).includes('..')) throw damaged(`The bundle's manifest.json names ${JSON.stringify(entry.path.slice(0, 100))}, which lies outside it`, path.join(folder, 'manifest.json'));
    const found = await sha256(file).catch((error: unknown) => {
      throw damaged(`The bundle lacks ${entry.path.slice(0, 200)}`, file, error);
    });
    if (found !== entry.sha256) throw damaged(`The bundle's ${entry.path} was changed after it was written (sha256 ${found.slice(0, 12)}…, expected ${entry.sha256.slice(0, 12)}…)`, file);
  }
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

function damaged(sentence: string, file: string, cause?: unknown): PenstockError {
  return new PenstockError('bundle-damaged', `${sentence}.`, { remedy: 'Write the bundle again, or copy it again as a whole.', place: { file }, cause });
}
