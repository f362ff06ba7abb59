import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import { innerGraph, type LooseGraph, type LooseModel } from '../understanding/edit-model.ts';
import { foreignLimits, type ForeignLimits } from './limits.ts';

const EXTERNAL = 1;

const tensor = z.looseObject({ dataLocation: z.coerce.number().default(0) });
const attributes = z.array(z.looseObject({ name: z.string().default(''), g: z.unknown().optional(), graphs: z.array(z.unknown()).default([]), t: z.unknown().optional(), tensors: z.array(z.unknown()).default([]), sparseTensor: z.unknown().optional() }));
const functions = z.array(z.looseObject({ node: z.array(z.unknown()).default([]) })).default([]);
const counted = z.looseObject({ dataType: z.coerce.number(), int64Data: z.array(z.coerce.number()).default([]), rawData: z.instanceof(Uint8Array).optional() });

const opType = (node: LooseGraph['node'][number]): string => (typeof node['opType'] === 'string' ? node['opType'] : '');

/**
 * Whether a model from elsewhere is one that ends and stays within its file, told by its graph alone, before onnxruntime sees it: a number of
 * operators, loops whose rounds are written in the file, and no constant that would be read from another file.
 * @throws PenstockError `onnx-too-large`, `onnx-unsupported`, each naming the limit or the operator
 */
export function checkForeignGraph(model: LooseModel, name: string, limits: ForeignLimits = foreignLimits): void {
  let operators = 0;
  const bodies = functions.parse(model['functions'] ?? []).map(({ node }) => innerGraph({ node }));
  const refuse = (what: string, remedy: string): never => {
    throw new PenstockError('onnx-unsupported', `“${name}” ${what}.`, { remedy, place: { param: ['path'] } });
  };
  const outside = (constant: unknown): void => {
    if (constant === undefined || constant === null) return;
    const found = tensor.safeParse(constant);
    if (found.success && found.data.dataLocation === EXTERNAL) refuse('keeps constants in other files at a place where they cannot be checked', 'Export the model as one file.');
  };
  const walk = (graph: LooseGraph, depth: number, rounds: number): void => {
    if (depth > limits.depth) refuse(`has more than ${limits.depth} graphs within each other`, 'Export the model without nested branches and loops.');
    for (const one of graph.initializer) outside(one);
    const constants = new Map<string, unknown>(graph.initializer.map((one) => [one.name, one]));
    for (const node of graph.node) {
      operators += 1;
      if (operators > limits.operators) throw new PenstockError('onnx-too-large', `“${name}” has more than ${formatCount(limits.operators)} operators.`, { remedy: 'Export a smaller model.', place: { param: ['path'] } });
      const found = attributes.safeParse(node.attribute);
      if (!found.success) return refuse('has attributes that cannot be read', 'Export the model again.');
      for (const { t, tensors, sparseTensor } of found.data) for (const constant of [t, ...tensors, sparseTensor === undefined ? undefined : (sparseTensor as { values?: unknown }).values]) outside(constant);
      if (opType(node) === 'Constant' && node.output[0] !== undefined) constants.set(node.output[0], found.data.find(({ name: attribute }) => attribute === 'value')?.t);
      let inner = rounds;
      if (opType(node) === 'Loop') {
        const count = countIn(constants.get(node.input[0] ?? ''));
        inner = rounds * (count ?? Number.POSITIVE_INFINITY);
        if (count === null) refuse('has a Loop whose number of rounds is not written in the file, so that nobody knows whether it ends', 'Export the model without Loop, or with a fixed number of rounds.');
        if (inner > limits.rounds) refuse(`has loops of more than ${formatCount(limits.rounds)} rounds`, 'Export the model with fewer rounds.');
      }
      for (const { g, graphs } of found.data) for (const body of [...(g === undefined || g === null ? [] : [g]), ...graphs]) walk(innerGraph(body), depth + 1, inner);
    }
  };
  walk(model.graph, 0, 1);
  for (const body of bodies) walk(body, 1, 1);
}

/** The one whole number of a constant; null where it is none. */
function countIn(constant: unknown): number | null {
  const found = counted.safeParse(constant);
  if (!found.success || found.data.dataType !== 7) return null;
  const { int64Data, rawData } = found.data;
  if (rawData !== undefined && rawData.length === 8) return Number(new DataView(rawData.buffer, rawData.byteOffset, 8).getBigInt64(0, true));
  return int64Data.length === 1 ? (int64Data[0] ?? null) : null;
}
