import { call, cast, col, lit, named, project } from '#app/relation/build.ts';
import { atParam, freeName, isNumeric, RelationError, schemaOf, typeOf, typeTitles, withColumns } from '#app/relation/index.ts';
import type { Column, Expr, Measure, NamedExpr, Relation } from '#app/relation/types.ts';
import { tableInput } from '#app/sdk/configuration.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import { labelled, type Bins } from './labels.ts';
import { edgesIn, namesIn } from './lists.ts';
import type { BinParams } from './node.ts';

/** Edges that are learnt come from one aggregate, joined to every row; edges that are given are constants. */
export const relation: RelationFn<BinParams> = (inputs, params) => {
  const input = tableInput(inputs);
  const schema = schemaOf(input);
  const names = namesIn(params.names);
  // Unfinished params leave the table as it is; configure asks for what is missing.
  if (params.columns.length === 0 || (params.labels === 'names' && names.length === 0)) return input;
  const taken: Column[] = [...schema];
  const measures: Measure[] = [];
  const learn = (fn: Measure['fn'], arg: Expr, fraction?: number): Expr => {
    const name = freeName(`bin_${measures.length}`, taken);
    taken.push({ name, type: 'float' });
    measures.push({ name, fn, arg, ...(fraction === undefined ? {} : { fraction }) });
    return col(name);
  };
  const added: NamedExpr[] = [...new Set(params.columns)].flatMap((name) => {
    const type = atParam(['columns'], () => typeOf(col(name), schema));
    if (!isNumeric(type)) throw new RelationError('type-mismatch', `“${name}” is ${typeTitles[type]}, and only numbers can be put into bins.`, { remedy: 'Choose another column, or use Rules for texts and dates.', place: { param: ['columns'], column: name } });
    const value = cast(col(name), 'float');
    const bins = binsOf(value, params, learn);
    return bins === null ? [] : [named(`${name}${params.suffix.trim()}`, labelled(value, bins, params, names))];
  });
  if (added.length === 0) return input;
  if (measures.length === 0) return withColumns(input, added);
  const learnt: Relation = { op: 'aggregate', input, keys: [], measures };
  const joined: Relation = { op: 'join', kind: 'cross', left: input, right: learnt, on: [], rightSuffix: '_learnt' };
  const wide = schemaOf(withColumns(joined, added));
  const hidden = new Set(measures.map(({ name }) => name));
  return project(withColumns(joined, added), wide.filter(({ name }) => !hidden.has(name)).map(({ name }) => named(name, col(name))));
};

function binsOf(value: Expr, { method, count, edges, outside, reach }: BinParams, learn: (fn: Measure['fn'], arg: Expr, fraction?: number) => Expr): Bins | null {
  const number = (each: number): Expr => lit(each, 'float');
  switch (method) {
    case 'width': {
      const [low, high] = [learn('min', value), learn('max', value)];
      const step = call('divide', call('subtract', high, low), number(count));
      return { low, high, edges: between(count, (i) => call('add', low, call('multiply', step, number(i)))) };
    }
    case 'quantiles':
      return { low: learn('min', value), high: learn('max', value), edges: between(count, (i) => learn('quantile', value, i / count)) };
    case 'deviations': {
      const [mean, deviation] = [learn('avg', value), call('coalesce', learn('stddev', value), number(0))];
      return { low: null, high: null, edges: Array.from({ length: 2 * reach + 1 }, (_, i) => call('add', mean, call('multiply', number(i - reach), deviation))) };
    }
    case 'edges': {
      const numbers = edgesIn(edges);
      if (typeof numbers === 'string' || numbers.length < (outside === 'bins' ? 1 : 2)) return null;
      if (outside === 'bins') return { low: null, high: null, edges: numbers.map(number) };
      return { low: number(numbers[0] ?? 0), high: number(numbers.at(-1) ?? 0), edges: numbers.slice(1, -1).map(number) };
    }
  }
}

const between = (count: number, edge: (i: number) => Expr): Expr[] => Array.from({ length: count - 1 }, (_, i) => edge(i + 1));
