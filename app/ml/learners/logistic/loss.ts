import type { Precision } from '../../matrix/blocks.ts';

/** The mean loss somewhere, without the penalty. */
export interface Point {
  readonly value: number;
  /** [classes × (columns + 1)]: class by class, the intercept last. */
  readonly gradient: Float64Array;
  /**
   * Where asked for, symmetric: either one matrix over all parameters, the Hessian, or for each class its own [(columns + 1)²]. Those
   * are the Hessian's upper bound Σ w p u uᵀ, class by class: the Hessian less what classes take from each other.
   */
  readonly curvature: readonly Float64Array[] | null;
  /** Share of the weight that is predicted right. */
  readonly accuracy: number;
}

export interface Look {
  readonly curvature: boolean;
  readonly precision: Precision;
  /** A spread of rows instead of all of them. */
  readonly sample?: boolean;
}

/** Parameters up to which the whole Hessian is the quicker way to the minimum; more have a bound of it for each class. */
const wholeUpTo = 512;

/** Whether the curvature of so many classes and columns is one matrix. */
export const hasWholeCurvature = (classes: number, columns: number): boolean => classes === 1 || classes * (columns + 1) <= wholeUpTo;

/** The mean loss over the rows of a problem, as a function of the parameters of all classes (two classes: of the second). */
export interface Loss {
  /** Parameter vectors: 1 for two classes. */
  readonly classes: number;
  evaluate(at: Float64Array, look: Look): Point | Promise<Point>;
}
