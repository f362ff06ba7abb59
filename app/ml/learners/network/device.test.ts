import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { closeIdleWorkers } from '../../worker/run-task.ts';
import { normal, uniform } from '../random.ts';
import { trainInput } from '../testing.ts';
import { trainLearner } from '../train.ts';

afterAll(closeIdleWorkers);

const next = uniform(4);
const points = Array.from({ length: 200 }, () => [normal(next), normal(next)]);
const side = () => trainInput(points, points.map(([a = 0]) => Number(a > 0)), 2);

/** Debian's chromium carries a Vulkan loader and SwiftShader, Vulkan in software: a GPU for tests. */
const software = '/usr/lib/chromium';
const answerSchema = z.object({ accuracy: z.number(), notes: z.array(z.string()) });

function trainApart(env: NodeJS.ProcessEnv): Promise<z.output<typeof answerSchema>> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [fileURLToPath(new URL('./device-fixture.ts', import.meta.url))], { env: { ...process.env, ...env }, timeout: 110_000 }, (error, stdout, stderr) => {
      const line = stdout.split('\n').find((text) => text.startsWith('found:'));
      if (line === undefined) return reject(error ?? new Error(stderr));
      resolve(answerSchema.parse(JSON.parse(line.slice('found:'.length))));
    });
  });
}

describe('device', () => {
  it('auto does not look for a GPU where the training is short', async () => {
    const { details } = await trainLearner('mlp', { hiddenLayers: [8], epochs: 3, device: 'auto' }, side(), { seed: 1 });
    expect(details.notes.join(' ')).toMatch(/A step takes .* ms on the processor, so the whole training is short/);
  });

  it('without a GPU the processor trains, and says why', async () => {
    // An ICD that is not there: no Vulkan device, whatever the machine has.
    const { accuracy, notes } = await trainApart({ VK_DRIVER_FILES: '/nowhere.json', VK_ICD_FILENAMES: '/nowhere.json', CUDA_VISIBLE_DEVICES: '' });
    expect(notes.join(' ')).toContain('There is no GPU to train on, so the processor does');
    expect(accuracy).toBeGreaterThan(0.8);
  }, 120_000);

  it.skipIf(!existsSync(`${software}/libvulkan.so.1`) || !existsSync(`${software}/vk_swiftshader_icd.json`))(
    'the same training runs on a GPU',
    async () => {
      const { accuracy, notes } = await trainApart({ VK_DRIVER_FILES: `${software}/vk_swiftshader_icd.json`, LD_LIBRARY_PATH: software });
      expect(notes.join(' ')).toContain('on the GPU (webgpu): the GPU trains');
      expect(accuracy).toBeGreaterThan(0.8);
    },
    120_000,
  );
});
