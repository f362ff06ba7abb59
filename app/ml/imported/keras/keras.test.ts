import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { uniform } from '../../learners/random.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { createRunner } from '../../onnx/runner.ts';
import { closeIdleWorkers } from '../../worker/run-task.ts';
import { convertKeras } from './convert.ts';
import { readKerasFile } from './read-file.ts';

afterAll(closeIdleWorkers);

const tables = z.array(z.array(z.array(z.number())));
const answersSchema = z.object({ version: z.string(), models: z.array(z.object({ file: z.string(), given: tables, answers: tables })) });
const pathOf = (name: string): string => fileURLToPath(new URL(`../../../../nodes/train/import-keras/files/${name}`, import.meta.url));
/** By scripts/reference/keras_models.py: models that Keras wrote, and what it predicts. */
const written = ['keras3.json', 'keras2.json'].filter((name) => existsSync(pathOf(name))).map((name) => answersSchema.parse(JSON.parse(readFileSync(pathOf(name), 'utf8'))));

for (const { version, models } of written) {
  describe(`models of Keras ${version}`, () => {
    it.each(models.map((model) => [model.file, model] as const))('%s answers as it does there', async (file, { given, answers }) => {
      const read = await readKerasFile(pathOf(file));
      expect(read.producer).toBe(`Keras ${version}`);
      const graph = convertKeras(read);
      const runner = await createRunner(encodeModel(graph));
      const feeds = graph.inputs.map(({ name }, i) => [name, { dims: [given[i]?.length ?? 0, given[i]?.[0]?.length ?? 0], data: Float32Array.from((given[i] ?? []).flat()) }]);
      const found = await runner.run(Object.fromEntries(feeds));
      await runner.close();
      expect(graph.outputs).toHaveLength(answers.length);
      for (const [i, { name }] of graph.outputs.entries()) {
        const wanted = (answers[i] ?? []).flat();
        const values = Array.from(found[name]?.data as Float32Array);
        expect(values).toHaveLength(wanted.length);
        for (const [at, value] of values.entries()) expect(Math.abs(value - (wanted[at] ?? Number.NaN))).toBeLessThan(2e-5 * Math.max(1, Math.abs(wanted[at] ?? 0)));
      }
    });
  });
}

it('files that are damaged anywhere are read or named, never anything else', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-keras-'));
  const next = uniform(9);
  const outcomes = new Set<string>();
  try {
    for (const name of ['memory.h5', 'dense.keras']) {
      const whole = readFileSync(pathOf(name));
      for (let trial = 0; trial < 60; trial++) {
        const bytes = Buffer.from(trial % 3 === 0 ? whole.subarray(0, Math.floor(next() * whole.length)) : whole);
        const changes = trial % 3 === 0 ? 0 : 1 + trial / 4;
        for (let i = 0; i < changes; i++) bytes[Math.floor(next() * bytes.length)] = Math.floor(256 * next());
        const file = path.join(folder, name);
        writeFileSync(file, bytes);
        const error: unknown = await readKerasFile(file).then((read) => void convertKeras(read)).catch((caught: unknown) => caught ?? null);
        outcomes.add(error === undefined ? 'read' : error instanceof PenstockError ? error.code : String(error));
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  expect([...outcomes].toSorted()).toEqual(['keras-damaged', 'keras-unsupported', 'read']);
});
