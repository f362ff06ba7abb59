import { call, cast, lit, when } from '#app/relation/build.ts';
import type { Expr } from '#app/relation/types.ts';
import type { BinParams } from './node.ts';

export interface Bins {
  /** Where the first bin begins and the last ends; null: open. */
  readonly low: Expr | null;
  readonly high: Expr | null;
  /** Between the bins, not falling; learnt ones may be equal, and the bin between equal ones is never used. */
  readonly edges: readonly Expr[];
}

/** The label of the bin that a number is in; missing where it is missing or outside. */
export function labelled(value: Expr, bins: Bins, params: Pick<BinParams, 'labels' | 'closed' | 'decimals'>, names: readonly string[]): Expr {
  const { low, high, edges } = bins;
  const isPast = (i: number): Expr => past(value, bins, i, params.closed);
  const label = labelOf(bins, params, names);
  const number = edges.reduce<Expr>((sum, edge, i) => {
    // A bin whose edges are equal has no number; one that begins at the very start is the first.
    const counts = params.closed === 'left' && low ? call('and', isPast(i), call('greater_than', edge, low)) : isPast(i);
    return call('add', sum, when([{ when: counts, then: lit(1) }], lit(0)));
  }, lit(1));
  const chain = edges.map((_, i) => edges.length - 1 - i).map((i) => ({ when: isPast(i), then: label(i + 1) }));
  const inside = params.labels === 'number' ? number : chain.length === 0 ? label(0) : when(chain, label(0));
  const outside = [...(low ? [call('less_than', value, low)] : []), ...(high ? [call('greater_than', value, high)] : [])];
  const known = [call('is_not_null', value), ...outside.map((each) => call('not', each))];
  return when([{ when: known.reduce((all, each) => call('and', all, each)), then: inside }]);
}

/** Whether a number lies behind an edge, the last of equal ones. */
function past(value: Expr, { edges, high }: Bins, i: number, closed: 'left' | 'right'): Expr {
  const edge = edges[i] ?? lit(0, 'float');
  const reached = call(closed === 'left' ? 'greater_than_or_equal' : 'greater_than', value, edge);
  const next = edges[i + 1] ?? high;
  return next ? call('and', reached, call('less_than', edge, next)) : reached;
}

/** Labels by place: 0 is the bin before the first edge. */
function labelOf(bins: Bins, { labels, closed, decimals }: Pick<BinParams, 'labels' | 'closed' | 'decimals'>, names: readonly string[]): (place: number) => Expr {
  const { low, high, edges } = bins;
  const lower = (place: number): Expr | null => (place === 0 ? low : (edges[place - 1] ?? null));
  const text = (edge: Expr): Expr => call('regexp_replace', cast(call('round', edge, lit(decimals)), 'string'), lit('\\.0$'), lit(''));
  switch (labels) {
    case 'number':
      return (place) => lit(place + 1);
    case 'lower':
      return (place) => lower(place) ?? lit(null, 'float');
    case 'names':
      return (place) => lit(names[place] ?? null, 'string');
    case 'range':
      return (place) => {
        const [from, to] = [lower(place), edges[place] ?? high];
        if (from === null) return to === null ? lit('all') : call('concat', lit(closed === 'left' ? '< ' : '≤ '), text(to));
        if (to === null) return call('concat', lit(closed === 'left' ? '≥ ' : '> '), text(from));
        const open = closed === 'left' || place === 0 ? '[' : '(';
        // The last bin holds its upper edge too, also where edges at the end are equal.
        const close = closed === 'right' || edges[place] === undefined ? lit(']') : high === null ? lit(')') : when([{ when: call('less_than', to, high), then: lit(')') }], lit(']'));
        return call('concat', lit(open), text(from), lit(', '), text(to), close);
      };
  }
}
