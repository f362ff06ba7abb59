import { z } from 'zod';
import { unsupported } from './faults.ts';

/** Which tensor: the output of one call of a layer. */
export interface LayerRef {
  readonly layer: string;
  /** A layer that is used several times has a call for each. */
  readonly call: number;
}

export interface KerasLayer {
  readonly name: string;
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** What each call reads; empty in a chain, and for inputs. */
  readonly calls: readonly (readonly LayerRef[])[];
  /** A model that is used as a layer. */
  readonly inner: KerasTopology | null;
}

/** A model as Keras describes it: a chain of layers, or a graph of calls. */
export interface KerasTopology {
  readonly name: string;
  readonly isChain: boolean;
  /** In the order of the file. */
  readonly layers: readonly KerasLayer[];
  /** Layers that take what comes in, in order; of a chain: none. */
  readonly inputs: readonly LayerRef[];
  readonly outputs: readonly LayerRef[];
  /** Of a chain: the shape of its input without the rows; null where nothing says it. */
  readonly inputShape: readonly (number | null)[] | null;
}

const shape = z.array(z.number().nullable());
const modelSchema = z.looseObject({ class_name: z.string(), config: z.unknown() });
const layerSchema = z.looseObject({ class_name: z.string(), config: z.looseObject({ name: z.string().optional() }), name: z.string().optional(), inbound_nodes: z.array(z.unknown()).optional() });
const shapeSchema = z.looseObject({ batch_input_shape: shape.nullish(), batch_shape: shape.nullish() });
const bodySchema = z.looseObject({ name: z.string().optional(), layers: z.array(layerSchema), build_input_shape: shape.nullish(), input_layers: z.unknown().optional(), output_layers: z.unknown().optional() });
const keptTensor = z.looseObject({ class_name: z.literal('__keras_tensor__'), config: z.looseObject({ keras_history: z.tuple([z.string(), z.number(), z.number()]) }) });
const reference = z.tuple([z.string(), z.number(), z.number()], z.unknown());

const modelClasses = new Set(['Sequential', 'Functional', 'Model']);

/** The shape said by an input layer, or by the first layer of a chain, without the rows. */
export function shapeOf(config: unknown): readonly (number | null)[] | null {
  const found = shapeSchema.safeParse(config);
  if (!found.success) return null;
  return (found.data.batch_shape ?? found.data.batch_input_shape)?.slice(1) ?? null;
}

/** @throws PenstockError `keras-unsupported`: no model of layers, or wired in a way that is not known. */
export function readTopology(value: unknown): KerasTopology {
  const model = modelSchema.safeParse(value);
  if (!model.success) throw unsupported('The file describes no model of layers.');
  const { class_name: className } = model.data;
  if (!modelClasses.has(className)) throw unsupported(`The model is of the class ${className}, written by hand; only Sequential and Functional models say how they compute.`);
  // Old Sequential models have their layers themselves as config.
  const body = bodySchema.safeParse(Array.isArray(model.data.config) ? { layers: model.data.config } : model.data.config);
  if (!body.success) throw unsupported(`The description of the model (${className}) cannot be read.`);
  const { name = className, layers: written, build_input_shape: built, input_layers: inputs, output_layers: outputs } = body.data;
  const isChain = className === 'Sequential';
  const layers = written.map((one): KerasLayer => {
    const own = one.config.name ?? one.name ?? one.class_name;
    const isModel = modelClasses.has(one.class_name);
    return { name: own, className: one.class_name, config: one.config, calls: isChain ? [] : (one.inbound_nodes ?? []).map((node) => callOf(node, own)), inner: isModel ? readTopology(one) : null };
  });
  if (layers.length === 0) throw unsupported('The model has no layers.');
  if (isChain) return { name, isChain, layers, inputs: [], outputs: [], inputShape: built?.slice(1) ?? firstShape(layers[0]) };
  return fromFirstCall({ name, isChain, layers, inputs: references(inputs), outputs: references(outputs), inputShape: null });
}

/** Keras 2 counts the building of a model as its first call, which is not in the file: calls of such layers are counted from the first that is. */
function fromFirstCall(topology: KerasTopology): KerasTopology {
  const read = [...topology.outputs, ...topology.layers.flatMap(({ calls }) => calls.flat())];
  const before = new Map<string, number>();
  for (const { name, calls, inner } of topology.layers) {
    if (inner !== null) before.set(name, Math.max(0, Math.max(...read.filter(({ layer }) => layer === name).map(({ call }) => call)) - (calls.length - 1)));
  }
  const counted = ({ layer, call }: LayerRef): LayerRef => ({ layer, call: call - (before.get(layer) ?? 0) });
  return { ...topology, outputs: topology.outputs.map(counted), layers: topology.layers.map((layer) => ({ ...layer, calls: layer.calls.map((one) => one.map(counted)) })) };
}

function firstShape(layer: KerasLayer | undefined): readonly (number | null)[] | null {
  if (layer === undefined) return null;
  return shapeOf(layer.config) ?? (layer.inner === null ? null : (layer.inner.inputShape ?? firstShape(layer.inner.layers[0])));
}

/** One reference alone, a list of them, or some by name, which Keras takes in the order of names. */
function references(value: unknown): LayerRef[] {
  const one = reference.safeParse(value);
  if (one.success) return [refOf(one.data)];
  const many = z.union([z.array(reference), z.record(z.string(), reference).transform((named) => Object.keys(named).sort().map((name) => named[name] as z.output<typeof reference>))]).safeParse(value);
  if (!many.success) throw unsupported('What goes into the model and what comes out is written in a way that is not known.');
  return many.data.map(refOf);
}

function refOf([layer, call, tensor]: readonly [string, number, number, ...unknown[]]): LayerRef {
  if (tensor !== 0) throw unsupported(`Of the layer “${layer}” another output than its first is used (its state, for example).`);
  return { layer, call };
}

/** What a call reads: lists of references (Keras 2, TensorFlow.js), or arguments that hold tensors (Keras 3). */
function callOf(node: unknown, layer: string): LayerRef[] {
  const called = z.looseObject({ args: z.array(z.unknown()), kwargs: z.record(z.string(), z.unknown()).default({}) }).safeParse(node);
  if (called.success) {
    if (Object.values(called.data.kwargs).some((value) => tensorsIn(value).length > 0)) throw unsupported(`The layer “${layer}” is called with tensors by name (an initial state or a mask, for example).`);
    return called.data.args.flatMap(tensorsIn);
  }
  const old = z.array(reference).safeParse(node);
  if (!old.success) throw unsupported(`What the layer “${layer}” reads is written in a way that is not known.`);
  return old.data.map(([name, call, tensor, more]) => {
    const keywords = z.record(z.string(), z.unknown()).safeParse(more);
    if (keywords.success && Object.values(keywords.data).some((value) => reference.safeParse(value).success)) throw unsupported(`The layer “${layer}” is called with tensors by name (an initial state or a mask, for example).`);
    return refOf([name, call, tensor]);
  });
}

function tensorsIn(value: unknown): LayerRef[] {
  if (Array.isArray(value)) return value.flatMap(tensorsIn);
  const tensor = keptTensor.safeParse(value);
  return tensor.success ? [refOf(tensor.data.config.keras_history)] : [];
}
