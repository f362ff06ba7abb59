/**
 * A counter-based generator: the number of a row and a key give a random number, in any order and on any machine. The hash is triple32
 * (Ellis, Wellons: “hash-prospector”), with the key put in between its rounds, so that streams of different keys have nothing in common
 * but the first round. Only 32-bit factors occur, so that products fit DuckDB's UBIGINT.
 */

const first = 0xed5ad4bb;
const second = 0xac4c1b51;
const third = 0x31848bab;
const mask = 4_294_967_295;

function triple32(value: number): number {
  let x = value >>> 0;
  x ^= x >>> 17;
  x = Math.imul(x, first);
  x ^= x >>> 11;
  x = Math.imul(x, second);
  x ^= x >>> 15;
  x = Math.imul(x, third);
  x ^= x >>> 14;
  return x >>> 0;
}

/** 32 bits from some small numbers. */
export function mixed(...parts: readonly number[]): number {
  let hash = 0x9e3779b9;
  for (const part of parts) hash = triple32(((hash + 0x9e3779b9) >>> 0) ^ (part >>> 0));
  return hash;
}

/** A constant from 0 up to but not including 1, for centres and weights. */
export const constantFraction = (...parts: readonly number[]): number => mixed(...parts) / 2 ** 32;

/** A query built stage by stage: each adds columns over those before, so that no expression is written twice. */
export class Stages {
  #sql: string;

  /** Rows numbered by `i` from 0. */
  constructor(rows: number) {
    this.#sql = `select range::ubigint as i, (xor(range::ubigint, range::ubigint >> 17) * ${first}) & ${mask} as a from range(${rows})`;
  }

  add(columns: readonly { readonly name: string; readonly sql: string }[]): void {
    if (columns.length > 0) this.#sql = `select *, ${columns.map(({ name, sql }) => `${sql} as ${name}`).join(', ')} from (${this.#sql})`;
  }

  /** Independent uniforms in (0, 1), exact multiples of 2⁻⁵³, under these names. */
  uniforms(streams: readonly { readonly name: string; readonly key: readonly number[] }[]): void {
    const halves = streams.flatMap(({ name, key }) => [0, 1].map((half) => ({ at: `${name}_${half}`, k1: mixed(...key, half, 1), k2: mixed(...key, half, 2) })));
    this.add(halves.map(({ at, k1 }) => ({ name: `${at}b`, sql: `(a + ${k1}) & ${mask}` })));
    this.add(halves.map(({ at, k2 }) => ({ name: `${at}c`, sql: `xor((xor(${at}b, ${at}b >> 11) * ${second}) & ${mask}, ${k2}::ubigint)` })));
    this.add(halves.map(({ at }) => ({ name: `${at}d`, sql: `(xor(${at}c, ${at}c >> 15) * ${third}) & ${mask}` })));
    this.add(halves.map(({ at }) => ({ name: `${at}e`, sql: `xor(${at}d, ${at}d >> 14)` })));
    // 52 bits and a half: the ends are never met, and each sum and product here is exact.
    this.add(streams.map(({ name }) => ({ name, sql: `((${name}_0e * 1048576 + (${name}_1e >> 12))::double + 0.5e0) * ${double(2 ** -52)}` })));
  }

  sql(select: string): string {
    return `select ${select} from (${this.#sql})`;
  }
}

/** A number as a DOUBLE literal with all its digits. */
export function double(value: number): string {
  const text = Math.abs(value).toExponential();
  return value < 0 ? `(-${text})` : text;
}
