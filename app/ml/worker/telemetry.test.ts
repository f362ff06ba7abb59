import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-telemetry-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** In a process of its own: whether anything is told is settled when the library is loaded, and in CI it never is. */
const program = `
  const { createRunner } = await import(${JSON.stringify(new URL('../onnx/runner.ts', import.meta.url).href)});
  const { encodeModel } = await import(${JSON.stringify(new URL('../onnx/encode.ts', import.meta.url).href)});
  const shape = { type: 'float', shape: [1, 2] };
  const model = encodeModel({ name: 'secret', inputs: [{ name: 'x', ...shape }], outputs: [{ name: 'y', ...shape }], nodes: [{ op: 'Add', inputs: ['x', 'x'], outputs: ['y'] }], initializers: [] });
  const runner = await createRunner(model);
  const { y } = await runner.run({ x: { dims: [1, 2], data: Float32Array.of(1, 2) } });
  await runner.close();
  console.log('found', [...y.data].join());
  process.exit();
`;

describe('onnxruntime', () => {
  it.skipIf(process.platform === 'win32')('tells nobody which models are loaded: what would, leaves its files in the temporary folder', () => {
    const { PATH = '' } = process.env;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8', env: { PATH, HOME: folder, TMPDIR: folder }, timeout: 60_000 });
    expect(stdout, stderr).toContain('found 2,4');
    expect(readdirSync(folder, { recursive: true })).toEqual([]);
  });
});
