import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { installedGpuPackage } from './tensorflow/gpu-package.ts';
import { type ProbeAnswer, probeMark, probeVariable, tensorflowProbes } from './worker/probe.ts';
import { workerEntry } from './worker/task-worker.ts';

export interface Backend {
  /** onnxruntime's name of the execution provider, or one of `tensorflowProbes`. */
  readonly name: string;
  readonly usable: boolean;
  /** One sentence: that it works, or why not. */
  readonly detail: string;
}

/** A GPU provider that hangs is not usable. Milliseconds; the first start of a GPU driver takes several seconds. */
const patience = 20_000;

const platformProviders: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['cuda'],
  win32: ['dml', 'cuda'],
  darwin: ['coreml'],
};

const answerSchema = z.object({ usable: z.boolean(), detail: z.string() });

/** Whether one execution provider works here, tried in a process of its own. Never rejects. */
export function probeBackend(name: string): Promise<Backend> {
  return new Promise((resolve) => {
    const env = { ...process.env, [probeVariable]: name };
    execFile(process.execPath, [fileURLToPath(workerEntry)], { env, timeout: patience, killSignal: 'SIGKILL', windowsHide: true }, (error, stdout) => {
      const line = stdout.split('\n').find((text) => text.startsWith(probeMark));
      resolve({ name, ...(line === undefined ? failed(error) : answerSchema.parse(JSON.parse(line.slice(probeMark.length)))) });
    });
  });
}

function failed(error: { killed?: boolean; signal?: string | null; code?: unknown } | null): ProbeAnswer {
  if (error?.killed === true) return { usable: false, detail: `It did not answer within ${patience / 1000} seconds.` };
  if (error?.signal) return { usable: false, detail: `It crashed (${error.signal}).` };
  return { usable: false, detail: `It could not be tried (${String(error?.code ?? 'no answer')}).` };
}

/**
 * Which of onnxruntime's execution providers and TensorFlow.js' backends work on this machine. Each is tried in a process of its own, because a GPU driver
 * can crash or hang it. Never rejects. Takes a second or so.
 */
export async function backends(): Promise<readonly Backend[]> {
  const tensorflow = [tensorflowProbes.wasm, ...(installedGpuPackage() === null ? [] : [tensorflowProbes.gpu])];
  return Promise.all(['cpu', 'webgpu', ...(platformProviders[process.platform] ?? []), ...tensorflow].map(probeBackend));
}
