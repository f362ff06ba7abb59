import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename, isAbsolute, relative, sep } from 'node:path';
import { imageSize } from 'image-size';
import { CancelledError, PenstockError } from '#app/core/errors.ts';
import type { ImageFile, ImageOptions } from '#app/sdk/formats.ts';
import { imageExtensions } from '#app/sdk/reader-params.ts';
import { matchingFiles } from './matching-files.ts';

/** Headers lie here; JPEG and TIFF can keep theirs further back, so those are tried again with more. */
const headerBytes = [64 << 10, 4 << 20] as const;
const atOnce = 16;

/**
 * Every image under a folder, by path, with its size from its header; nothing is decoded. A file that is no image says why.
 * @throws PenstockError `folder-missing`; `file-missing` where there is no image at all; CancelledError.
 */
export async function readImageFolder(folder: string, options: ImageOptions, signal: AbortSignal | undefined): Promise<ImageFile[]> {
  const info = await stat(folder).catch(() => null);
  if (info === null || !info.isDirectory()) {
    throw new PenstockError('folder-missing', `The folder ${folder} does not exist.`, { remedy: 'Choose the folder again.', place: { param: ['folder'], file: folder } });
  }
  const files = await matchingFiles([folder], imageExtensions, options.recursive);
  const images: ImageFile[] = [];
  for (let from = 0; from < files.length; from += atOnce) {
    if (signal?.aborted) throw new CancelledError();
    images.push(...(await Promise.all(files.slice(from, from + atOnce).map(({ path, size }) => imageOf(folder, path, size, options)))));
    options.progress(images.length / files.length);
  }
  return images;
}

async function imageOf(folder: string, path: string, bytes: number, options: ImageOptions): Promise<ImageFile> {
  const inside = relative(folder, path).split(sep);
  const base = {
    path: projectPath(options.root, path),
    name: basename(path),
    label: options.label === 'folder' && inside.length > 1 ? (inside[0] ?? null) : null,
    bytes,
  };
  try {
    const size = await sizeOf(path, bytes);
    return { ...base, width: size.width, height: size.height, format: size.format, sha256: options.sha256 ? await digest(path) : null, problem: null };
  } catch (thrown) {
    const problem = bytes === 0 ? 'the file is empty' : (thrown as NodeJS.ErrnoException).code === 'EACCES' ? 'the file may not be read' : 'the file is damaged or not an image';
    return { ...base, width: null, height: null, format: null, sha256: null, problem };
  }
}

function projectPath(root: string, path: string): string {
  const inside = relative(root, path);
  return inside.startsWith('..') || isAbsolute(inside) ? path : inside.split(sep).join('/');
}

/** As people see it: a photograph that its camera marked as turned has its sides swapped. */
async function sizeOf(path: string, bytes: number): Promise<{ width: number; height: number; format: string }> {
  const file = await open(path, 'r');
  try {
    for (const limit of headerBytes) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(limit, bytes)), 0, Math.min(limit, bytes), 0);
      try {
        const { width, height, type, orientation } = imageSize(buffer.subarray(0, bytesRead));
        const turned = orientation !== undefined && orientation >= 5;
        if (width > 0 && height > 0) return { width: turned ? height : width, height: turned ? width : height, format: type === 'jpg' ? 'jpeg' : (type ?? 'unknown') };
        throw new Error('no size');
      } catch (thrown) {
        if (bytes <= limit) throw thrown;
      }
    }
    throw new Error('no header');
  } finally {
    await file.close();
  }
}

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const block of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(block as Buffer);
  return hash.digest('hex');
}

