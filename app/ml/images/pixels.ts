import { PenstockError } from '#app/core/errors.ts';

/** Red, green, blue of each pixel, row by row. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Larger images are refused before anything is allocated. */
const mostPixels = 120_000_000;

export function imageError(reason: string): PenstockError {
  return new PenstockError('image-unreadable', `The image cannot be read: ${reason}.`, { remedy: 'Save it again as PNG or JPEG, or remove it.' });
}

/** @throws PenstockError `image-unreadable`. */
export function checkSize(width: number, height: number): void {
  if (width < 1 || height < 1) throw imageError('it has no pixels');
  if (width * height > mostPixels) throw imageError(`it has more than ${mostPixels / 1e6} million pixels`);
}
