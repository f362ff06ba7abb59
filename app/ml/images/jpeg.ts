import { huffmanTable } from './jpeg-bits.ts';
import { type Component, readScan, type ScanComponent, zigzag } from './jpeg-scan.ts';
import { checkSize, imageError, type Pixels } from './pixels.ts';

/** JPEG (ITU-T T.81): baseline, extended and progressive, 8 bits, Huffman-coded; grey, YCbCr, RGB, CMYK and YCCK. */

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly progressive: boolean;
  readonly most: { readonly h: number; readonly v: number };
  readonly components: readonly Component[];
}

export interface JpegImage extends Pixels {
  /** How the camera was held, 1…8 as in EXIF; 1: upright. */
  readonly orientation: number;
}

interface State {
  readonly quantisation: Map<number, Int32Array>;
  readonly huffman: Map<number, Uint16Array>;
  frame: Frame | null;
  restartInterval: number;
  adobe: number | null;
  orientation: number;
}

function readQuantisation(body: Uint8Array, { quantisation }: State): void {
  for (let at = 0; at < body.length; ) {
    const head = body[at++] as number;
    const wide = head >> 4 !== 0;
    const table = new Int32Array(64);
    for (let k = 0; k < 64; k++) {
      table[zigzag[k] as number] = wide ? ((body[at] ?? 0) << 8) | (body[at + 1] ?? 0) : (body[at] ?? 0);
      at += wide ? 2 : 1;
    }
    quantisation.set(head & 15, table);
  }
}

function readHuffman(body: Uint8Array, { huffman }: State): void {
  for (let at = 0; at + 17 <= body.length; ) {
    const head = body[at] as number;
    const counts = body.subarray(at + 1, at + 17);
    const size = counts.reduce((sum, count) => sum + count, 0);
    huffman.set(head, huffmanTable(counts, body.subarray(at + 17, at + 17 + size)));
    at += 17 + size;
  }
}

function readFrame(marker: number, body: Uint8Array): Frame {
  const [depth = 0, heightHigh = 0, heightLow = 0, widthHigh = 0, widthLow = 0, count = 0] = body;
  const [width, height] = [(widthHigh << 8) | widthLow, (heightHigh << 8) | heightLow];
  if (depth !== 8) throw imageError('it has more than 8 bits a colour');
  checkSize(width, height);
  const plain = Array.from({ length: count }, (_, i) => ({ id: body[6 + 3 * i] ?? 0, h: (body[7 + 3 * i] ?? 0) >> 4, v: (body[7 + 3 * i] ?? 0) & 15, quantisation: body[8 + 3 * i] ?? 0 }));
  if (![1, 3, 4].includes(count) || plain.some(({ h, v }) => h < 1 || v < 1 || h > 4 || v > 4)) throw imageError('its colours are of an unknown kind');
  const most = { h: Math.max(...plain.map(({ h }) => h)), v: Math.max(...plain.map(({ v }) => v)) };
  const [unitColumns, unitRows] = [Math.ceil(width / (8 * most.h)), Math.ceil(height / (8 * most.v))];
  const components = plain.map((component): Component => {
    const stride = unitColumns * component.h;
    return {
      ...component,
      columns: Math.ceil(Math.ceil((width * component.h) / most.h) / 8),
      rows: Math.ceil(Math.ceil((height * component.v) / most.v) / 8),
      stride,
      coefficients: new Int16Array(64 * stride * unitRows * component.v),
    };
  });
  return { width, height, progressive: marker === 0xc2, most, components };
}

/** The orientation in an EXIF block (tag 0x0112 of its first directory); 1 where there is none. */
function readOrientation(body: Uint8Array): number {
  if (String.fromCharCode(...body.subarray(0, 4)) !== 'Exif' || body.length < 20) return 1;
  const view = new DataView(body.buffer, body.byteOffset + 6, body.byteLength - 6);
  const little = view.getUint16(0) === 0x4949;
  const directory = view.getUint32(4, little);
  if (directory + 2 > view.byteLength) return 1;
  for (let i = 0; i < view.getUint16(directory, little); i++) {
    const entry = directory + 2 + 12 * i;
    if (entry + 10 > view.byteLength) return 1;
    const value = view.getUint16(entry + 8, little);
    if (view.getUint16(entry, little) === 0x0112) return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

function scanAt(data: Uint8Array, body: Uint8Array, after: number, state: State): void {
  const { frame, huffman } = state;
  if (frame === null) throw imageError('the file is damaged');
  const [count = 0] = body;
  const none = new Uint16Array(65_536);
  const components = Array.from({ length: count }, (_, i): ScanComponent => {
    const component = frame.components.find(({ id }) => id === body[1 + 2 * i]);
    if (component === undefined) throw imageError('the file is damaged');
    const tables = body[2 + 2 * i] ?? 0;
    return { component, dc: huffman.get(tables >> 4) ?? none, ac: huffman.get(0x10 | (tables & 15)) ?? none };
  });
  const [from = 0, to = 63, approximation = 0] = body.subarray(1 + 2 * count);
  readScan(data, after, {
    components,
    from,
    to: Math.min(63, to),
    high: approximation >> 4,
    low: approximation & 15,
    progressive: frame.progressive,
    restartInterval: state.restartInterval,
    unitColumns: Math.ceil(frame.width / (8 * frame.most.h)),
    unitRows: Math.ceil(frame.height / (8 * frame.most.v)),
  });
}

/** The inverse cosine transform of the lowest size × size frequencies: an image `size` / 8 as large comes out at once. */
function basisOf(size: number): Float32Array {
  const basis = new Float32Array(size * size);
  for (let x = 0; x < size; x++) for (let u = 0; u < size; u++) basis[x * size + u] = Math.cos(((2 * x + 1) * u * Math.PI) / (2 * size)) * Math.sqrt((u === 0 ? 1 : 2) / size) * Math.sqrt(size / 8);
  return basis;
}

/** Samples of a component, `size` a block in each direction. */
function samplesOf({ coefficients, stride }: Component, table: Int32Array, size: number): Uint8ClampedArray {
  const basis = basisOf(size);
  const width = stride * size;
  const out = new Uint8ClampedArray((coefficients.length / 64) * size * size);
  const half = new Float32Array(size * size);
  for (let block = 0, at = 0; at < coefficients.length; block++, at += 64) {
    const start = Math.floor(block / stride) * size * width + (block % stride) * size;
    for (let v = 0; v < size; v++) {
      for (let x = 0; x < size; x++) {
        let sum = 0;
        for (let u = 0; u < size; u++) sum += (basis[x * size + u] as number) * (coefficients[at + 8 * v + u] as number) * (table[8 * v + u] as number);
        half[v * size + x] = sum;
      }
    }
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        let sum = 128;
        for (let v = 0; v < size; v++) sum += (basis[y * size + v] as number) * (half[v * size + x] as number);
        out[start + y * width + x] = sum;
      }
    }
  }
  return out;
}

