import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { copyFile, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { PenstockError, toDiagnostic } from '#app/core/errors.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { serialiseDocument } from '#app/pipeline/serialise.ts';
import type { Column } from '#app/relation/types.ts';
import { openapiOf } from '#app/sdk/model-openapi.ts';
import { inputTensorName } from '#app/sdk/ports.ts';
import { dockerfile, modelCard, predictPy, readme, type BundleFacts } from './texts.ts';
import { checkBundle } from './verify.ts';

export interface WriteBundleOptions extends BundleFacts {
  /** Content of model.onnx. */
  readonly onnx: Uint8Array;
  /** Content of golden.json. */
  readonly golden: Uint8Array;
  readonly document: PipelineDocument | null;
  /** Folder with the built server (`dist/bundle-server`). */
  readonly serverDir: string;
  /** Absolute; a folder, or a zip file when it ends in .zip. */
  readonly target: string;
  readonly signal?: AbortSignal;
}

export interface BundleFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** The server and the one WebAssembly build of the runtime that it loads. */
const runtimeFiles = ['server.mjs', 'ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm'];

export const bundleNamePattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

/**
 * Writes a bundle: made in a folder beside the target, checked there (every file's hash, the golden rows through the copied server),
 * then renamed. When anything fails nothing is left behind, and what was at the target stays.
 * @throws PenstockError `bundle-name`, `bundle-target-taken`, `bundle-server-missing`, `disk-full`, `file-denied`, `parity`.
 */
export async function writeBundle(options: WriteBundleOptions): Promise<{ path: string; files: BundleFile[] }> {
  const { target, name } = options;
  if (!bundleNamePattern.test(name)) {
    throw new PenstockError('bundle-name', `“${name}” cannot be the name of a bundle.`, { remedy: 'Use letters, digits, hyphens and underscores, at most 63.' });
  }
  const isZip = target.toLowerCase().endsWith('.zip');
  await refuseForeign(target, isZip);
  const parent = path.dirname(target);
  const work = path.join(parent, `.${path.basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await mkdir(work, { recursive: true });
    const files = await fill(work, options);
    await checkBundle(work, options.signal);
    options.signal?.throwIfAborted();
    if (isZip) await zipInto(work, files, name, target);
    else await swapIn(work, target);
    return { path: target, files };
  } catch (error) {
    throw explained(error, parent);
  } finally {
    await rm(work, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function fill(work: string, options: WriteBundleOptions): Promise<BundleFile[]> {
  const { name, model, document } = options;
  const { signature } = model;
  const example = JSON.stringify([Object.fromEntries(signature.inputs.map((column) => [column.name, exampleValue(column, options.golden)]))]).replaceAll("'", '\\u0027');
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  const contents: Record<string, string | Uint8Array> = {
    'model.onnx': options.onnx,
    'signature.json': json({
      format: 'penstock-model',
      formatVersion: 1,
      name,
      algorithm: model.algorithm,
      createdAt: options.createdAt.toISOString(),
      signature,
      tensors: Object.fromEntries(signature.inputs.map((column) => [column.name, inputTensorName(column.name)])),
    }),
    'golden.json': options.golden,
    ...(document === null ? {} : { 'pipeline.json': serialiseDocument(document) }),
    'lineage.json': json(options.lineage),
    'MODEL_CARD.md': modelCard(options),
    'README.md': readme(options, example),
    'openapi.json': json(openapiOf(name, signature, `Made by the Penstock pipeline “${options.pipelineTitle}”.`)),
    Dockerfile: dockerfile,
    'predict.py': predictPy,
  };
  for (const [file, content] of Object.entries(contents)) await writeDurably(path.join(work, file), content);
  for (const file of runtimeFiles) {
    const source = path.join(options.serverDir, file);
    if (!existsSync(source)) {
      throw new PenstockError('bundle-server-missing', `The model server is not built: ${file} is missing.`, { remedy: 'Run “npm run build” and try again.', place: { file: source } });
    }
    await copyFile(source, path.join(work, file));
  }
  const files: BundleFile[] = [];
  for (const file of [...Object.keys(contents), ...runtimeFiles].sort()) files.push(await described(work, file));
  await writeDurably(path.join(work, 'manifest.json'), json({ format: 'penstock-bundle', formatVersion: 1, name, files }));
  const manifest = await described(work, 'manifest.json');
  const all = [...files, manifest];
  await writeDurably(path.join(work, 'SHA256SUMS'), all.map((file) => `${file.sha256}  ${file.path}\n`).join(''));
  return [...all, await described(work, 'SHA256SUMS')];
}

/** A value of the first golden row that is not missing, so that the example in the README is a plausible one. */
function exampleValue(column: Column, golden: Uint8Array): unknown {
  const { inputs } = JSON.parse(Buffer.from(golden).toString('utf8')) as { inputs?: Record<string, unknown[]> };
  return inputs?.[column.name]?.find((value) => value !== null && value !== '') ?? null;
}

async function writeDurably(file: string, content: string | Uint8Array): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function described(folder: string, file: string): Promise<BundleFile> {
  const bytes = await readFile(path.join(folder, file));
  return { path: file, bytes: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** Only an earlier bundle or an empty folder is replaced: a slip in the path must not cost somebody's files. */
async function refuseForeign(target: string, isZip: boolean): Promise<void> {
  const info = await stat(target).catch(() => null);
  if (info === null) return;
  if (isZip ? info.isFile() && (info.size === 0 || (await isBundleZip(target, info.size))) : info.isDirectory() && (await isBundleOrEmpty(target))) return;
  throw new PenstockError('bundle-target-taken', `There is already something else at ${target}.`, { remedy: 'Choose another path, or move it away.', place: { file: target } });
}

async function isBundleOrEmpty(folder: string): Promise<boolean> {
  const names = await readdir(folder);
  if (names.length === 0) return true;
  try {
    const manifest = JSON.parse(await readFile(path.join(folder, 'manifest.json'), 'utf8')) as { format?: unknown } | null;
    return manifest?.format === 'penstock-bundle';
  } catch {
    return false;
  }
}

/** Looks at the list of names at the end of a zip; a bundle's fits into the last 64 KiB many times over. */
async function isBundleZip(file: string, size: number): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const length = Math.min(size, 65_536);
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.includes('/manifest.json') && buffer.includes('/SHA256SUMS') && buffer.includes('/model.onnx');
  } finally {
    await handle.close();
  }
}

/** Renames the finished folder to the target; an earlier bundle goes aside first and comes back when that fails. */
async function swapIn(work: string, target: string): Promise<void> {
  if (!existsSync(target)) {
    await rename(work, target);
    return;
  }
  const aside = `${work}.old`;
  await rename(target, aside);
  try {
    await rename(work, target);
  } catch (error) {
    await rename(aside, target);
    throw error;
  }
  await rm(aside, { recursive: true, force: true });
}

async function zipInto(work: string, files: readonly BundleFile[], name: string, target: string): Promise<void> {
  const temporary = `${work}.zip`;
  try {
    const zip = new ZipFile();
    for (const file of files) zip.addFile(path.join(work, file.path), `${name}/${file.path}`);
    zip.end();
    await pipeline(zip.outputStream, createWriteStream(temporary, { flags: 'wx', flush: true }));
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function explained(error: unknown, folder: string): unknown {
  const { code } = error as { code?: unknown };
  if (error instanceof PenstockError || (code !== 'ENOSPC' && code !== 'EACCES' && code !== 'EPERM' && code !== 'EROFS' && code !== 'ENOTDIR' && code !== 'EEXIST')) return error;
  const said = toDiagnostic(error);
  if (code === 'ENOSPC') return new PenstockError('disk-full', `The disk is full; the bundle was not written to ${folder}.`, { remedy: 'Free some space and run again; nothing half-written was left.', place: { file: folder }, cause: error });
  return new PenstockError('file-denied', `The bundle cannot be written to ${folder}: ${said.message}`, { remedy: 'Choose a folder that may be written.', place: { file: folder }, cause: error });
}
