import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PenstockError } from '#app/core/errors.ts';
import { inputsOf } from '#app/relation/index.ts';
import type { Relation } from '#app/relation/types.ts';
import { isDiskFull } from '../parquet.ts';
import { diskFull } from '../query-errors.ts';

/** The files a relation reads directly. */
export function filesRead(relation: Relation): readonly string[] {
  return relation.op === 'scan' ? (relation.source.kind === 'parquet' ? relation.source.paths : []) : inputsOf(relation).flatMap(filesRead);
}

/**
 * Makes a file whole or not at all: `write` gets a temporary name in the same folder, which is flushed and renamed.
 * @throws PenstockError `file-exists`, `writes-input`, `is-folder`, `file-denied`, `disk-full`.
 */
export async function writeWhole<T>(path: string, relation: Relation, overwrite: boolean, write: (temporary: string) => Promise<T>): Promise<{ result: T; bytes: number }> {
  await assertWritable(path, relation, overwrite);
  const temporary = join(dirname(path), `.${randomBytes(6).toString('hex')}.partial`);
  try {
    const result = await write(temporary);
    const file = await open(temporary, 'r+');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    const { size } = await stat(temporary);
    await rename(temporary, path);
    return { result, bytes: size };
  } catch (thrown) {
    await rm(temporary, { force: true, recursive: true });
    if (isDiskFull(thrown, temporary)) throw diskFull(path, thrown);
    throw thrown;
  }
}

/** Makes the folder, and refuses what must not be replaced. */
export async function assertWritable(path: string, relation: Relation, overwrite: boolean, folder = false): Promise<void> {
  const reads = filesRead(relation);
  if (reads.includes(path) || (folder && reads.some((file) => file.startsWith(`${path}/`) || file.startsWith(`${path}\\`)))) {
    throw new PenstockError('writes-input', `${basename(path)} is what this table is read from.`, { remedy: 'Write to another file.', place: { param: ['path'], file: path } });
  }
  const info = await stat(path).catch(() => null);
  if (!folder && info?.isDirectory() === true) {
    throw new PenstockError('is-folder', `${path} is a folder.`, { remedy: 'Add a file name to the path.', place: { param: ['path'], file: path } });
  }
  if (info !== null && !overwrite) {
    throw new PenstockError('file-exists', `${basename(path)} is already there, and “Replace what is there” is off.`, { remedy: 'Choose another name, or switch it on.', place: { param: ['path'], file: path } });
  }
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code !== 'EACCES' && code !== 'EPERM' && code !== 'EROFS' && code !== 'ENOTDIR' && code !== 'EEXIST') throw cause;
    throw new PenstockError('file-denied', `The folder ${dirname(path)} cannot be made${existsSync(dirname(path)) ? '' : ' or written'}.`, { remedy: 'Choose another folder.', place: { param: ['path'], file: path }, cause });
  }
}
