import { formatNumber } from '#app/core/units.ts';
import { nameToText } from '#app/relation/expression-text.ts';
import type { CoarseMap } from './bins.ts';
import type { ProfiledColumn } from './profile.ts';

const textOf = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** A coarse bin in words, and as a condition in the expression language. */
export interface BinWords {
  readonly label: string;
  readonly condition: string;
}

/** The coarse bins of a column, in order. */
export function binWords({ name, type, bins }: ProfiledColumn, { to, bins: count }: CoarseMap): BinWords[] {
  const column = nameToText(name);
  if (bins.kind === 'category') {
    const literal = (value: string): string => (type === 'boolean' ? value : textOf(value));
    return Array.from({ length: count }, (_, bin): BinWords => {
      const own = bins.values.filter((_value, i) => to[i] === bin);
      // A last category that stands for all others, too, is called by its name while there are none.
      const isRest = to[bins.values.length] === bin && !(own.length === 1 && bins.complete);
      if (own.length === 1 && !isRest) return { label: own[0] ?? '', condition: `${column} = ${literal(own[0] ?? '')}` };
      if (isRest) {
        const others = bins.values.filter((_value, i) => to[i] !== bin);
        return { label: '(others)', condition: others.length === 0 ? '' : `${column} not in (${others.map(literal).join(', ')})` };
      }
      return { label: '(others)', condition: `${column} in (${own.map(literal).join(', ')})` };
    });
  }
  const { edges } = bins;
  return Array.from({ length: count }, (_, bin): BinWords => {
    const fine = [...to].flatMap((coarse, i) => (coarse === bin ? [i] : []));
    const [first, last] = [fine[0] ?? 0, fine.at(-1) ?? 0];
    const low = first === 0 ? null : (edges[first - 1] ?? null);
    const high = last >= edges.length ? null : (edges[last] ?? null);
    if (low === null && high === null) return { label: 'all', condition: '' };
    if (low === null) return { label: `≤ ${formatNumber(high ?? 0)}`, condition: `${column} <= ${high ?? 0}` };
    if (high === null) return { label: `> ${formatNumber(low)}`, condition: `${column} > ${low}` };
    if (bins.discrete && last === first) return { label: formatNumber(high), condition: `${column} = ${high}` };
    return { label: `${formatNumber(low)} to ${formatNumber(high)}`, condition: `${column} > ${low} and ${column} <= ${high}` };
  });
}

export const missingCondition = (name: string): string => `${nameToText(name)} is null`;
export const oneOfCondition = (name: string, values: readonly string[]): string => `${nameToText(name)} in (${values.map(textOf).join(', ')})`;
export const beyondCondition = (name: string, low: number, high: number): string => `${nameToText(name)} < ${low} or ${nameToText(name)} > ${high}`;
