import { hash } from 'node:crypto';

/**
 * Whether a request goes to the canary: decided by a hash of its key alone, so that the same key gets the same answer from any server and
 * after any restart, and whoever is in at 10 percent is still in at 20.
 */
export function isCanary(model: string, key: string, percent: number): boolean {
  if (percent <= 0) return false;
  return percent >= 100 || shareOf(model, key) * 100 < percent;
}

/** Place of a key in 0…1, uniformly spread. */
export function shareOf(model: string, key: string): number {
  return hash('sha1', `${model}\0${key}`, 'buffer').readUInt32BE(0) / 2 ** 32;
}
