import { double, type Stages } from './counter-hash.ts';

/**
 * Standard normals from uniforms by the inverse distribution function: Wichura 1988, algorithm AS 241 (PPND16), accurate to 1e-15. Only
 * + − × ÷ and square roots are used, which IEEE 754 fixes to the last bit; the logarithm of the tails is a series, because each
 * platform's own differs in the last digit.
 */

const central = {
  over: [3.3871328727963666080e0, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125, 45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727],
  under: [1, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077, 21213.794301586595867, 39307.89580009271061, 28729.085735721942674, 5226.495278852854561],
};
const near = {
  over: [1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504, 1.27045825245236838258, 0.24178072517745061177, 0.0227238449892691845833, 7.7454501427834140764e-4],
  under: [1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455, 0.14810397642748007459, 0.0151986665636164571966, 5.475938084995344946e-4, 1.05075007164441684324e-9],
};
const far = {
  over: [6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123, 0.026532189526576123093, 0.0012426609473880784386, 2.71155556874348757815e-5, 2.01033439929228813265e-7],
  under: [1, 0.59983220655588793769, 0.13692988092273580531, 0.0148753612908506148525, 7.868691311456132591e-4, 1.8463183175100546818e-5, 1.4215117583164458887e-7, 2.04426310338993978564e-15],
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
