import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import type { LooseModel } from '../understanding/edit-model.ts';

const EXTERNAL = 1;
const located = z.looseObject({ name: z.string(), dataLocation: z.coerce.number().default(0), externalData: z.array(z.looseObject({ key: z.string().default(''), value: z.string().default('') })).default([]) });

/**
 * A model whose constants lie in files beside it (as torch.onnx and mlflow.onnx write large ones), with them inside. Only files of the model's own folder are read.
 * @throws PenstockError `onnx-weights` naming the file.
 */
export async function withOutsideWeights(model: LooseModel, file: string): Promise<LooseModel> {
  const parsed = model.graph.initializer.map((one) => located.parse(one));
  if (parsed.every(({ dataLocation }) => dataLocation !== EXTERNAL)) return model;
  const files = new Map<string, Buffer>();
  const initializer = [];
  for (const one of parsed) {
    if (one.dataLocation !== EXTERNAL) {
      initializer.push(one);
      continue;
    }
    const facts = new Map(one.externalData.map(({ key, value }) => [key, value]));
    const location = facts.get('location') ?? '';
    const bytes = files.get(location) ?? (await weights(file, location));
    files.set(location, bytes);
    const offset = Number(facts.get('offset') ?? 0);
    const length = Number(facts.get('length') ?? bytes.byteLength - offset);
    if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0 || offset + length > bytes.byteLength) throw lost(file, location, 'is too short');
    initializer.push({ ...one, dataLocation: 0, externalData: [], rawData: new Uint8Array(bytes.subarray(offset, offset + length)) });
  }
  return { ...model, graph: { ...model.graph, initializer } };
}

async function weights(file: string, location: string): Promise<Buffer> {
  if (location === '' || location !== path.basename(location) || location.startsWith('.')) throw lost(file, location, 'lies in another folder');
  return readFile(path.join(path.dirname(file), location)).catch(() => Promise.reject(lost(file, location, 'is not there')));
}

function lost(file: string, location: string, what: string): PenstockError {
  return new PenstockError('onnx-weights', `“${path.basename(file)}” keeps its weights in the file “${location}”, which ${what}.`, { remedy: 'Put both files into one folder, or export the model as one file.', place: { param: ['path'], file } });
}
