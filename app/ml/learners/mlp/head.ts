import { GraphBuilder } from '../../autodiff/graph-builder.ts';
import { add, mul, sub } from '../../autodiff/operators.ts';
import { parameterViews } from '../../autodiff/flat-parameters.ts';
import { headInput } from '../heads.ts';
import { classOutputs, classProbabilities } from '../network/losses.ts';
import type { LearnerHead } from '../types.ts';
import { type NetworkSpec, forward, parameterShapes } from './network.ts';

/** Columns brought to mean 0 and spread 1 before the first layer; identity where shift is 0 and factor 1. */
export interface InputScaling {
  readonly shifts: Float32Array;
  readonly factors: Float32Array;
}

/** The trained network as the end of a model file. `target`: where a regression's standardised output lies. */
export function mlpHead(spec: NetworkSpec, vector: Float32Array, scaling: InputScaling | null, target: { readonly mean: number; readonly spread: number }): LearnerHead {
  const g = new GraphBuilder('head.');
  let x = g.input(headInput, 'float', ['rows', spec.features]);
  if (scaling !== null) {
    const size = spec.features;
    x = mul(g, sub(g, x, g.constant('float', [size], scaling.shifts)), g.constant('float', [size], scaling.factors));
  }
  const shapes = parameterShapes(spec);
  const parameters = parameterViews(vector, shapes).map((view, i) => g.constant('float', shapes[i]?.shape ?? [], view.slice()));
  const output = forward(g, x, parameters, spec.params.activation);
  if (spec.kind === 'regression') {
    // In float64: the mean may be large against the spread.
    const scaled = mul(g, g.cast(output, 'double'), g.scalar(target.spread, 'double'));
    g.output('prediction', g.cast(add(g, scaled, g.scalar(target.mean, 'double')), 'float'));
  } else {
    classOutputs(g, classProbabilities(g, spec.kind, output));
  }
  const { nodes, initializers, outputs } = g.build('head');
  return { input: headInput, outputs, nodes, initializers };
}
