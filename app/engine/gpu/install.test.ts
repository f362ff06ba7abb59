import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backends, closeIdleWorkers, runTask } from '#app/ml/index.ts';
import { PenstockError } from '#app/core/errors.ts';
import { describeGpuPlan, type GpuMachine, installGpu, planGpuInstall, thisMachine } from './install.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-gpu-'));
const before = process.env['XDG_DATA_HOME'];
const library = path.resolve('dist/tensorflow/tensorflow.cjs');
const never = new AbortController().signal;

/** A program that installs a package as npm does: TensorFlow.js of the build, which calls what Node has lost, as the package does. */
function npm(name: string, end: string): string {
  const program = path.join(folder, name);
  const source = `const util = require('util'); if (util.isNullOrUndefined(1) || !util.isNullOrUndefined(null)) throw new Error('no shim'); module.exports = require(${JSON.stringify(library)});`;
  writeFileSync(
    program,
    `#!${process.execPath}
const { mkdirSync, writeFileSync } = require('node:fs');
if (process.argv[2] === '--version') { console.log('11.0.0'); process.exit(0); }
const place = 'node_modules/@tensorflow/tfjs-node-gpu';
mkdirSync(place, { recursive: true });
writeFileSync(place + '/package.json', '{"name":"@tensorflow/tfjs-node-gpu","main":"index.js"}');
writeFileSync(place + '/index.js', ${JSON.stringify(source)});
console.log('added 1 package from ' + process.argv.slice(2).join(' '));
${end}
`,
    { mode: 0o755 },
  );
  return program;
}

const machine = (given: Partial<GpuMachine>): GpuMachine => ({ ...thisMachine, platform: 'linux', arch: 'x64', env: { ...process.env, XDG_DATA_HOME: folder }, hasDriver: () => true, lengthOf: async () => 400e6, npm: npm('npm', ''), ...given });
const codeOf = (work: Promise<unknown>): Promise<string> => work.then(() => 'none', (error: unknown) => (error instanceof PenstockError ? `${error.code}: ${error.message} ${error.remedy ?? ''}` : String(error)));

beforeAll(() => {
  process.env['XDG_DATA_HOME'] = folder;
  mkdirSync(folder, { recursive: true });
});
afterAll(() => {
  if (before === undefined) delete process.env['XDG_DATA_HOME'];
  else process.env['XDG_DATA_HOME'] = before;
  rmSync(folder, { recursive: true });
  closeIdleWorkers();
});

describe.skipIf(process.platform === 'win32')('TensorFlow.js for the GPU', () => {
  it('says what it will download and how large it is, and where it cannot be of use', async () => {
    const plan = await planGpuInstall(never, machine({}));
    expect(describeGpuPlan(plan)).toContain('@tensorflow/tfjs-node-gpu@4.22.0 from the npm registry and TensorFlow\'s library from storage.googleapis.com, 400.0 MB packed');
    expect(describeGpuPlan({ ...plan, bytes: null })).toContain('several hundred MB');
    expect(existsSync(path.join(folder, 'penstock'))).toBe(false);
    const seen: string[] = [];
    await planGpuInstall(never, machine({ env: { ...process.env, TFJS_NODE_CDN_STORAGE: 'https://mirror.example/' }, lengthOf: async (url) => (seen.push(url), 1) }));
    expect(seen).toEqual(['https://mirror.example/tensorflow/libtensorflow/libtensorflow-gpu-linux-x86_64-2.9.1.tar.gz']);
    for (const [code, given] of [
      ['gpu-platform', { platform: 'darwin', arch: 'arm64' }],
      ['gpu-no-driver', { hasDriver: () => false }],
      ['gpu-no-npm', { npm: path.join(folder, 'absent') }],
      ['gpu-no-network', { lengthOf: () => Promise.reject(new Error('getaddrinfo ENOTFOUND')) }],
    ] as const) {
      const said = await codeOf(planGpuInstall(never, machine(given)));
      expect(said).toMatch(new RegExp(`^${code}: .*Networks train without it`));
    }
  });

  it('keeps nothing of an installation that failed', async () => {
    const failing = machine({ npm: npm('npm-failing', "console.error('npm error network request failed'); process.exit(1);") });
    const said = await codeOf(installGpu(await planGpuInstall(never, failing), () => undefined, never, failing));
    expect(said).toContain('gpu-install-failed: npm could not install @tensorflow/tfjs-node-gpu@4.22.0: network request failed');
    expect(existsSync(path.join(folder, 'penstock/tensorflow-gpu/node_modules'))).toBe(false);
    const stopping = new AbortController();
    const slow = machine({ npm: npm('npm-slow', 'setInterval(() => {}, 1000);') });
    const work = codeOf(installGpu(await planGpuInstall(never, slow), () => stopping.abort(), stopping.signal, slow));
    expect(await work).toMatch(/^cancelled/);
    expect(existsSync(path.join(folder, 'penstock/tensorflow-gpu/node_modules'))).toBe(false);
  });

  it('once installed is tried, named by doctor, and trains', async () => {
    const lines: string[] = [];
    const detail = await installGpu(await planGpuInstall(never, machine({})), (line) => lines.push(line), never, machine({}));
    expect(detail).toMatch(/^Works: TensorFlow.js .* on the GPU/);
    expect(lines.join()).toContain('--ignore-scripts=false @tensorflow/tfjs-node-gpu@4.22.0');
    expect(JSON.parse(readFileSync(path.join(folder, 'penstock/tensorflow-gpu/package.json'), 'utf8'))).toMatchObject({ private: true });
    const found = await backends();
    expect(found.find(({ name }) => name === 'tensorflow.js-gpu')).toMatchObject({ usable: true });
    const matrix = Float32Array.from({ length: 80 }, (_, i) => (i % 7) - 3);
    const train = () =>
      runTask('train', { algorithm: 'mlp', params: { hiddenLayers: [4], epochs: 2, backend: 'tensorflow.js' }, seed: 1, task: 'regression', matrix, rows: 40, features: ['a', 'b'], target: Float64Array.from({ length: 40 }, (_, i) => i), classes: 0 });
    expect((await train()).details.notes.join()).toContain('on the GPU (CUDA)');
    // A package that no longer loads: another worker says so and goes on with WebAssembly.
    closeIdleWorkers();
    writeFileSync(path.join(folder, 'penstock/tensorflow-gpu/node_modules/@tensorflow/tfjs-node-gpu/index.js'), 'throw new Error("libcudart.so.11.0: cannot open shared object file");');
    expect((await train()).details.notes.join()).toMatch(/on WebAssembly.*the GPU package is installed but cannot be used \(libcudart/);
  });
});
