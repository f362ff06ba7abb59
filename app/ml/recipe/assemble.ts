import { PenstockError } from '#app/core/errors.ts';
import { call, lit } from '#app/relation/build.ts';
import { nameKey } from '#app/relation/column-types.ts';
import type { Column, Expr } from '#app/relation/types.ts';
import type { FeatureOutput, FittedRecipe, TextFeatures } from '#app/sdk/ports.ts';
import type { ColumnState } from './columns.ts';

/**
 * The features in the order of the columns.
 * @throws PenstockError `not-encoded`, `missing-values` (unless allowed), `no-features`.
 */
export function assembleOutputs(states: readonly ColumnState[], allowMissing: boolean): FittedRecipe {
  const outputs: FeatureOutput[] = [];
  const texts: TextFeatures[] = [];
  const categorical: { name: string; categories: readonly string[] }[] = [];
  const names = new Set<string>();
  const free = (wanted: string): string => {
    let name = wanted;
    // Column names that differ only in capital letters are the same to a table: “city=OSLO” after “city=Oslo” becomes “city=OSLO_2”.
    for (let n = 2; names.has(nameKey(name)); n += 1) name = `${wanted}_${n}`;
    names.add(nameKey(name));
    return name;
  };
  const add = (wanted: string, expr: Expr, categories?: readonly string[]) => {
    const name = free(wanted);
    outputs.push({ name, expr });
    if (categories !== undefined) categorical.push({ name, categories });
  };
  const inputs: Column[] = [];
  for (const state of states) {
    const before = outputs.length;
    if (state.encoded !== null) {
      for (const feature of state.encoded) add(`${state.name}${feature.suffix}`, feature.expr, feature.categories);
    } else if (state.kind !== 'number') {
      throw new PenstockError('not-encoded', `The column “${state.column.name}” is ${state.kind === 'text' ? 'text' : 'a date'}, and no step of the recipe turns it into numbers.`, {
        remedy: `Add a step that encodes it (${state.kind === 'text' ? 'one-hot, ordinal …' : 'date parts'}) to the Preprocess node, or leave the column out of the features.`,
        place: { column: state.column.name },
      });
    } else {
      add(state.name, allowMissing ? state.expr : numericOutput(state));
    }
    if (state.terms !== null) {
      for (const [term, label] of state.terms.names.entries()) outputs.push({ name: free(`${state.name}:${label}`), text: texts.length, term });
      texts.push(state.terms.text);
    }
    if (state.indicator !== null) add(`${state.name}_missing`, state.indicator);
    if (outputs.length > before && !inputs.includes(state.column)) inputs.push(state.column);
  }
  if (outputs.length === 0) {
    throw new PenstockError('no-features', 'No column is left to learn from.', {
      remedy: 'Add feature columns with values in them (numbers, text, or true/false).',
    });
  }
  return { inputs, outputs, ...(texts.length === 0 ? {} : { texts }), ...(categorical.length === 0 ? {} : { categorical }) };
}

/** The outputs as the training rows see them. An expression belongs to one output only, so that it can be told by identity. */
export function trainingOutputs(states: readonly ColumnState[], outputs: readonly FeatureOutput[]): FeatureOutput[] {
  const other = new Map(states.flatMap((state) => (state.encoded ?? []).flatMap(({ expr, training }) => (training === undefined ? [] : [[expr, training] as const]))));
  return outputs.map((output) => ('expr' in output ? { name: output.name, expr: other.get(output.expr) ?? output.expr } : output));
}

function numericOutput(state: ColumnState): Expr {
  if (state.filled) return state.expr;
  if (state.missing > 0) {
    const what = state.missing === 1 ? 'one missing value' : `${state.missing} missing values`;
    throw new PenstockError('missing-values', `The column “${state.column.name}” has ${what}, and no step of the recipe fills them.`, {
      remedy: 'Add an impute step for it to the Preprocess node, or remove the rows with a Filter Rows node.',
      place: { column: state.column.name },
    });
  }
  return call('coalesce', state.expr, lit(state.fallback, 'float'));
}
