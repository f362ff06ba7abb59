/** Bounds of model files that come from elsewhere. docs/guide/limits.md lists them. */
export const foreignLimits = {
  /** Of the file. One protobuf message cannot be larger than 2 GiB; half of that is more than a model of columns has. */
  bytes: 2 ** 30,
  operators: 200_000,
  /** Graphs within graphs (branches, bodies of loops). */
  depth: 16,
  /** Rounds of loops, those inside others multiplied. */
  rounds: 1_000_000,
  /** For loading the model, and for each batch of rows. */
  seconds: 120,
  /** What the process that runs it may hold beyond what it holds when nothing is loaded, in MB. */
  megabytes: 4096,
};

export type ForeignLimits = typeof foreignLimits;
