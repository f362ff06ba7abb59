import { PenstockError } from '#app/core/errors.ts';
import { call, cast, col, lit, when } from '#app/relation/build.ts';
import type { Column, Expr, Relation } from '#app/relation/types.ts';
import type { TableServices } from '#app/sdk/node.ts';
import type { ColumnSelection, TextFeatures } from '#app/sdk/ports.ts';

/**
 * Numbers that are not finite, or of a magnitude above this, count as missing: sums of their squares would overflow a float64
 * while fitting, and no float32 feature can hold them.
 */
export const LARGEST_MAGNITUDE = 1e100;

/**
 * A smaller spread counts as constant. With magnitudes up to 1e100 this keeps scaled values under 1e150, whose squares a later
 * step's variance can still hold; and no difference of two numbers is so small that a runtime takes it for 0.
 */
export const SMALLEST_SPREAD = 1e-50;

/**
 * `value`, or exactly `neutral` where float32 cannot tell them apart. onnxruntime's optimiser compares float64 constants as float32
 * when it removes “− 0” and “× 1” (1.30, NoopElimination), so a constant that only looks neutral would be dropped from the model but
 * not from the SQL. Costs at most 6e-8 of the scale, or 1e-45 of the centre.
 */
export function settled(value: number, neutral: 0 | 1): number {
  return Math.fround(value) === neutral ? neutral : value;
}

/** One raw column while the steps of a recipe are applied to it. */
export interface ColumnState {
  readonly column: Column;
  /** What its feature is called: the column's name, unless a step made several features of it. */
  readonly name: string;
  readonly kind: 'number' | 'text' | 'date';
  /** Over the raw columns. `number`: type float; `text`: type string; `date`: the column as it is. Null where missing. */
  expr: Expr;
  /**
   * Numbers that a scaling computes with functions whose last digit differs between SQL and ONNX: the expression before, which steps
   * that compare with constants use instead.
   */
  compared: Expr | null;
  /** True once an impute step has made `expr` never null. */
  filled: boolean;
  /** Values that are missing in the rows fitted on. */
  missing: number;
  /** Different values (text only). */
  distinct: number;
  /** Numbers: what a value missing only at prediction time becomes; the training mean, carried through later steps. */
  fallback: number;
  /** 0/1 expression of an impute step's indicator. */
  indicator: Expr | null;
  /** Set by a step that encodes: the column's features; `expr` is then no longer used. */
  encoded: readonly EncodedFeature[] | null;
  /** Set by steps that make many numbers of a text as a whole, with what each is called. */
  terms: { readonly text: TextFeatures; readonly names: readonly string[] } | null;
}

/** A feature made of one column; it is called like the column with the suffix. */
export interface EncodedFeature {
  readonly suffix: string;
  readonly expr: Expr;
  /** Where the feature is a code 0, 1, 2 …: what each code stands for. */
  readonly categories?: readonly string[];
  /** Over the training rows, where they see something else than later rows do. */
  readonly training?: Expr;
}

/** Queries that fitting needs; where rows can be written, what several queries read is computed once. */
export type FitTables = Pick<TableServices, 'rows'> & Partial<Pick<TableServices, 'materialise'>>;

/** The relation, written down where that is possible. */
export const writtenDown = async (relation: Relation, label: string, tables: FitTables): Promise<Relation> => (tables.materialise === undefined ? relation : (await tables.materialise(relation, label)).relation);

/** What a recipe may know of the target while it is fitted. */
export interface FitTarget {
  /** Class labels in order; empty where a number is predicted. */
  readonly classes: readonly string[];
  /** Over the rows fitted on, float, never null: the class index, or the value in standard deviations from its mean. */
  readonly expr: Expr;
}

/** The raw column as a float (or string; dates: as they are) expression in which everything that counts as missing is null. */
export function baseExpression(column: Column): Expr {
  switch (column.type) {
    case 'string':
      return call('nullif', col(column.name), lit(''));
    case 'date':
    case 'timestamp':
      return col(column.name);
    case 'float':
      return when([
        { when: call('less_than_or_equal', call('abs', col(column.name)), lit(LARGEST_MAGNITUDE, 'float')), then: col(column.name) },
      ]);
    default:
      return cast(col(column.name), 'float');
  }
}

/** Columns a step applies to, in schema order. @throws PenstockError `recipe-column` for a name that is not a feature. */
export function selectColumns(selection: ColumnSelection, states: readonly ColumnState[], step: string, known: ReadonlySet<string>): ColumnState[] {
  switch (selection.by) {
    case 'all-numeric':
      return states.filter((state) => state.kind === 'number');
    case 'all-categorical':
      return states.filter((state) => state.kind === 'text');
    case 'all-dates':
      return states.filter((state) => state.kind === 'date');
    case 'all':
      return [...states];
    case 'names': {
      const wanted = new Set(selection.names);
      for (const name of wanted) {
        if (known.has(name)) continue;
        throw new PenstockError('recipe-column', `The recipe's ${step} step names the column “${name}”, which is not among the features.`, {
          remedy: 'Choose the columns of the step again, or add the column to the features.',
          place: { column: name },
        });
      }
      return states.filter((state) => wanted.has(state.column.name));
    }
  }
}
