import path from 'node:path';
import { type Entry, fromBufferPromise } from 'yauzl';
import { z } from 'zod';
import { archiveLimits, checkArchive } from '#app/core/archive.ts';
import { PenstockError } from '#app/core/errors.ts';
import { damaged, unsupported } from './faults.ts';
import { groupedWeights, legacyWeights, withHdf5 } from './hdf5.ts';
import { type Flavour, type KerasFile, parseJson, readBytes } from './source.ts';
import { readTensorFlowJs } from './tensorflow-js.ts';
import { readTopology } from './topology.ts';

/** Of one part of a .keras file, unpacked, in bytes. */
const mostBytes = 4e9;

/**
 * Reads a .keras archive, an HDF5 file of `model.save`, or a model.json of TensorFlow.js with the weights beside it. Runs in a worker.
 * @throws PenstockError `file-missing`, `keras-damaged`, `keras-unsupported`.
 */
export async function readKerasFile(file: string): Promise<KerasFile> {
  const name = path.basename(file);
  const bytes = await readBytes(file);
  if (bytes.length === 0) throw damaged(name, 'is empty');
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return readArchive(bytes, name);
  if (bytes[0] === 0x89 && bytes[1] === 0x48) return readLegacy(bytes, name);
  if (/\.json$/i.test(name)) return readTensorFlowJs(file, bytes);
  throw damaged(name, 'is no Keras model: neither a .keras archive, nor an HDF5 file, nor a model.json of TensorFlow.js');
}

const flavourOf = (version: string): Flavour => (/^[12]\./.test(version) ? 'keras-2' : 'keras-3');

async function readArchive(bytes: Uint8Array, name: string): Promise<KerasFile> {
  const parts = await unpack(bytes, name, ['config.json', 'metadata.json', 'model.weights.h5']);
  const [config, metadata, weights] = [parts.get('config.json'), parts.get('metadata.json'), parts.get('model.weights.h5')];
  if (config === undefined || weights === undefined) throw damaged(name, `has no ${config === undefined ? 'config.json' : 'model.weights.h5'} in it, so it is no .keras archive`);
  const topology = readTopology(parseJson(config.toString('utf8'), name));
  const about = z.looseObject({ keras_version: z.string() }).safeParse(metadata === undefined ? {} : parseJson(metadata.toString('utf8'), name));
  const version = about.success ? about.data.keras_version : '3';
  return { topology, weights: await withHdf5(weights, name, (file) => groupedWeights(file, topology)), producer: `Keras ${version}`, flavour: flavourOf(version) };
}

async function unpack(bytes: Uint8Array, name: string, wanted: readonly string[]): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  try {
    const zip = await fromBufferPromise(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), { lazyEntries: true, autoClose: false });
    const all: Entry[] = [];
    for await (const entry of zip.eachEntry()) all.push(entry);
    checkArchive(name, all, { ...archiveLimits, total: mostBytes });
    for (const entry of all) {
      if (!wanted.includes(entry.fileName)) continue;
      if (entry.uncompressedSize > mostBytes) throw unsupported(`“${name}” holds more than 4 GB of weights.`);
      const blocks: Buffer[] = [];
      for await (const block of await zip.openReadStreamPromise(entry)) blocks.push(block as Buffer);
      found.set(entry.fileName, Buffer.concat(blocks));
    }
  } catch (error) {
    if (error instanceof PenstockError) throw error;
    throw damaged(name, 'is a damaged or cut off archive', error);
  }
  return found;
}

async function readLegacy(bytes: Uint8Array, name: string): Promise<KerasFile> {
  return withHdf5(bytes, name, (file) => {
    const config = file.texts('', 'model_config')?.[0];
    if (config === undefined) throw unsupported(`“${name}” holds weights without the model they belong to.`);
    const version = file.texts('', 'keras_version')?.[0] ?? '2.0';
    return { topology: readTopology(parseJson(config, name)), weights: legacyWeights(file), producer: `Keras ${version}`, flavour: flavourOf(version) };
  });
}
