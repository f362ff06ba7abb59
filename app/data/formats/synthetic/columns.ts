import { PenstockError } from '#app/core/errors.ts';
import type { Generator, SyntheticColumn } from '#app/sdk/synthetic.ts';
import { quoteName, quoteText } from '../../sql.ts';
import { double, Stages } from './counter-hash.ts';
import { firstNames, lastNames } from './names.ts';
import { addNormals } from './normal.ts';

/** What a stream is for; part of its key, so that a change of one column leaves the others as they are. */
const purposes = { value: 1, missing: 2, more: 16 } as const;

/** Letters and digits that one uniform carries: 26¹⁰ < 2⁵². */
const perStream = 10;

/** One query for columns with a generator each. @throws PenstockError `synthetic-column`. */
export function columnsSql(rows: number, seed: number, columns: readonly SyntheticColumn[]): string {
  const stages = new Stages(rows);
  const streams = columns.flatMap(({ generator, missing }, c) => [
    ...Array.from({ length: streamsOf(generator) }, (_, n) => ({ name: `u${c}_${n}`, key: [seed, c, n === 0 ? purposes.value : purposes.more + n] })),
    ...(missing > 0 ? [{ name: `missing${c}`, key: [seed, c, purposes.missing] }] : []),
  ]);
  stages.uniforms(streams);
  addNormals(
    stages,
    columns.flatMap(({ generator }, c) => (generator.kind === 'normal' || generator.kind === 'linear' ? [{ name: `z${c}`, from: `u${c}_0` }] : [])),
  );
  stages.add(columns.flatMap(({ generator }, c) => (generator.kind === 'linear' ? [] : [{ name: `v${c}`, sql: valueSql(generator, c) }])));
  // Each may use the ones before it.
  columns.forEach(({ generator }, c) => {
    if (generator.kind === 'linear') stages.add([{ name: `v${c}`, sql: linearSql(generator, c, columns) }]);
  });
  const cells = columns.map(({ name, missing }, c) => `${missing > 0 ? `case when missing${c} >= ${double(missing)} then v${c} end` : `v${c}`} as ${quoteName(name)}`);
  return stages.sql(cells.join(', '));
}

function streamsOf(generator: Generator): number {
  if (generator.kind === 'id') return 0;
  if (generator.kind === 'name') return 2;
  if (generator.kind === 'pattern') return Math.ceil([...generator.pattern].filter((letter) => '#@?'.includes(letter)).length / perStream);
  return 1;
}

const below = (u: string, count: number): string => `floor(${u} * ${double(count)})::bigint`;

function valueSql(generator: Exclude<Generator, { kind: 'linear' }>, c: number): string {
  const u = `u${c}_0`;
  switch (generator.kind) {
    case 'id':
      return `(i::bigint + ${generator.start})`;
    case 'normal':
      return `(${double(generator.mean)} + ${double(generator.deviation)} * z${c})`;
    case 'uniform':
      return `(${double(generator.low)} + ${double(generator.high - generator.low)} * ${u})`;
    case 'integer':
      return `(${generator.low} + ${below(u, generator.high - generator.low + 1)})`;
    case 'boolean':
      return `(${u} < ${double(generator.share)})`;
    case 'category':
      return categorySql(generator.values, u);
    case 'date':
      return `(${dateSql(generator.from)} + ${below(u, days(generator.from, generator.to) + 1)}::integer)`;
    case 'timestamp':
      return `make_timestamp((${epochMs(generator.from)} * 1000 + ${below(u, (epochMs(generator.to) - epochMs(generator.from)) / 1000 + 1)} * 1000000)::bigint)`;
    case 'name':
      return `(${pick(firstNames, u)} || ' ' || ${pick(lastNames, `u${c}_1`)})`;
    case 'pattern':
      return patternSql(generator.pattern, c);
  }
}

function categorySql(values: readonly { value: string; weight: number }[], u: string): string {
  const total = values.reduce((sum, { weight }) => sum + weight, 0);
  let sum = 0;
  const cases = values.slice(0, -1).map(({ value, weight }) => `when ${u} < ${double((sum += weight) / total)} then ${quoteText(value)}`);
  const last = quoteText(values.at(-1)?.value ?? '');
  return cases.length === 0 ? last : `case ${cases.join(' ')} else ${last} end`;
}

const epochMs = (text: string): number => Date.parse(text.length === 10 ? `${text}T00:00:00Z` : `${text.replace(' ', 'T')}Z`);
const days = (from: string, to: string): number => Math.round((epochMs(to) - epochMs(from)) / 86_400_000);
const dateSql = (text: string): string => `date ${quoteText(text)}`;

const pick = (list: readonly string[], u: string): string => `[${list.map(quoteText).join(', ')}][1 + ${below(u, list.length)}]`;

function patternSql(pattern: string, c: number): string {
  let used = 0;
  const parts = [...pattern].map((letter) => {
    const size = letter === '#' ? 10 : 26;
    if (!'#@?'.includes(letter)) return quoteText(letter);
    const u = `u${c}_${Math.floor(used / perStream)}`;
    const power = 26 ** ((used % perStream) + 1);
    used += 1;
    return `chr(${letter === '#' ? 48 : letter === '@' ? 65 : 97} + (${below(u, power)} % ${size})::integer)`;
  });
  return parts.length === 0 ? "''" : `concat(${parts.join(', ')})`;
}

function linearSql(generator: Generator & { kind: 'linear' }, c: number, columns: readonly SyntheticColumn[]): string {
  const terms = generator.terms.map(({ column, weight }) => {
    const at = columns.findIndex(({ name }) => name === column);
    const kind = columns[at]?.generator.kind;
    const numeric = kind === 'id' || kind === 'normal' || kind === 'uniform' || kind === 'integer' || kind === 'boolean' || kind === 'linear';
    if (at === -1 || at >= c || !numeric) throw new PenstockError('synthetic-column', `“${columns[c]?.name ?? ''}” adds up “${column}”, which is not a number column before it.`, { remedy: 'Choose numeric columns above it.' });
    return `${double(weight)} * v${at}::double`;
  });
  const sum = [double(generator.intercept), ...terms, ...(generator.noise === 0 ? [] : [`${double(generator.noise)} * z${c}`])].join(' + ');
  return generator.above === null ? `(${sum})` : `((${sum}) > ${double(generator.above)})`;
}
