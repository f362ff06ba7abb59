import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PenstockError } from '#app/core/errors.ts';
import { inspectOnnx } from '#app/engine/registry/import-onnx.ts';
import { readManifest, readSignature, verifyFiles } from '#app/serve/bundle-server/bundle-files.ts';
import { decodeModel, runTask } from '#app/ml/index.ts';
import { mutated, mutatedJsonText, type Random } from '../mutate.ts';
import { mutatedZip } from '../zip-parts.ts';
import { inProject, pipelineOf, runOrThrow } from './pipelines.ts';
import { Silent, type Ground, type Reader } from './reader.ts';

const onnxWords = ['Loop', 'Scan', 'If', 'MatMul', 'Reshape', 'Expand', 'ConstantOfShape', 'Range', 'Tile', 'ai.onnx.ml', 'com.microsoft', 'location', '../../etc/passwd', 'float_input'];

const onnx: Reader = {
  name: 'ONNX',
  seeds: ['bayes', 'doubles', 'network', 'pipeline', 'voting', 'lightgbm-number', 'calibrated'].map((name) => `nodes/train/import-onnx/files/${name}.onnx`),
  extension: '.onnx',
  namesFile: false,
  mutate: (seed, random, others) => mutated(seed, random, others, onnxWords),
  async read(file, ground) {
    const { signal } = new AbortController();
    const failures: unknown[] = [];
    const attempt = async (work: () => Promise<unknown>): Promise<void> => {
      try {
        await work();
      } catch (error) {
        if (!(error instanceof PenstockError)) throw error;
        failures.push(error);
      }
    };
    // The strict reader of our own files, the registry's look, and the node with its test rows.
    await attempt(async () => decodeModel(new Uint8Array(await readFile(file))));
    await attempt(() => inspectOnnx(ground.test.engine, file, signal));
    await attempt(() => runOrThrow(ground, pipelineOf(ground, [{ id: 'read', type: 'train/import-onnx', params: { path: inProject(file, ground) } }])));
    const last = failures.at(-1);
    if (last !== undefined) throw last;
  },
};

const keras = ['activations', 'first', 'graph', 'image', 'masked', 'memory-2', 'series', 'words', 'named'].map((name) => `nodes/train/import-keras/files/${name}.keras`);

const kerasArchives: Reader = {
  name: 'Keras',
  seeds: keras,
  extension: '.keras',
  namesFile: false,
  mutate: (seed, random, others) => mutatedKeras(seed, random, others),
  read: importKeras,
};

const kerasHdf5: Reader = {
  name: 'Keras HDF5',
  seeds: ['nodes/train/import-keras/files/dense.h5', 'nodes/train/import-keras/files/memory-2.h5'],
  extension: '.h5',
  namesFile: false,
  mutate: (seed, random, others) => mutated(seed, random, others, ['TREE', 'HEAP', 'SNOD', 'OHDR', 'model_config']),
  read: importKeras,
};

const tensorflowJs: Reader = {
  name: 'TensorFlow.js',
  seeds: ['e2e/fuzz/corpus/tensorflow-js/model.json'],
  extension: '.json',
  namesFile: false,
  mutate: mutatedJsonText,
  async read(file, ground) {
    // Its weights lie beside it.
    await copyFile(path.resolve(import.meta.dirname, '../corpus/tensorflow-js/weights.bin'), path.join(path.dirname(file), 'weights.bin'));
    await importKeras(file, ground);
  },
};

async function mutatedKeras(seed: Uint8Array, random: Random, others: readonly Uint8Array[]): Promise<Uint8Array> {
  return mutatedZip(seed, random, others, ['"units": -1', '"units": 1e9', '"batch_shape": [null, 4]', 'Dense', 'LSTM', 'Lambda', 'null', '[', ']', '{', '}', '"', '99999999', '-1']);
}

async function importKeras(file: string, ground: Ground): Promise<void> {
  await runOrThrow(ground, pipelineOf(ground, [{ id: 'read', type: 'train/import-keras', params: { path: inProject(file, ground) } }]));
}

const images: Reader = {
  name: 'Images',
  seeds: ['baseline-440.jpeg', 'grey-1-key.png', 'grey-2.png', 'grey.jpeg', 'palette-4-interlaced.png', 'palette-8-opacity.png', 'progressive-420.jpeg', 'restart-420.jpeg', 'rgb-16.png', 'rgba-8.png'].map((name) => `app/ml/images/fixtures/${name}`),
  extension: '.png',
  namesFile: true,
  mutate: (seed, random, others) => mutated(seed, random, others, ['IHDR', 'IDAT', 'IEND', 'PLTE', 'tRNS', 'Exif\0\0', '\x00\x00\x00\x00IDAT']),
  async read(file, ground) {
    const folder = path.join(ground.folder, 'pictures', 'cats');
    await rm(path.dirname(folder), { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await copyFile(file, path.join(folder, 'one.png'));
    const document = pipelineOf(ground, [{ id: 'read', type: 'data/image-folder', params: { folder: inProject(path.dirname(folder), ground) } }]);
    await runOrThrow(ground, document);
    const rows = async (port: string): Promise<number> => (await ground.test.table(document, 'read', port)).rows.length;
    if ((await rows('table')) + (await rows('rejects')) !== 1) throw new Silent('the image is neither among the images nor among the rejected');
    const { texts, unreadable } = await runTask('read-images', { paths: [path.join(folder, 'one.png')], width: 8, height: 8 });
    if (texts.length !== 1) throw new Silent('one image gave another number of texts');
    if (unreadable === 1) throw new PenstockError('image-unreadable', `${file} is no image.`, { remedy: 'Remove it.', place: { file } });
    if (Buffer.from(texts[0] ?? '', 'base64').length !== 8 * 8 * 3) throw new Silent('an image has another number of pixels than was asked for');
  },
};

const bundles: Reader = {
  name: 'Bundle',
  seeds: ['e2e/fuzz/corpus/bundle/signature.json', 'e2e/fuzz/corpus/bundle/manifest.json', 'e2e/fuzz/corpus/bundle/golden.json'],
  extension: '.json',
  namesFile: true,
  mutate: mutatedJsonText,
  async read(file, ground) {
    const folder = path.join(ground.folder, 'bundle');
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const from = path.resolve(import.meta.dirname, '../corpus/bundle');
    for (const name of await readdir(from)) await copyFile(path.join(from, name), path.join(folder, name)).catch(() => undefined);
    const text = await readFile(file);
    // Which of its files the input stands for is told by what is in it.
    const name = text.includes('"files"') ? 'manifest.json' : text.includes('"outputs"') && !text.includes('penstock-model') ? 'golden.json' : 'signature.json';
    await writeFile(path.join(folder, name), text);
    await readSignature(folder);
    await readManifest(folder);
    await verifyFiles(folder);
  },
};

export const modelReaders: readonly Reader[] = [onnx, kerasArchives, kerasHdf5, tensorflowJs, images, bundles];
