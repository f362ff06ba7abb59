import type { OnnxGraph } from '#app/relation/emitters/onnx/graph.ts';
import { GraphBuilder, type Value } from '../../autodiff/graph-builder.ts';
import { denseLayers } from './dense-layers.ts';
import { unsupported } from './faults.ts';
import { LayerCall, type LayerWriter } from './layer-call.ts';
import { normalisingLayers } from './normalising-layers.ts';
import { recurrentLayers } from './recurrent-layers.ts';
import { shapingLayers } from './shaping-layers.ts';
import type { Flavour, KerasFile } from './source.ts';
import { type KerasLayer, type KerasTopology, type LayerRef, shapeOf } from './topology.ts';
import type { WeightScope } from './weights.ts';
import { windowLayers } from './window-layers.ts';

const writers: Readonly<Record<string, LayerWriter>> = { ...denseLayers, ...normalisingLayers, ...shapingLayers, ...windowLayers, ...recurrentLayers };

/** Names of the layers that can be imported. */
export const importableLayers: readonly string[] = ['InputLayer', ...Object.keys(writers)];

/** Layers after which the same steps are masked. */
const keepMasks = new Set(['Dense', 'Activation', 'ReLU', 'LeakyReLU', 'ELU', 'PReLU', 'BatchNormalization', 'LayerNormalization', 'Dropout', 'AlphaDropout', 'GaussianDropout', 'GaussianNoise', 'SpatialDropout1D', 'ActivityRegularization', 'Identity']);
/** Layers that put masks together, or put them to a use of their own. */
const mixMasks = new Set(['Add', 'Subtract', 'Multiply', 'Average', 'Maximum', 'Minimum', 'Concatenate', 'Softmax']);

class Conversion {
  readonly g = new GraphBuilder();
  readonly #masks = new Map<string, Value>();
  readonly #flavour: Flavour;

  constructor(flavour: Flavour) {
    this.#flavour = flavour;
  }

  /** Writes a model from what it is given to what it gives. */
  model(topology: KerasTopology, given: readonly Value[], weights: WeightScope): Value[] {
    if (topology.isChain) {
      const [first] = given;
      if (first === undefined || given.length > 1) throw unsupported(`The model “${topology.name}” is a chain, but is given ${given.length} tensors.`);
      return [topology.layers.reduce((x, layer) => (layer.className === 'InputLayer' ? x : this.layer(layer, [x], weights)), first)];
    }
    const values = new Map<string, Value>();
    const key = ({ layer, call }: LayerRef): string => `${call}:${layer}`;
    for (const [i, input] of topology.inputs.entries()) values.set(key(input), given[i] as Value);
    this.#callAll(topology, values, weights, key);
    return topology.outputs.map((output) => {
      const found = values.get(key(output));
      if (found === undefined) throw unsupported(`The output “${output.layer}” of the model “${topology.name}” depends on something that the file does not describe.`);
      return found;
    });
  }

