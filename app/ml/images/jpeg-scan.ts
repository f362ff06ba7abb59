import { BitReader } from './jpeg-bits.ts';

/** One colour component of a frame. */
export interface Component {
  readonly id: number;
  /** Sampling factors. */
  readonly h: number;
  readonly v: number;
  readonly quantisation: number;
  /** Blocks that hold pixels, and blocks stored (whole units). */
  readonly columns: number;
  readonly rows: number;
  readonly stride: number;
  /** 64 a block, in natural order. */
  readonly coefficients: Int16Array;
}

export interface ScanComponent {
  readonly component: Component;
  readonly dc: Uint16Array;
  readonly ac: Uint16Array;
}

export interface Scan {
  readonly components: readonly ScanComponent[];
  /** Spectral selection and successive approximation (progressive). */
  readonly from: number;
  readonly to: number;
  readonly high: number;
  readonly low: number;
  readonly progressive: boolean;
  readonly restartInterval: number;
  /** Units of all components together. */
  readonly unitColumns: number;
  readonly unitRows: number;
}

export const zigzag = Uint8Array.of(0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63);

const place = (k: number): number => zigzag[k] as number;

/** Decodes one scan into the components' coefficients (ITU-T T.81, annexes F and G). */
export function readScan(data: Uint8Array, start: number, scan: Scan): void {
  const reader = new BitReader(data, start);
  const { from, to, high, low, progressive } = scan;
  const before = new Map<Component, number>();
  let bandEnd = 0;

  const dcDifference = ({ component, dc }: ScanComponent): number => {
    const value = (before.get(component) ?? 0) + reader.signed(reader.symbol(dc));
    before.set(component, value);
    return value;
  };
  const sequential = (scanned: ScanComponent, at: number): void => {
    const { coefficients } = scanned.component;
    coefficients[at] = dcDifference(scanned);
    for (let k = 1; k < 64; k++) {
      const symbol = reader.symbol(scanned.ac);
      const size = symbol & 15;
      k += symbol >> 4;
      if (size === 0) {
        if (symbol < 0xf0) break;
        continue;
      }
      const value = reader.signed(size);
      if (k < 64) coefficients[at + place(k)] = value;
    }
  };
  const firstAc = ({ component, ac }: ScanComponent, at: number): void => {
    if (bandEnd > 0) {
      bandEnd--;
      return;
    }
    for (let k = from; k <= to; k++) {
      const symbol = reader.symbol(ac);
      const [run, size] = [symbol >> 4, symbol & 15];
      k += run;
      if (size === 0) {
        if (run === 15) continue;
        bandEnd = (1 << run) + reader.bits(run) - 1;
        break;
      }
      const value = reader.signed(size) * (1 << low);
      if (k < 64) component.coefficients[at + place(k)] = value;
    }
  };
  const refine = (coefficients: Int16Array, at: number): void => {
    const value = coefficients[at] as number;
    if (reader.bits(1) === 1 && (value & (1 << low)) === 0) coefficients[at] = value + (value >= 0 ? 1 << low : -(1 << low));
  };
  const refineAc = ({ component: { coefficients }, ac }: ScanComponent, at: number): void => {
    let k = from;
    if (bandEnd === 0) {
      for (; k <= to; k++) {
        const symbol = reader.symbol(ac);
        let run = symbol >> 4;
        let value = 0;
        if ((symbol & 15) !== 0) value = reader.bits(1) === 1 ? 1 << low : -(1 << low);
        else if (run < 15) {
          bandEnd = (1 << run) + reader.bits(run);
          break;
        }
        // Over values that are there already (each may get a bit) and `run` places that stay empty.
        for (; k <= to; k++) {
          if (coefficients[at + place(k)] !== 0) refine(coefficients, at + place(k));
          else if (run-- === 0) break;
        }
        if (value !== 0 && k <= to) coefficients[at + place(k)] = value;
      }
    }
    if (bandEnd === 0) return;
    for (; k <= to; k++) if (coefficients[at + place(k)] !== 0) refine(coefficients, at + place(k));
    bandEnd--;
  };
  const block = (scanned: ScanComponent, at: number): void => {
    const { coefficients } = scanned.component;
    if (!progressive) sequential(scanned, at);
    else if (from > 0) (high === 0 ? firstAc : refineAc)(scanned, at);
    else if (high === 0) coefficients[at] = dcDifference(scanned) * (1 << low);
    else if (reader.bits(1) === 1) coefficients[at] = (coefficients[at] as number) | (1 << low);
  };

  const [single] = scan.components;
  const alone = scan.components.length === 1 && single !== undefined ? single : null;
  const columns = alone?.component.columns ?? scan.unitColumns;
  const units = columns * (alone?.component.rows ?? scan.unitRows);
  for (let unit = 0; unit < units; unit++) {
    if (scan.restartInterval > 0 && unit > 0 && unit % scan.restartInterval === 0) {
      if (!reader.restart()) return;
      before.clear();
      bandEnd = 0;
    }
    const [column, row] = [unit % columns, Math.floor(unit / columns)];
    if (alone !== null) {
      block(alone, 64 * (row * alone.component.stride + column));
      continue;
    }
    for (const scanned of scan.components) {
      const { h, v, stride } = scanned.component;
      for (let y = 0; y < v; y++) for (let x = 0; x < h; x++) block(scanned, 64 * ((row * v + y) * stride + column * h + x));
    }
  }
}
