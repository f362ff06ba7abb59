import { buffer } from 'node:stream/consumers';
import { fromBufferPromise } from 'yauzl';
import { ZipFile } from 'yazl';
import { mutated, type Random } from './mutate.ts';

async function partsOf(bytes: Uint8Array): Promise<Map<string, Uint8Array>> {
  const parts = new Map<string, Uint8Array>();
  const zip = await fromBufferPromise(Buffer.from(bytes), { lazyEntries: true });
  for await (const entry of zip.eachEntry()) if (!entry.fileName.endsWith('/')) parts.set(entry.fileName, new Uint8Array(await buffer(await zip.openReadStreamPromise(entry))));
  return parts;
}

export async function zipOf(parts: Iterable<readonly [string, Uint8Array]>): Promise<Uint8Array> {
  const zip = new ZipFile();
  for (const [name, bytes] of parts) zip.addBuffer(Buffer.from(bytes), name);
  zip.end();
  return new Uint8Array(await buffer(zip.outputStream));
}

/** A zip file changed in one of its parts, or (now and then) as bytes: changed bytes of packed parts mostly only break the packing. */
export async function mutatedZip(seed: Uint8Array, random: Random, others: readonly Uint8Array[], words: readonly string[]): Promise<Uint8Array> {
  if (random.chance(4)) return mutated(seed, random, others);
  const parts = await partsOf(seed).catch(() => null);
  if (parts === null || parts.size === 0) return mutated(seed, random, others);
  const names = [...parts.keys()];
  const name = random.pick(names);
  const way = random.below(12);
  if (way === 0) parts.delete(name);
  else if (way === 1) parts.set(name, parts.get(random.pick(names)) ?? new Uint8Array());
  else parts.set(name, mutated(parts.get(name) ?? new Uint8Array(), random, [...parts.values()], words));
  return zipOf(parts);
}
