import { PenstockError } from './errors.ts';
import { formatBytes, formatCount } from './units.ts';

/** An entry as the directory of a zip file lists it (the names are yauzl's). */
export interface ArchiveEntry {
  readonly fileName: string;
  readonly compressedSize: number;
  readonly uncompressedSize: number;
  /** Upper half: the mode of the file where it was made on Unix. */
  readonly externalFileAttributes: number;
  readonly generalPurposeBitFlag: number;
}

export interface ArchiveLimits {
  readonly entries: number;
  /** Bytes of all entries unpacked. */
  readonly total: number;
  /** Unpacked over packed bytes, beyond `ratioFrom` bytes: small files may pack very well. */
  readonly ratio: number;
  readonly ratioFrom: number;
}

export const archiveLimits: ArchiveLimits = { entries: 20_000, total: 8e9, ratio: 250, ratioFrom: 64 << 20 };

/** Windows makes devices of these, whatever comes after a dot. */
const reserved = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;
const kinds = { file: 0o100000, folder: 0o040000, mask: 0o170000 };

/**
 * Whether an archive from elsewhere may be unpacked, told by its directory alone, before a byte of it is read or written: no entry that
 * leads out of the folder, is a link or device, has a name that some system takes for something else, is locked or there twice, and no more of
 * them, and no more bytes, than the limits. Used wherever the app opens an archive; who reads entries still counts their bytes, for sizes may lie.
 * @param name of the file, for the sentences
 * @throws PenstockError `archive-name`, `archive-link`, `archive-locked`, `archive-twice`, `archive-too-large`, each naming the entry or the limit
 */
export function checkArchive(name: string, entries: readonly ArchiveEntry[], limits: ArchiveLimits = archiveLimits): void {
  const refuse = (code: `archive-${string}`, what: string, remedy = 'Do not open archives of unknown origin; ask for it anew.'): never => {
    throw new PenstockError(code, `“${name}” ${what}.`, { remedy, place: { file: name } });
  };
  if (entries.length > limits.entries) refuse('archive-too-large', `has more than ${formatCount(limits.entries)} entries`);
  const seen = new Map<string, string>();
  let total = 0;
  let packed = 0;
  for (const entry of entries) {
    const fault = nameFault(entry.fileName);
    if (fault !== null) refuse('archive-name', `holds an entry whose name ${fault}: ${JSON.stringify(entry.fileName.slice(0, 100))}`);
    const mode = (entry.externalFileAttributes >>> 16) & kinds.mask;
    if (mode !== 0 && mode !== kinds.file && mode !== kinds.folder) refuse('archive-link', `holds an entry that is a link or a device: ${JSON.stringify(entry.fileName.slice(0, 100))}`);
    if ((entry.generalPurposeBitFlag & 1) !== 0) refuse('archive-locked', `is protected by a password (${JSON.stringify(entry.fileName.slice(0, 100))})`, 'Make it anew without a password.');
    // As file systems compare names that do not tell apart capitals and the ways to write an accent.
    const key = entry.fileName.replace(/\/$/, '').normalize('NFC').toLowerCase();
    const before = seen.get(key);
    if (before !== undefined) refuse('archive-twice', `holds ${JSON.stringify(before.slice(0, 100))} and ${JSON.stringify(entry.fileName.slice(0, 100))}, which some systems take for one file`);
    seen.set(key, entry.fileName);
    total += entry.uncompressedSize;
    packed += entry.compressedSize;
    if (total > limits.total) refuse('archive-too-large', `unpacks to more than ${formatBytes(limits.total)}`);
    if (entry.uncompressedSize > limits.ratioFrom && entry.uncompressedSize > limits.ratio * entry.compressedSize) refuse('archive-too-large', `holds ${JSON.stringify(entry.fileName.slice(0, 100))}, which unpacks to more than ${formatCount(limits.ratio)} times its size, as no honest file does`);
  }
  if (total > limits.ratioFrom && total > limits.ratio * packed) refuse('archive-too-large', `unpacks to more than ${formatCount(limits.ratio)} times its size, as no honest file does`);
}

/** What is wrong with a name, or null. */
function nameFault(name: string): string | null {
  if (name === '' || name.length > 1000) return 'is empty or longer than 1,000 characters';
  // oxlint-disable-next-line no-control-regex -- that is what is looked for
  if (/[\u0000-\u001f\u007f]/.test(name)) return 'has a control character in it';
  if (name.startsWith('/') || name.startsWith('\\') || /^[A-Za-z]:/.test(name)) return 'begins at the root of a disk';
  const parts = name.replace(/\/$/, '').split(/[/\\]/);
  if (parts.some((part) => part === '..')) return 'leads out of its folder';
  if (parts.some((part) => part === '' || part === '.')) return 'has an empty part';
  if (name.includes('\\')) return 'has a backslash in it';
  if (parts.some((part) => reserved.test(part))) return 'is one that Windows keeps for devices';
  if (parts.some((part) => /[. ]$/.test(part))) return 'ends in a dot or a space, which Windows leaves out';
  if (/[<>:"|?*]/.test(name)) return 'has a character in it that Windows does not allow';
  return null;
}
