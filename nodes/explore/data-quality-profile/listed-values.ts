import type { Column, Relation } from '#app/relation/types.ts';
import { ask, quoteColumn, toNumber, type Asked } from '#app/sdk/analysis.ts';
import { numberIn, numberLike, textConditions, textForms, type TextForm } from './text-facts.ts';

/** Columns with more different values are not listed value by value. */
export const listedValues = 5000;
/** Columns of one query. */
const columnsAtOnce = 30;

export interface Values {
  /** Most frequent first. */
  readonly values: readonly { readonly value: string; readonly count: number }[];
  /** Rows by the form of their text. */
  readonly forms: Readonly<Record<TextForm, number>>;
}

export type Listed = ReadonlyMap<string, Values>;

/** Counts of every value of columns with few of them: grouping sets make many columns one scan, and forms are looked at once a value. */
export async function listValues(tables: Asked, relation: Relation, columns: readonly Column[]): Promise<Listed> {
  const conditions = textConditions({ text: 'v', like: 'like_v', number: numberIn('like_v') });
  const mask = textForms.map((form, bit) => `(case when ${conditions[form]} then ${2 ** bit} else 0 end)`).join(' + ');
  const found = new Map<string, { values: { value: string; count: number }[]; forms: Record<TextForm, number> }>();
  for (let from = 0; from < columns.length; from += columnsAtOnce) {
    const part = columns.slice(from, from + columnsAtOnce);
    for (const { name } of part) found.set(name, { values: [], forms: noForms() });
    const keys = part.map(({ name }, i) => `${quoteColumn(name)}::varchar as k${i}`).join(', ');
    const pick = (value: (i: number) => string): string => `case ${part.map((_, i) => `when grouping(k${i}) = 0 then ${value(i)}`).join(' ')} end`;
    const texts = part.flatMap(({ type }, i) => (type === 'string' ? [i] : []));
    const grouped = `select ${pick(String)} as p, ${pick((i) => `k${i}`)} as v, count(*) as n from (select ${keys} from t) group by grouping sets (${part.map((_, i) => `(k${i})`).join(', ')})`;
    const text = `select p, v, n, ${texts.length === 0 ? '0' : `case when p in (${texts.join(', ')}) then ${mask} else 0 end`} from (select p, v, n, ${numberLike('v')} as like_v from (${grouped}) where v is not null)`;
    for (const [p, v, n, bits] of await ask(tables, relation, text, ['integer', 'string', 'integer', 'integer'], columnsAtOnce * listedValues * 2)) {
      const own = found.get(part[toNumber(p)]?.name ?? '');
      if (own === undefined) continue;
      const count = toNumber(n);
      own.values.push({ value: String(v), count });
      textForms.forEach((form, bit) => {
        if ((toNumber(bits) & (2 ** bit)) !== 0) own.forms[form] += count;
      });
    }
  }
  for (const { values } of found.values()) values.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
  return found;
}

const noForms = (): Record<TextForm, number> => ({ empty: 0, blank: 0, spaces: 0, placeholders: 0, numbers: 0, codes: 0, commaNumbers: 0, isoDates: 0, otherDates: 0 });
