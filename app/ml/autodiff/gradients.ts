import { PenstockError } from '#app/core/errors.ts';
import type { GraphBuilder, Value } from './graph-builder.ts';
import { add } from './operators.ts';

/**
 * Writes the backward pass of `loss` (shape []) into the graph and gives the gradient with respect to each of `parameters`, in
 * their shapes. Reverse-mode: every operator once, in reverse order; only paths that lead to a parameter.
 * @throws PenstockError `autodiff-shape` where the loss is not a scalar, `autodiff-constant` where it does not depend on a parameter.
 */
export function gradients(g: GraphBuilder, loss: Value, parameters: readonly Value[]): Value[] {
  if (loss.shape.length > 0) throw new PenstockError('autodiff-shape', `A loss is a single number, not of the shape [${loss.shape.join(', ')}].`);
  const steps = [...g.steps];
  const reached = new Set(parameters.map(({ name }) => name));
  for (const { inputs, output, backward } of steps) {
    if (inputs.some((input, i) => backward[i] != null && reached.has(input.name))) reached.add(output.name);
  }
  const found = new Map<string, Value>([[loss.name, g.scalar(1, loss.type)]]);
  for (const { inputs, output, backward } of steps.reverse()) {
    const gradient = found.get(output.name);
    if (gradient === undefined) continue;
    for (const [i, input] of inputs.entries()) {
      const derivative = backward[i];
      if (derivative == null || !reached.has(input.name)) continue;
      const part = derivative(gradient);
      const before = found.get(input.name);
      found.set(input.name, before === undefined ? part : add(g, before, part));
    }
  }
  return parameters.map((parameter) => {
    const gradient = found.get(parameter.name);
    if (gradient === undefined) throw new PenstockError('autodiff-constant', `The loss does not depend on '${parameter.name}'.`);
    return gradient;
  });
}
