import { inflateSync } from 'node:zlib';
import { checkSize, imageError, type Pixels } from './pixels.ts';

/** PNG (W3C, third edition): every colour type and depth, interlaced or not; transparent pixels on white. */

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colour: number;
  readonly interlaced: boolean;
}

/** Samples a pixel by colour type. */
const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** Adam7: first column and row of each pass, and the steps between its pixels. */
const passes = [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]] as const;

function readHeader(view: DataView, at: number): Header {
  const header = { width: view.getUint32(at), height: view.getUint32(at + 4), depth: view.getUint8(at + 8), colour: view.getUint8(at + 9), interlaced: view.getUint8(at + 12) === 1 };
  checkSize(header.width, header.height);
  if (channelsOf[header.colour] === undefined || ![1, 2, 4, 8, 16].includes(header.depth)) throw imageError('its colours are of an unknown kind');
  return header;
}

/** Takes back what each row was predicted from (section 9). In place; gives where the rows begin. */
function unfilter(data: Uint8Array, at: number, rows: number, stride: number, step: number): void {
  for (let row = 0; row < rows; row++) {
    const kind = data[at + row * (stride + 1)];
    const start = at + row * (stride + 1) + 1;
    for (let i = 0; i < stride; i++) {
      const left = i < step ? 0 : (data[start + i - step] as number);
      const up = row === 0 ? 0 : (data[start + i - stride - 1] as number);
      const corner = i < step || row === 0 ? 0 : (data[start + i - stride - 1 - step] as number);
      let predicted = 0;
      if (kind === 1) predicted = left;
      else if (kind === 2) predicted = up;
      else if (kind === 3) predicted = (left + up) >> 1;
      else if (kind === 4) {
        const base = left + up - corner;
        const [a, b, c] = [Math.abs(base - left), Math.abs(base - up), Math.abs(base - corner)];
        predicted = a <= b && a <= c ? left : b <= c ? up : corner;
      }
      data[start + i] = ((data[start + i] as number) + predicted) & 255;
    }
  }
}

interface Colours {
  readonly palette: Uint8Array;
  /** Of palette entries. */
  readonly opacity: Uint8Array;
  /** The one colour (as stored) that is transparent, of images without a palette or opacity of their own. */
  readonly key: readonly number[] | null;
}

interface Sample {
  /** As stored: 0…2^depth − 1. */
  stored(channel: number): number;
  /** In 0…255; of a palette: the index. */
  byte(channel: number): number;
}

function opacityOf(colour: number, { stored, byte }: Sample, { opacity, key }: Colours): number {
  if (colour === 3) return opacity[byte(0)] ?? 255;
  if (colour === 4) return byte(1);
  if (colour === 6) return byte(3);
  return key !== null && key.every((value, channel) => stored(channel) === value) ? 0 : 255;
}

/** One pixel as red, green, blue over white. */
function putPixel(out: Uint8Array, to: number, colour: number, sample: Sample, colours: Colours): void {
  const isGrey = colour === 0 || colour === 4;
  const index = colour === 3 ? sample.byte(0) : 0;
  const alpha = opacityOf(colour, sample, colours);
  for (let channel = 0; channel < 3; channel++) {
    const value = colour === 3 ? (colours.palette[3 * index + channel] ?? 0) : sample.byte(isGrey ? 0 : channel);
    out[to + channel] = alpha === 255 ? value : Math.round((value * alpha + 255 * (255 - alpha)) / 255);
  }
}

/** @throws PenstockError `image-unreadable`. */
export function decodePng(file: Uint8Array): Pixels {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let header: Header | null = null;
  let palette = new Uint8Array();
  let opacity = new Uint8Array();
  let key: readonly number[] | null = null;
  const parts: Uint8Array[] = [];
  for (let at = 8; at + 8 <= file.length; ) {
    const size = view.getUint32(at);
    const kind = String.fromCharCode(...file.subarray(at + 4, at + 8));
    const body = file.subarray(at + 8, at + 8 + size);
    if (kind === 'IHDR' && size >= 13) header = readHeader(view, at + 8);
    else if (kind === 'PLTE') palette = Uint8Array.from(body);
    else if (kind === 'tRNS' && header?.colour === 3) opacity = Uint8Array.from(body);
    else if (kind === 'tRNS' && (header?.colour === 0 || header?.colour === 2)) key = Array.from({ length: size >> 1 }, (_, i) => ((body[2 * i] ?? 0) << 8) | (body[2 * i + 1] ?? 0));
    else if (kind === 'IDAT') parts.push(body);
    else if (kind === 'IEND') break;
    at += size + 12;
  }
  if (header === null) throw imageError('the file is damaged');
  const { width, height, depth, colour, interlaced } = header;
  const bits = depth * (channelsOf[colour] ?? 1);
  const areas = (interlaced ? passes : ([[0, 0, 1, 1]] as const)).map(([x, y, dx, dy]) => ({ x, y, dx, dy, columns: Math.ceil((width - x) / dx), rows: Math.ceil((height - y) / dy) })).filter(({ columns, rows }) => columns > 0 && rows > 0);
  const expected = areas.reduce((sum, { columns, rows }) => sum + rows * (Math.ceil((columns * bits) / 8) + 1), 0);
  let data: Uint8Array;
  try {
    data = inflateSync(Buffer.concat(parts), { maxOutputLength: expected + 1024 });
  } catch {
    throw imageError('the file is damaged');
  }
  if (data.length < expected) throw imageError('the file ends too early');
  const out = new Uint8Array(width * height * 3);
  const top = (1 << depth) - 1;
  let at = 0;
  for (const { x, y, dx, dy, columns, rows } of areas) {
    const stride = Math.ceil((columns * bits) / 8);
    unfilter(data, at, rows, stride, Math.max(1, bits >> 3));
    for (let row = 0; row < rows; row++) {
      const start = at + row * (stride + 1) + 1;
      for (let column = 0; column < columns; column++) {
        const from = start + ((column * bits) >> 3);
        const stored = (channel: number): number => {
          if (depth === 8) return data[from + channel] as number;
          if (depth === 16) return ((data[from + 2 * channel] as number) << 8) | (data[from + 2 * channel + 1] as number);
          return ((data[from] as number) >> (8 - depth - ((column * bits) & 7))) & top;
        };
        const byte = (channel: number): number => (depth === 8 || colour === 3 ? stored(channel) : depth === 16 ? stored(channel) >> 8 : Math.round((stored(channel) * 255) / top));
        putPixel(out, 3 * ((y + row * dy) * width + x + column * dx), colour, { stored, byte }, { palette, opacity, key });
      }
    }
    at += rows * (stride + 1);
  }
  return { width, height, data: out };
}
