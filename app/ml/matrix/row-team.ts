import { Arena } from '../kernels/arena.ts';
import { Team, teamSize } from '../kernels/team.ts';
import { blockRowsOf, partOf, roomOf, shared, single } from './row-regions.ts';

/** Parts that rows are cut into, whose sums are added in their order: no result depends on the number of threads. */
const parts = 32;
/** Values that are gone through between two looks at the cancel flag: some tens of milliseconds. */
const atOnce = 1 << 27;
/** Values under which a helper would come too late. */
const worthHelp = 1 << 16;
/** Columns above which onnxruntime's products, in wider registers, are quicker. */
const mostColumns = 96;
/** Numbers of rows whose targets and weights fit into a kernel's memory. */
const mostRows = 1e8;

/** Whether products of such rows are left to the kernels. */
export const suitsTeam = (rows: number, columns: number): boolean => columns <= mostColumns && rows <= mostRows;

export interface TableRows {
  /** Row-major [rows × columns]; on shared memory all cores read it. */
  readonly matrix: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** Numbers for each row that sums are made with. */
export interface RowNumbers {
  readonly targets?: Float64Array | undefined;
  readonly weights?: Float64Array | undefined;
  /** Logistic: 0 or 1, and weights near 1. */
  readonly classes?: Float64Array | undefined;
  readonly shares?: Float32Array | undefined;
}

/** Sums over rows in float64. */
export interface RowSums {
  /** [5]; those that there are. */
  readonly sums: Float64Array;
  /** Two lines of [columns]. */
  readonly sides: Float64Array;
  /** [columns × columns]: the lower triangle counts; nothing where no products are asked for. */
  readonly gram: Float64Array;
}

/** Which rows: all, or an even spread of about so many. */
export type Spread = 'all' | number;

export interface LogisticLook {
  /** [columns], and what is added. */
  readonly beta: Float64Array;
  readonly intercept: number;
  readonly curvature: boolean;
  readonly spread: Spread;
}

/** Addresses. */
interface Places {
  readonly shift: number;
  readonly beta: number;
  readonly sums: number;
}

/** Sums of products over the rows of a table by the kernels, on all cores; float32 products within a block, float64 sums of blocks. */
export class RowTeam {
  readonly #team: Team;
  readonly #table: TableRows;
  readonly #groups: number;
  readonly #at: Places;

  private constructor(team: Team, table: TableRows, at: Places) {
    this.#team = team;
    this.#table = table;
    this.#groups = Math.ceil(table.columns / 4);
    this.#at = at;
  }

  static async open(table: TableRows, numbers: RowNumbers): Promise<RowTeam> {
    const { matrix, rows, columns } = table;
    const groups = Math.ceil(columns / 4);
    const arena = new Arena();
    const threads = matrix.buffer instanceof SharedArrayBuffer && matrix.length >= worthHelp ? teamSize() : 1;
    const room = roomOf(columns, groups).bytes;
    const at = { shift: arena.take(groups * 16), beta: arena.take(groups * 16), sums: arena.take(parts * partOf(groups).bytes), room: arena.take(threads * room) };
    // Loops read up to four numbers at a time.
    const place = (bytes: number | undefined): number => (bytes === undefined ? 0 : arena.take(bytes));
    const { targets, weights, classes, shares } = numbers;
    const own = { targets: place(targets?.byteLength), weights: place(weights?.byteLength), labels: place(classes?.length), shares: place(shares?.byteLength) };
    const team = await Team.start(arena, threads, matrix);
    arena.f64(own.targets, targets?.length ?? 0).set(targets ?? []);
    arena.f64(own.weights, weights?.length ?? 0).set(weights ?? []);
    arena.f32(own.shares, shares?.length ?? 0).set(shares ?? []);
    const labels = arena.i8(own.labels, classes?.length ?? 0);
    for (let row = 0; row < labels.length; row++) labels[row] = 2 * (classes?.[row] as number) - 1;
    const fixed = { rows, columns, groups, blockRows: blockRowsOf(groups), room: at.room, roomBytes: room, sums: at.sums, partBytes: partOf(groups).bytes, beta: at.beta, ...own };
    for (const [name, value] of Object.entries(fixed)) team.integers[shared[name as keyof typeof fixed]] = value;
    return new RowTeam(team, table, at);
  }

  /** Moments of u = x − shift and d = y − level, as `momentsGraph` says; without products the second of `sides` is Σ w u². */
  moments(shift: Float64Array | null, level: number, products: boolean, check: () => void): RowSums {
    this.#team.floats[single.level] = level;
    this.#shift(shift);
    return this.#sums('momentParts', 'all', products, check);
  }

  /** Loss, slope and curvature of a logistic loss, as `binaryGraph` says. */
  logistic(shift: Float64Array | null, { beta, intercept, curvature, spread }: LogisticLook, check: () => void): RowSums {
    this.#team.floats[single.intercept] = intercept;
    this.#team.arena.f32(this.#at.beta, this.#groups * 4).set(beta);
    this.#shift(shift);
    return this.#sums('logisticParts', spread, curvature, check);
  }

  close(): Promise<void> {
    return this.#team.end();
  }

  #shift(shift: Float64Array | null): void {
    this.#team.integers[shared.shift] = shift === null ? 0 : this.#at.shift;
    if (shift !== null) this.#team.arena.f32(this.#at.shift, this.#groups * 4).set(shift);
  }

  #sums(region: 'momentParts' | 'logisticParts', spread: Spread, products: boolean, check: () => void): RowSums {
    const { integers, arena } = this.#team;
    const { rows, columns } = this.#table;
    const { sides: sidesAt, products: productsAt, bytes } = partOf(this.#groups);
    const pitch = this.#groups * 4;
    const blockRows = blockRowsOf(this.#groups);
    const whole = (count: number): number => Math.max(1, Math.ceil(count / blockRows)) * blockRows;
    const sums = new Float64Array(5);
    const sides = new Float64Array(2 * columns);
    const gram = new Float64Array(products ? columns * columns : 0);
    integers[shared.products] = products ? 1 : 0;
    const least = parts * blockRows;
    const wave = spread === 'all' ? Math.max(1, Math.floor(atOnce / columns / least)) * least : rows;
    for (let first = 0; first < rows; first += wave) {
      check();
      const here = Math.min(wave, rows - first);
      const length = whole((spread === 'all' ? here : Math.min(spread, here)) / parts);
      const stride = spread === 'all' ? length : Math.max(length, Math.floor((here - length) / (parts - 1)));
      const count = Math.min(parts, Math.ceil(here / stride));
      integers.set([0, count, first, stride, length], shared.next);
      this.#team.run(region);
      for (let part = 0; part < count; part++) {
        const at = this.#at.sums + part * bytes;
        addTo(sums, arena.f64(at, 5), 0);
        for (const side of [0, 1]) addTo(sides, arena.f64(at + sidesAt + side * pitch * 8, columns), side * columns);
        if (products) for (let j = 0; j < columns; j++) addTo(gram, arena.f64(at + productsAt + j * pitch * 8, j + 1), j * columns);
      }
    }
    return { sums, sides, gram };
  }
}

function addTo(sum: Float64Array, part: Float64Array, from: number): void {
  for (let i = 0; i < part.length; i++) sum[from + i] = (sum[from + i] as number) + (part[i] as number);
}
