import { giveRoom, memoryOf, takeRoom } from '#app/core/shared-table.ts';
import { Arena } from '../kernels/arena.ts';
import { control, Team, teamSize } from '../kernels/team.ts';
import { blockRowsOf, partOf, roomOf, shared, single } from './row-regions.ts';

/** Parts that rows are cut into, whose sums are added in their order: no result depends on the number of threads. */
const parts = 32;
/** Values that are gone through between two looks at the cancel flag: some tens of milliseconds. */
const atOnce = 1 << 27;
/**
 * Values up to which rows are copied, block by block, into the memory of a team that stands by: that costs little more than reading them, and a team
 * beside the rows must first be made, in pages that the system has yet to hand out.
 */
const mostCopied = 1 << 23;
/** Values under which a helper would come too late. */
const worthHelp = 1 << 16;
/** Columns up to which products of them with each other are quicker here than by onnxruntime, in wider registers; and products with one vector. */
const most = { products: 40, slopes: 96 } as const;
/** Numbers of rows whose targets and weights fit into a kernel's memory. */
const mostRows = 1e8;

/** Whether sums over such rows are left to the kernels: mostly of products, or mostly of slopes. */
export const suitsTeam = (rows: number, columns: number, of: keyof typeof most): boolean => columns <= most[of] && rows <= mostRows;

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
  /** Of all parts. */
  readonly total: number;
}

/** A team with room for what it needs beside the rows. */
interface Placed {
  readonly team: Team;
  /** Where the room begins. */
  readonly at: number;
  /** Where the rows are in the team's memory; 0: elsewhere, and are copied block by block. */
  readonly table: number;
  /** Lets the team go, without a wait. */
  leave(): void;
}

/** A team in a memory of its own that waits for the next table: a start costs as much as a pass over a hundred thousand rows. */
interface Standing {
  readonly team: Team;
  /** Where its memory begins, and how many bytes there are. */
  readonly at: number;
  readonly bytes: number;
}

const standing: Standing[] = [];
/** Bytes that every team has, though pages that nobody writes to take no memory; and those up to which it is kept. */
const usualBytes = 1 << 23;
const mostKept = 1 << 25;

/** A team in the memory of the rows; null where they lie in none, or it is full. */
async function teamBeside(matrix: Float32Array, threads: number, bytes: number): Promise<Placed | null> {
  const memory = memoryOf(matrix);
  if (memory === null) return null;
  const room = takeRoom(memory, bytes + control.bytes + 256);
  if (room === null) return null;
  const give = (): void => giveRoom(memory, room);
  try {
    const arena = new Arena({ memory, at: room.at, bytes: bytes + control.bytes + 256 });
    const at = arena.take(bytes);
    const team = await Team.start(arena, threads);
    // What a thread did not come back from stays lent as long as there is the memory.
    return { team, at, table: matrix.byteOffset, leave: () => void team.leave().then((all) => (all ? give() : undefined), () => undefined) };
  } catch (error) {
    give();
    throw error;
  }
}

async function takeTeam(threads: number, bytes: number, table: Float32Array, copied: number): Promise<Placed> {
  const own = (table.length > copied ? await teamBeside(table, threads, bytes) : null) ?? (await takeStanding(threads, bytes, table));
  return 'leave' in own ? own : { ...own, table: 0, leave: () => void (leaving = Promise.allSettled([leaving, giveBack(own)]).then(() => undefined)) };
}

/** Until the teams that were let go stand. */
let leaving: Promise<void> = Promise.resolve();

async function takeStanding(threads: number, bytes: number, table: Float32Array): Promise<Standing> {
  await leaving;
  const known = standing.findIndex(({ team, bytes: most }) => team.usable && team.threads === threads && most >= bytes);
  const [kept] = known < 0 ? [] : standing.splice(known, 1);
  if (kept !== undefined) {
    kept.team.resume(table);
    return kept;
  }
  const arena = new Arena();
  const most = Math.max(usualBytes, bytes);
  const at = arena.take(most);
  return { team: await Team.start(arena, threads, table), at, bytes: most };
}

async function giveBack(one: Standing): Promise<void> {
  const isKept = one.bytes <= mostKept && !standing.some(({ team }) => team.usable && team.threads === one.team.threads);
  if (isKept && (await one.team.pause())) standing.push(one);
  else await one.team.end();
}

/** Sums of products over the rows of a table by the kernels, on all cores; float32 products within a block, float64 sums of blocks. */
export class RowTeam {
  readonly #own: Placed;
  readonly #table: TableRows;
  readonly #groups: number;
  readonly #at: Places;

  private constructor(own: Placed, table: TableRows, at: Places) {
    this.#own = own;
    this.#table = table;
    this.#groups = Math.ceil(table.columns / 4);
    this.#at = at;
  }