  /** Calls in any order of the file: each as soon as what it reads is there. */
  #callAll(topology: KerasTopology, values: Map<string, Value>, weights: WeightScope, key: (ref: LayerRef) => string): void {
    let waiting = topology.layers.flatMap((layer) => layer.calls.map((reads, call) => ({ layer, reads, call })));
    for (let before = -1; waiting.length > 0 && waiting.length !== before; ) {
      before = waiting.length;
      waiting = waiting.filter(({ layer, reads, call }) => {
        const inputs = reads.map((ref) => values.get(key(ref)));
        if (reads.length === 0 || inputs.some((value) => value === undefined)) return true;
        const own = key({ layer: layer.name, call });
        if (!values.has(own)) values.set(own, this.layer(layer, inputs as Value[], weights));
        return false;
      });
    }
  }

  layer(layer: KerasLayer, inputs: readonly Value[], weights: WeightScope): Value {
    if (layer.inner !== null) {
      const [first, ...rest] = this.model(layer.inner, inputs, weights.inside(layer));
      if (first === undefined || rest.length > 0) throw unsupported(`The model “${layer.name}” inside the model gives ${rest.length + 1} tensors.`);
      return first;
    }
    const write = writers[layer.className];
    if (write === undefined) throw unsupported(`The layer “${layer.name}” is of the class ${layer.className}, which cannot be imported.`);
    const call = new LayerCall(this.g, layer, inputs, weights.of(layer), this.#flavour, this.#masks);
    if (mixMasks.has(layer.className) && call.hasMaskedInput) throw call.fail('reads a tensor with masked steps');
    const made = write(call);
    return keepMasks.has(layer.className) ? call.masked(made, call.mask) : made;
  }

  /** An input as a table has it, [rows, columns], in the sizes that the model wants. */
  input(name: string, shape: readonly (number | null)[]): Value {
    if (shape.some((dim) => dim === null)) {
      throw unsupported(`The input “${name}” takes tensors of any size ([${shape.map((dim) => dim ?? 'any').join(', ')}]), but a table has a fixed number of columns.`, 'Save the model with fixed sizes: keras.Input(shape=(…)) with numbers only.');
    }
    const sizes = shape as readonly number[];
    const columns = sizes.reduce((product, size) => product * size, 1);
    const input = this.g.input(name, 'float', sizes.length === 0 ? ['rows'] : ['rows', columns]);
    if (sizes.length < 2) return input;
    const wanted = this.g.constant('int64', [sizes.length + 1], [-1, ...sizes]);
    return this.g.node('Reshape', [input, wanted], { type: 'float', shape: ['rows', ...sizes] });
  }
}

/** What a model is asked for first: probabilities where its last layer gives some. */
function outputName(layer: KerasLayer | undefined, isOnly: boolean, otherwise: string): string {
  const last = layer?.inner?.layers.at(-1) ?? layer;
  const ends = last?.config['activation'];
  const isShare = ends === 'softmax' || ends === 'sigmoid' || last?.className === 'Softmax';
  return isShare ? (isOnly ? 'probabilities' : `${otherwise}_probabilities`) : otherwise;
}

/**
 * A Keras model as an ONNX graph whose inputs and outputs are [rows, columns] of float. Tensors keep Keras' order of axes; onnxruntime takes out the
 * transposes that cancel.
 * @throws PenstockError `keras-unsupported` naming layer and class, `keras-damaged`.
 */
export function convertKeras({ topology, weights, flavour }: Pick<KerasFile, 'topology' | 'weights' | 'flavour'>): OnnxGraph {
  const conversion = new Conversion(flavour);
  const { g } = conversion;
  const byName = new Map(topology.layers.map((layer) => [layer.name, layer]));
  const inputs = topology.isChain
    ? [chainInput(topology)]
    : topology.inputs.map(({ layer }) => {
        const shape = shapeOf(byName.get(layer)?.config);
        if (shape === null) throw unsupported(`The shape of the input “${layer}” is not in the file.`);
        return { name: layer, shape };
      });
  const outputs = conversion.model(topology, inputs.map(({ name, shape }) => conversion.input(name, shape)), weights);
  for (const [i, output] of outputs.entries()) {
    const layer = topology.isChain ? topology.layers.at(-1) : byName.get(topology.outputs[i]?.layer ?? '');
    const name = outputName(layer, outputs.length === 1, layer?.name ?? `output${i}`);
    g.output(inputs.some((input) => input.name === name) ? `${name}_output` : name, flat(g, output));
  }
  return g.build(topology.name);
}

function chainInput({ name, layers, inputShape }: KerasTopology): { name: string; shape: readonly (number | null)[] } {
  if (inputShape === null) throw unsupported(`The shape of the input of the model “${name}” is not in the file: it was never built.`, 'Begin the model with keras.Input(shape=(…)) and save it again.');
  const [first] = layers;
  return { name: first?.className === 'InputLayer' ? first.name : 'input', shape: inputShape };
}

function flat(g: GraphBuilder, value: Value): Value {
  if (value.shape.length <= 2) return value;
  const columns = value.shape.slice(1).reduce<number>((product, dim) => product * Number(dim), 1);
  return g.node('Reshape', [value, g.constant('int64', [2], [-1, columns])], { type: 'float', shape: ['rows', columns] });
}
