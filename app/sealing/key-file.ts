import { randomBytes } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PenstockError } from '#app/core/errors.ts';

const firstLine = 'penstock key file 1';

/** Makes a key file that its owner alone may read. @throws PenstockError `key-file-exists`. */
export async function writeKeyFile(file: string): Promise<Buffer> {
  const secret = randomBytes(32);
  await mkdir(path.dirname(path.resolve(file)), { recursive: true });
  await writeFile(file, `${firstLine}\n${secret.toString('base64')}\n`, { flag: 'wx', mode: 0o600, flush: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
    throw new PenstockError('key-file-exists', `${file} is there already.`, { remedy: 'Name another: a key file is never written over.', place: { file } });
  });
  return secret;
}

/** The secret in a key file. @throws PenstockError `key-file-missing`, `key-file-unsafe` (others may read it), `key-file-damaged`. */
export async function readKeyFile(file: string): Promise<Buffer> {
  const info = await stat(file).catch(() => null);
  if (info === null || !info.isFile()) throw new PenstockError('key-file-missing', `There is no key file ${file}.`, { remedy: 'Name it with --key-file or PENSTOCK_KEY_FILE.', place: { file } });
  // Windows keeps a file to its user by the folder's rights; elsewhere the mode says who may read.
  if (process.platform !== 'win32' && (info.mode & 0o077) !== 0) {
    throw new PenstockError('key-file-unsafe', `${file} opens an encrypted project, and others on this machine may read it.`, { remedy: `Make it yours alone: chmod 600 ${file}`, place: { file } });
  }
  const [head, text = ''] = (await readFile(file, 'utf8')).split('\n');
  const secret = Buffer.from(text, 'base64');
  if (head !== firstLine || secret.length !== 32) throw new PenstockError('key-file-damaged', `${file} is not a key file of Penstock.`, { remedy: 'Put it back from a copy, or make another with “penstock key add-file”.', place: { file } });
  return secret;
}