  get #team(): Team {
    return this.#own.team;
  }

  /** @param copied values up to which rows are copied rather than worked on where they lie; no result depends on it */
  static async open(table: TableRows, { targets, weights, classes, shares }: RowNumbers, copied = mostCopied): Promise<RowTeam> {
    const { matrix, rows, columns } = table;
    const groups = Math.ceil(columns / 4);
    const threads = matrix.buffer instanceof SharedArrayBuffer && matrix.length >= worthHelp ? teamSize() : 1;
    const room = roomOf(columns, groups).bytes;
    let bytes = 0;
    const take = (size: number): number => {
      const at = bytes;
      // Loops read up to four numbers at a time.
      bytes += Math.ceil((size + 16) / 64) * 64;
      return at;
    };
    const places = { shift: take(groups * 16), beta: take(groups * 16), sums: take(parts * partOf(groups).bytes), total: take(partOf(groups).bytes), room: take(threads * room) };
    const lines = { targets: take(targets === undefined && classes === undefined ? 0 : rows * 8), weights: take(weights === undefined ? 0 : rows * 8), labels: take(classes === undefined ? 0 : rows), shares: take(shares === undefined ? 0 : rows * 4) };
    const own = await takeTeam(threads, bytes, matrix, copied);
    const { arena, integers } = own.team;
    const at = { shift: own.at + places.shift, beta: own.at + places.beta, sums: own.at + places.sums, total: own.at + places.total };
    if (targets !== undefined) arena.f64(own.at + lines.targets, rows).set(targets);
    if (weights !== undefined) arena.f64(own.at + lines.weights, rows).set(weights);
    if (shares !== undefined) arena.f32(own.at + lines.shares, rows).set(shares);
    if (classes !== undefined) {
      arena.f64(own.at + lines.targets, rows).set(classes);
      own.team.kernels.writeSigns(own.at + lines.targets, rows, own.at + lines.labels);
    }
    const line = (values: unknown, place: number): number => (values === undefined ? 0 : own.at + place);
    const fixed = {
      ...{ rows, columns, groups, blockRows: blockRowsOf(groups), room: own.at + places.room, roomBytes: room, sums: at.sums, partBytes: partOf(groups).bytes, beta: at.beta },
      table: own.table,
      ...{ targets: line(targets, lines.targets), weights: line(weights, lines.weights), labels: line(classes, lines.labels), shares: line(shares, lines.shares) },
    };
    for (const [name, value] of Object.entries(fixed)) integers[shared[name as keyof typeof fixed]] = value;
    return new RowTeam(own, table, at);
  }

  /** Moments of u = x − shift and d = y − level, as `momentsGraph` says; without products the second of `sides` is Σ w u². */
  moments(shift: Float64Array | null, level: number, products: boolean, check: () => void, spread: Spread = 'all'): RowSums {
    this.#team.floats[single.level] = level;
    this.#shift(shift);
    return this.#sums('momentParts', spread, products, check);
  }

  /** Loss, slope and curvature of a logistic loss, as `binaryGraph` says. */
  logistic(shift: Float64Array | null, { beta, intercept, curvature, spread }: LogisticLook, check: () => void): RowSums {
    this.#team.floats[single.intercept] = intercept;
    this.#write(this.#at.beta, beta);
    this.#shift(shift);
    return this.#sums('logisticParts', spread, curvature, check);
  }

  /** For the next table. */
  close(): void {
    this.#own.leave();
  }

  /** As float32, 0 beyond the columns. */
  #write(at: number, values: Float64Array): void {
    const line = this.#team.arena.f32(at, this.#groups * 4);
    line.set(values);
    line.fill(0, values.length);
  }

  #shift(shift: Float64Array | null): void {
    this.#team.integers[shared.shift] = shift === null ? 0 : this.#at.shift;
    if (shift !== null) this.#write(this.#at.shift, shift);
  }

  #sums(region: 'momentParts' | 'logisticParts', spread: Spread, products: boolean, check: () => void): RowSums {
    const { integers, arena } = this.#team;
    const { rows, columns } = this.#table;
    const { sides: sidesAt, products: productsAt, bytes } = partOf(this.#groups);
    const pitch = this.#groups * 4;
    const blockRows = blockRowsOf(this.#groups);
    const whole = (count: number): number => Math.max(1, Math.ceil(count / blockRows)) * blockRows;
    const sides = new Float64Array(2 * columns);
    const gram = new Float64Array(products ? columns * columns : 0);
    integers[shared.products] = products ? 1 : 0;
    this.#team.kernels.clear(this.#at.total, bytes);
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
      // Whole lines, without products up to where they would begin.
      this.#team.kernels.addParts(this.#at.sums, count, bytes, products ? bytes : productsAt, this.#at.total);
    }
    const total = arena.f64(this.#at.total, bytes / 8);
    const line = (at: number, length: number): Float64Array => total.subarray(at / 8, at / 8 + length);
    for (const side of [0, 1]) sides.set(line(sidesAt + side * pitch * 8, columns), side * columns);
    if (products) for (let j = 0; j < columns; j++) gram.set(line(productsAt + j * pitch * 8, j + 1), j * columns);
    return { sums: line(0, 5).slice(), sides, gram };
  }
}
