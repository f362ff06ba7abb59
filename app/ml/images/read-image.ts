import { readFile } from 'node:fs/promises';
import { decodeJpeg } from './jpeg.ts';
import { imageError, type Pixels } from './pixels.ts';
import { decodePng } from './png.ts';
import { resize, upright } from './resize.ts';

/** A PNG or JPEG file's pixels, upright, brought to a size. @throws PenstockError `image-unreadable`. */
export function decodeImage(file: Uint8Array, width: number, height: number): Pixels {
  try {
    return decoded(file, width, height);
  } catch (error) {
    // A length in the file that points beyond its end; running out of memory is something else.
    if (error instanceof RangeError && !/allocation|array length/i.test(error.message)) throw imageError('the file is damaged');
    throw error;
  }
}

function decoded(file: Uint8Array, width: number, height: number): Pixels {
  if (file[0] === 0x89 && file[1] === 0x50) return resize(decodePng(file), width, height);
  if (file[0] !== 0xff || file[1] !== 0xd8) throw imageError(file.length === 0 ? 'the file is empty' : 'it is neither PNG nor JPEG');
  const { orientation, ...pixels } = decodeJpeg(file, { width, height });
  const [w, h] = orientation >= 5 ? [height, width] : [width, height];
  return upright(resize(pixels, w, h), orientation);
}

/** As `decodeImage`, from a path. @throws PenstockError `image-unreadable`. */
export async function readImage(path: string, width: number, height: number): Promise<Pixels> {
  let file: Uint8Array;
  try {
    file = await readFile(path);
  } catch {
    throw imageError('there is no such file, or it may not be read');
  }
  return decodeImage(file, width, height);
}
