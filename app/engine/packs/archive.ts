import { fromBufferPromise, type Entry } from 'yauzl';
import { ZipFile } from 'yazl';
import { PenstockError } from '#app/core/errors.ts';

/** A pack is small: descriptions, icons, some code. */
export const mostPackBytes = 20_000_000;
const mostFiles = 500;
const mostUnpackedBytes = 40_000_000;

/** Folders and file names of lower-case letters, digits, points, hyphens: no path that any system takes for another. */
const plainName = /^(?:[a-z0-9][a-z0-9-]*\/)*[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)+$/;
const reserved = /(?:^|\/)(?:con|prn|aux|nul|com\d|lpt\d)(?:[./]|$)/;

export function packRefused(code: `pack-${string}`, message: string, remedy = 'Get the pack from its publisher again; do not install this file.'): PenstockError {
  return new PenstockError(code, message, { remedy });
}

/**
 * The files of a pack, in memory: nothing of it is written anywhere. Every entry is judged before the first is unpacked.
 * @throws PenstockError `pack-damaged`, `pack-too-large`, `pack-entry` (a path out, a link, a name twice, an encrypted or odd entry).
 */
export async function readPackArchive(bytes: Uint8Array): Promise<Map<string, Uint8Array>> {
  if (bytes.byteLength > mostPackBytes) throw packRefused('pack-too-large', `The file has ${bytes.byteLength} bytes; a pack has at most ${mostPackBytes}.`);
  try {
    const zip = await fromBufferPromise(Buffer.from(bytes), { lazyEntries: true, strictFileNames: true, validateEntrySizes: true });
    const entries = new Map<string, Entry>();
    let unpacked = 0;
    for await (const entry of zip.eachEntry()) {
      judge(entry, entries);
      unpacked += entry.uncompressedSize;
      if (entries.size >= mostFiles || unpacked > mostUnpackedBytes) throw packRefused('pack-too-large', `The pack unpacks to more than ${mostFiles} files or ${mostUnpackedBytes} bytes.`);
      entries.set(entry.fileName, entry);
    }
    const files = new Map<string, Uint8Array>();
    for (const [name, entry] of entries) {
      const parts: Buffer[] = [];
      let size = 0;
      for await (const part of await zip.openReadStreamPromise(entry)) {
        size += (part as Buffer).byteLength;
        if (size > entry.uncompressedSize) throw packRefused('pack-damaged', `“${shown(name)}” in the pack is larger than the pack says.`);
        parts.push(part as Buffer);
      }
      files.set(name, Buffer.concat(parts));
    }
    return files;
  } catch (error) {
    if (error instanceof PenstockError) throw error;
    // yauzl refuses paths out of the archive by itself, too.
    const words = error instanceof Error ? error.message : '';
    if (/relative path|absolute path|invalid characters in fileName/.test(words)) throw packRefused('pack-entry', 'The pack holds a file whose path leads out of it.');
    throw packRefused('pack-damaged', 'The file is no zip archive, or it is damaged.');
  }
}

function judge(entry: Entry, earlier: ReadonlyMap<string, Entry>): void {
  const { fileName: name } = entry;
  if (!plainName.test(name) || name.length > 200 || reserved.test(name)) throw packRefused('pack-entry', `The pack holds a file with the path “${shown(name)}”.`);
  if (earlier.has(name)) throw packRefused('pack-entry', `The pack holds “${shown(name)}” twice.`);
  // The upper half of the external attributes are a Unix mode; 0 where another system wrote the archive.
  const kind = (entry.externalFileAttributes >>> 16) & 0o170000;
  if (kind !== 0 && kind !== 0o100000) throw packRefused('pack-entry', `“${shown(name)}” in the pack is a link or the like, not a file.`);
  if (entry.isEncrypted()) throw packRefused('pack-entry', `“${shown(name)}” in the pack is encrypted.`);
}

/** A name from a stranger, fit for a sentence. */
const shown = (name: string): string => name.replace(/[^\x20-\x7e]/g, '?').slice(0, 100);

/** A zip of files whose bytes depend on nothing but them: same pack, same hash. */
export async function writePackArchive(files: ReadonlyMap<string, Uint8Array>): Promise<Uint8Array> {
  const zip = new ZipFile();
  for (const name of [...files.keys()].sort()) zip.addBuffer(Buffer.from(files.get(name) ?? []), name, { mtime: new Date(1980, 0, 1), mode: 0o100644, forceDosTimestamp: true });
  zip.end();
  const parts: Buffer[] = [];
  for await (const part of zip.outputStream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
