import { PenstockError } from './errors.ts';
import { formatBytes } from './units.ts';

export interface FullDisk {
  /** What could not be written: a file, or a folder of temporary files. */
  readonly file: string;
  /** Bytes it would have taken, where that is known. */
  readonly needed?: number | undefined;
  /** Bytes that were free for it; null where the system does not tell. */
  readonly free: number | null;
}

/** The one sentence for a full disk: where, and what was needed there. */
export function diskFullError({ file, needed, free }: FullDisk, cause?: unknown): PenstockError {
  const room = free === null ? '' : needed === undefined ? `; it needs more than the ${formatBytes(free)} that were free there` : `; it needs ${formatBytes(needed)}, and ${formatBytes(free)} are free there`;
  return new PenstockError('disk-full', `The disk is full: ${file} could not be written${room}.`, {
    remedy: 'Free some space and try again; what was half written is gone, and nothing finished was lost.',
    place: { file },
    cause,
  });
}