function toRgb({ width, height, most, components }: Frame, state: State, size: number): Pixels {
  const [columns, rows] = [Math.ceil((width * size) / 8), Math.ceil((height * size) / 8)];
  const planes = components.map((component) => ({ samples: samplesOf(component, state.quantisation.get(component.quantisation) ?? new Int32Array(64).fill(1), size), width: component.stride * size, x: component.h / most.h, y: component.v / most.v }));
  const isYcc = components.length === 3 ? state.adobe !== 0 && !(state.adobe === null && components.map(({ id }) => id).join() === '82,71,66') : state.adobe === 2;
  const out = new Uint8ClampedArray(columns * rows * 3);
  const at = (plane: number, x: number, y: number): number => {
    const found = planes[plane];
    return found === undefined ? 0 : (found.samples[Math.floor(y * found.y) * found.width + Math.floor(x * found.x)] as number);
  };
  for (let y = 0, to = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++, to += 3) {
      let [red, green, blue] = [at(0, x, y), at(1, x, y), at(2, x, y)];
      if (planes.length === 1) [green, blue] = [red, red];
      else if (isYcc) {
        const [luma, cb, cr] = [red, green - 128, blue - 128];
        [red, green, blue] = [luma + 1.402 * cr, luma - 0.344136 * cb - 0.714136 * cr, luma + 1.772 * cb];
      }
      // Adobe writes CMYK inverted: a sample says how much light is left.
      const light = planes.length === 4 ? at(3, x, y) / 255 : 1;
      out[to] = red * light;
      out[to + 1] = green * light;
      out[to + 2] = blue * light;
    }
  }
  return { width: columns, height: rows, data: new Uint8Array(out.buffer) };
}

/**
 * Decodes a JPEG. `wanted`: the size it will be brought to; an image of at least four times that size is decoded at a half, a
 * quarter or an eighth of its size at once, and is then still twice as large.
 * @throws PenstockError `image-unreadable`.
 */
export function decodeJpeg(file: Uint8Array, wanted: { readonly width: number; readonly height: number } | null = null): JpegImage {
  const state: State = { quantisation: new Map(), huffman: new Map(), frame: null, restartInterval: 0, adobe: null, orientation: 1 };
  let scans = 0;
  for (let at = 2; at + 4 <= file.length; ) {
    if (file[at] !== 0xff) {
      at++;
      continue;
    }
    const marker = file[at + 1] as number;
    if (marker === 0xd9) break;
    if (marker === 0 || marker === 0xff || (marker >= 0xd0 && marker <= 0xd8)) {
      at += marker === 0xff ? 1 : 2;
      continue;
    }
    const size = ((file[at + 2] as number) << 8) | (file[at + 3] as number);
    const body = file.subarray(at + 4, at + 2 + size);
    if (marker === 0xdb) readQuantisation(body, state);
    else if (marker === 0xc4) readHuffman(body, state);
    else if (marker === 0xdd) state.restartInterval = ((body[0] ?? 0) << 8) | (body[1] ?? 0);
    else if (marker === 0xe1 && state.orientation === 1) state.orientation = readOrientation(body);
    else if (marker === 0xee && String.fromCharCode(...body.subarray(0, 5)) === 'Adobe') state.adobe = body[11] ?? null;
    else if (marker >= 0xc0 && marker <= 0xc2) state.frame = readFrame(marker, body);
    else if (marker === 0xda) {
      scanAt(file, body, at + 2 + size, state);
      scans++;
    } else if (marker >= 0xc3 && marker <= 0xcf) throw imageError('it is coded in a rare way (lossless or arithmetic)');
    at += 2 + size;
  }
  const { frame, orientation } = state;
  if (frame === null || scans === 0) throw imageError('the file is damaged');
  const longer = wanted === null ? Number.POSITIVE_INFINITY : Math.max(wanted.width, wanted.height);
  const scale = [1, 2, 4].find((part) => (Math.min(frame.width, frame.height) * part) / 8 >= 2 * longer) ?? 8;
  return { ...toRgb(frame, state, scale), orientation };
}
