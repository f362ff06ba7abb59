import type { Expr, FeatureTable, Relation, Schema } from '#app/relation/types.ts';
import type { LearnerSpec, ModelSignature, ModelValue } from './model-contract.ts';
import type { Recipe } from './recipe-steps.ts';
import type { Evaluation, Report } from './report-blocks.ts';

/** What flows along an edge. */
export type PortKind = 'table' | 'recipe' | 'learner' | 'model' | 'evaluation' | 'report';

export interface PortSpec {
  readonly name: string;
  readonly title: string;
  readonly kind: PortKind;
  /** Inputs only: `one` must be connected, `optional` may be, `many` takes any number ≥ 1 of edges in order, `any` none too. */
  readonly arity?: 'one' | 'optional' | 'many' | 'any';
  readonly summary?: string;
}

/** Whether an input takes several edges. */
export const takesSeveral = ({ arity }: PortSpec): boolean => arity === 'many' || arity === 'any';
/** Whether a node works with nothing at the input. */
export const mayBeEmpty = ({ arity }: PortSpec): boolean => arity === 'optional' || arity === 'any';

/** What is known of a port's value before anything runs. */
export type PortMeta =
  | { readonly kind: 'table'; /** null while unknown (upstream not configured yet) */ readonly schema: Schema | null; /** On tables of a feature view. */ readonly features?: FeatureTable }
  | { readonly kind: 'recipe'; readonly recipe: Recipe | null }
  | { readonly kind: 'learner'; readonly learner: LearnerSpec | null }
  | { readonly kind: 'model'; readonly signature: ModelSignature | null }
  | { readonly kind: 'evaluation' }
  | { readonly kind: 'report' };

/** The value on a port while running. Everything is JSON; files are referred to by artifact id (sha256 of the content). */
export type PortValue =
  | TableValue
  | { readonly kind: 'recipe'; readonly recipe: Recipe }
  | { readonly kind: 'learner'; readonly learner: LearnerSpec }
  | ModelValue
  | { readonly kind: 'evaluation'; readonly evaluation: Evaluation }
  | { readonly kind: 'report'; readonly report: Report };

export interface TableValue {
  readonly kind: 'table';
  /** May be a fused chain over scans; nothing is computed until it is queried. */
  readonly relation: Relation;
  readonly schema: Schema;
}

// What flows along edges, by the name of the contract that nodes and front ends import.
export type { Recipe, ColumnSelection, RecipeStep, DatePart, FeatureOutput, TermOutput, TextFeatures, TextTerms, WordPlaces, ImagePixels, FittedRecipe } from './recipe-steps.ts';
export type { LearningTask, LearnerSpec, ModelSignature, ImageInput, ModelValue, ModelSummary } from './model-contract.ts';
export { inputTensorName, predictionColumn, probabilityColumn } from './model-contract.ts';
export type { Evaluation, Report, ReportBlock, MetricItem, ChartSpec, AxisSpec, AxisCategory, BoxShape, ChartSeries } from './report-blocks.ts';
export type { Schema, Expr, Relation };
