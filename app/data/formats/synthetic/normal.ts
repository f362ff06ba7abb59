import { double, type Stages } from './counter-hash.ts';

/**
 * Standard normals from uniforms by the inverse distribution function: Wichura 1988, algorithm AS 241 (PPND16), accurate to 1e-15. Only
 * + − × ÷ and square roots are used, which IEEE 754 fixes to the last bit; the logarithm of the tails is a series, because each
 * platform's own differs in the last digit.
 */

const central = {
  over: [3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087, 33430.57558358813, 2509.0809287301227],
  under: [1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271, 28729.085735721943, 5226.495278852854],
};
const near = {
  over: [1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684, 0.2417807251774506, 0.022723844989269184, 0.0007745450142783414],
  under: [1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457, 0.0005475938084995345, 1.0507500716444169e-09],
};
const far = {
  over: [6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124, 0.0012426609473880784, 2.7115555687434876e-05, 2.0103343992922881e-07],
  under: [1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 1.8463183175100548e-05, 1.421511758316446e-07, 2.0442631033899397e-15],
};

/** c₀ + x (c₁ + x (c₂ + …)). */
export const horner = (coefficients: readonly number[], x: string): string => coefficients.reduceRight((sum, c) => (sum === '' ? double(c) : `(${double(c)} + ${x} * ${sum})`), '');

const ratio = ({ over, under }: typeof central, x: string): string => `${horner(over, x)} / ${horner(under, x)}`;

/** ln((1 + f) / (1 − f)) / (2 f) as a series in f²; f² < 0.03, so the last term is below 1e-17. */
const atanhSeries = Array.from({ length: 12 }, (_, k) => 1 / (2 * k + 1));

/** Adds normals under `name` from the uniforms under `from`. */
export function addNormals(stages: Stages, streams: readonly { readonly name: string; readonly from: string }[]): void {
  const each = (column: string, sql: (name: string, from: string) => string): { name: string; sql: string }[] => streams.map(({ name, from }) => ({ name: `${name}_${column}`, sql: sql(name, from) }));
  stages.add([...each('q', (_, u) => `${u} - 0.5e0`), ...each('m0', (_, u) => `least(${u}, 1e0 - ${u})`)]);
  // The smaller tail as m · 2^-e with m from 0.5 to 1, by halving the search.
  [32, 16, 8, 4, 2, 1].forEach((step, at) => {
    const small = (name: string): string => `${name}_m${at} < ${double(2 ** -step)}`;
    stages.add([
      ...each(`m${at + 1}`, (name) => `case when ${small(name)} then ${name}_m${at} * ${double(2 ** step)} else ${name}_m${at} end`),
      ...each(`e${at + 1}`, (name) => `${at === 0 ? '' : `${name}_e${at} + `}case when ${small(name)} then ${double(step)} else 0e0 end`),
    ]);
  });
  stages.add(each('f', (name) => `case when ${name}_m6 < ${double(Math.SQRT1_2)} then (2e0 * ${name}_m6 - 1e0) / (2e0 * ${name}_m6 + 1e0) else (${name}_m6 - 1e0) / (${name}_m6 + 1e0) end`));
  stages.add([...each('s', (name) => `${name}_f * ${name}_f`), ...each('k', (name) => `case when ${name}_m6 < ${double(Math.SQRT1_2)} then ${name}_e6 + 1e0 else ${name}_e6 end`)]);
  stages.add(each('r', (name) => `case when abs(${name}_q) <= 0.425e0 then 0.180625e0 - ${name}_q * ${name}_q else sqrt(${name}_k * ${double(Math.LN2)} - 2e0 * ${name}_f * ${horner(atanhSeries, `${name}_s`)}) end`));
  stages.add(each('t', (name) => `${name}_r - case when ${name}_r <= 5e0 then 1.6e0 else 5e0 end`));
  stages.add(
    streams.map(({ name }) => ({
      name,
      sql: `case when abs(${name}_q) <= 0.425e0 then ${name}_q * (${ratio(central, `${name}_r`)}) else (case when ${name}_q < 0e0 then -1e0 else 1e0 end) * (case when ${name}_r <= 5e0 then ${ratio(near, `${name}_t`)} else ${ratio(far, `${name}_t`)} end) end`,
    })),
  );
}

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));
const sine = Array.from({ length: 12 }, (_, k) => (k % 2 === 0 ? 1 : -1) / factorial(2 * k + 1));
const cosine = Array.from({ length: 12 }, (_, k) => (k % 2 === 0 ? 1 : -1) / factorial(2 * k));

/** Cosine and sine of π·t for t from 0 to 1, as `name_cos` and `name_sin`; again without the platform's own. */
export function addAngle(stages: Stages, name: string, t: string): void {
  stages.add([{ name: `${name}_x`, sql: `(${t} - 0.5e0) * ${double(Math.PI)}` }]);
  stages.add([{ name: `${name}_xx`, sql: `${name}_x * ${name}_x` }]);
  stages.add([
    { name: `${name}_cos`, sql: `-(${name}_x * ${horner(sine, `${name}_xx`)})` },
    { name: `${name}_sin`, sql: horner(cosine, `${name}_xx`) },
  ]);
}
