import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readProjectFile } from './files.ts';
import { headerBytes, sealedKind } from './stream.ts';
import { memoryPrefix } from './working-folder.ts';

/** For readers that want a file and not bytes: an encrypted one as a plain copy in memory for as long as `work` takes, any other as it is. */
export async function withPlainFile<T>(file: string, work: (plain: string) => Promise<T>): Promise<T> {
  if (!(await isSealed(file))) return work(file);
  const folder = await mkdtemp(memoryPrefix());
  try {
    const copy = path.join(folder, path.basename(file));
    await writeFile(copy, await readProjectFile(file), { mode: 0o600 });
    return await work(copy);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function isSealed(file: string): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headerBytes), 0, headerBytes, 0);
    return sealedKind(buffer.subarray(0, bytesRead)) !== null;
  } finally {
    await handle.close();
  }
}
