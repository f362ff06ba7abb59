import { PenstockError } from '#app/core/errors.ts';

/** Columns whose products with each other (six matrices of them at the worst, 8 bytes a product) fit in memory and are solved in minutes. */
export const mostSquared = 6000;

/** @throws PenstockError `too-many-features`. */
export function refuseWide(features: number, what: string, remedy: string): void {
  if (features <= mostSquared) return;
  throw new PenstockError('too-many-features', `${what} weighs every feature against every other, and ${features} are too many for that (at most ${mostSquared}).`, { remedy });
}
