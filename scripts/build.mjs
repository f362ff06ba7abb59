#!/usr/bin/env node
/**
 * Builds the parts of the app into dist/: `node scripts/build.mjs [engine|main|renderer|bundle-server|model-server …]` (default: all).
 * Each part is skipped when nothing it is made of is newer than its last build; `--force` builds anyway.
 */
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { addPackages, forgetPackages, notePackages } from './supply/bundled.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = path.join(root, 'dist');
const builtins = [...builtinModules, ...builtinModules.map((name) => `node:${name}`)];

/** Native modules stay outside the bundle; everything else is bundled, so the packaged engine needs only these. */
const natives = ['@duckdb/node-api', '@duckdb/node-bindings', 'onnxruntime-node', 'onnxruntime-common', 'better-sqlite3-multiple-ciphers', 'webgpu'];

const shared = ['app', 'nodes', 'package-lock.json', 'scripts/build.mjs'];

const parts = {
  kernels: { sources: ['app/ml/kernels/assembly', 'package-lock.json', 'scripts/build.mjs'], build: buildKernels, out: 'kernels' },
  tensorflow: { sources: ['app/ml/tensorflow/library.ts', 'package-lock.json', 'scripts/build.mjs'], build: buildTensorflow, out: 'tensorflow' },
  engine: { sources: shared, build: buildEngine, out: 'engine' },
  'bundle-server': { sources: ['app/serve/bundle-server', 'app/core', 'app/sdk', 'package-lock.json'], build: buildBundleServer, out: 'bundle-server' },
  'model-server': { sources: ['app/serve', 'app/core', 'app/sdk', 'app/relation', 'app/data', 'app/ml', 'app/store', 'package-lock.json', 'scripts/build.mjs'], build: buildModelServer, out: 'model-server' },
  main: { sources: ['main', 'app/core', 'app/protocol', 'package-lock.json', 'scripts/build.mjs'], build: buildMain, out: 'main' },
  renderer: { sources: [...shared, 'renderer', 'vite.renderer.config.ts'], build: buildRenderer, out: 'renderer' },
};

async function newest(relative) {
  const file = path.join(root, relative);
  const info = await stat(file).catch(() => null);
  if (!info) return 0;
  if (!info.isDirectory()) return info.mtimeMs;
  let latest = info.mtimeMs;
  for (const entry of await readdir(file, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || entry.name.endsWith('.test.ts')) continue;
    latest = Math.max(latest, (await stat(path.join(entry.parentPath ?? entry.path, entry.name))).mtimeMs);
  }
  return latest;
}

async function isFresh(name) {
  const stamp = await readFile(path.join(dist, `.${name}.stamp`), 'utf8').catch(() => null);
  if (stamp === null) return false;
  if (name !== 'kernels' && !existsSync(path.join(dist, '.packages', `${name}.json`))) return false;
  const sources = await Promise.all(parts[name].sources.map(newest));
  return Math.max(...sources) <= Number(stamp);
}

// Whoever calls (a test runner, a bench) may have set another: what is built is what people get.
process.env.NODE_ENV = 'production';

const quiet = { logLevel: 'warn', configFile: false, root };

/** The hot loops of the learners: WebAssembly beside the engine, read by it and by the tests. */
async function buildKernels() {
  const { default: asc } = await import('assemblyscript/asc');
  const out = path.join(dist, 'kernels');
  await mkdir(out, { recursive: true });
  const temporary = path.join(out, `.kernels-${process.pid}.wasm`);
  const options = ['-O3', '--noAssert', '--enable', 'simd,relaxed-simd,threads,bulk-memory', '--runtime', 'stub', '--importMemory', '--sharedMemory', '--initialMemory', '2', '--maximumMemory', '65536'];
  const { error, stderr } = await asc.main([path.relative(root, path.join(root, 'app/ml/kernels/assembly/index.ts')), '--baseDir', root, '--outFile', path.relative(root, temporary), ...options]);
  if (error) throw new Error(`the kernels do not compile:\n${stderr.toString()}`);
  await rename(temporary, path.join(out, 'kernels.wasm'));
}

/** TensorFlow.js with its gradients in one file, the WebAssembly beside it; only its own code reads that folder. */
async function buildTensorflow(vite) {
  const out = path.join(dist, 'tensorflow');
  const { version } = JSON.parse(await readFile(path.join(root, 'node_modules/@tensorflow/tfjs-core/package.json'), 'utf8'));
  const postBanner = `/*! TensorFlow.js ${version}, Copyright Google LLC, Apache License 2.0, with long (Apache License 2.0) and seedrandom (MIT, David Bau) */`;
  await vite.build({
    ...quiet,
    plugins: [notePackages('tensorflow')],
    ssr: { noExternal: true },
    build: {
      ssr: true,
      target: 'node24',
      outDir: out,
      emptyOutDir: true,
      minify: true,
      rollupOptions: {
        external: [...builtins, 'node-fetch'],
        input: { tensorflow: path.join(root, 'app/ml/tensorflow/library.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false, postBanner },
      },
    },
  });
  // The build with threads is for browsers: TensorFlow.js turns it off under Node.
  for (const file of ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm']) {
    await cp(path.join(root, 'node_modules/@tensorflow/tfjs-backend-wasm/dist', file), path.join(out, file));
  }
}

async function buildEngine(vite) {
  await vite.build({
    ...quiet,
    plugins: [notePackages('engine')],
    ssr: { noExternal: true, external: natives },
    build: {
      ssr: true,
      target: 'node24',
      outDir: path.join(dist, 'engine'),
      emptyOutDir: true,
      minify: false,
      sourcemap: true,
      rollupOptions: {
        external: [...natives, ...builtins],
        input: {
          'desktop-entry': path.join(root, 'app/engine/desktop-entry.ts'),
          cli: path.join(root, 'app/cli/main.ts'),
          'ml-worker': path.join(root, 'app/ml/worker/worker-entry.ts'),
          'foreign-model': path.join(root, 'app/ml/foreign/process-entry.ts'),
          'kernel-worker': path.join(root, 'app/ml/kernels/team-worker.ts'),
          'csv-range-worker': path.join(root, 'app/data/csv/plain-cells/range-worker.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  });
  await buildScriptChild(vite);
}

/** The child processes of scripts load one file each under Node's permission model, so theirs may have no chunks; Danfo and the Python runner lie beside. */
async function buildScriptChild(vite) {
  const out = path.join(dist, 'engine');
  await vite.build({
    ...quiet,
    plugins: [notePackages('engine')],
    ssr: { noExternal: true },
    build: {
      ssr: true,
      target: 'node24',
      outDir: out,
      emptyOutDir: false,
      minify: false,
      rollupOptions: {
        external: builtins,
        input: { 'script-child': path.join(root, 'app/scripting/javascript/child-entry.ts') },
        output: { format: 'es', entryFileNames: '[name].js', codeSplitting: false },
      },
    },
  });
  addPackages('engine', ['node_modules/danfojs']);
  await cp(path.join(root, 'node_modules/danfojs/lib/bundle.js'), path.join(out, 'danfo.js'));
  await cp(path.join(root, 'node_modules/danfojs/lib/bundle.js.LICENSE.txt'), path.join(out, 'danfo.js.LICENSE.txt'));
  await cp(path.join(root, 'app/scripting/python/runner.py'), path.join(out, 'script-runner.py'));
}

async function buildBundleServer(vite) {
  const out = path.join(dist, 'bundle-server');
  await vite.build({
    ...quiet,
    plugins: [notePackages('bundle-server')],
    ssr: { noExternal: true },
    resolve: { conditions: ['onnxruntime-web-use-extern-wasm', 'node', 'import', 'default'] },
    build: {
      ssr: true,
      target: 'node18',
      outDir: out,
      emptyOutDir: true,
      minify: true,
      rollupOptions: {
        external: builtins,
        input: { server: path.join(root, 'app/serve/bundle-server/main.ts') },
        output: { format: 'es', entryFileNames: '[name].mjs', codeSplitting: false },
      },
    },
  });
  for (const file of ['ort-wasm-simd-threaded.wasm', 'ort-wasm-simd-threaded.mjs']) {
    await cp(path.join(root, 'node_modules/onnxruntime-web/dist', file), path.join(out, file));
  }
}

/** Servers of registered models: small, so that it starts quickly; it shares no code with the engine's files. */
async function buildModelServer(vite) {
  await vite.build({
    ...quiet,
    plugins: [notePackages('model-server')],
    ssr: { noExternal: true, external: natives },
    build: {
      ssr: true,
      target: 'node24',
      outDir: path.join(dist, 'model-server'),
      emptyOutDir: true,
      minify: false,
      sourcemap: true,
      rollupOptions: {
        external: [...natives, ...builtins],
        input: {
          server: path.join(root, 'app/serve/model-server/main.ts'),
          explain: path.join(root, 'app/serve/model-server/explain-entry.ts'),
          compact: path.join(root, 'app/serve/model-server/compact-entry.ts'),
          'ml-worker': path.join(root, 'app/ml/worker/worker-entry.ts'),
          'foreign-model': path.join(root, 'app/ml/foreign/process-entry.ts'),
          'csv-range-worker': path.join(root, 'app/data/csv/plain-cells/range-worker.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  });
}

async function buildMain(vite) {
  for (const [name, file] of [
    ['main', 'main/main.ts'],
    ['preload', 'main/preload/preload.ts'],
  ]) {
    await vite.build({
      ...quiet,
    plugins: [notePackages('main')],
      ssr: { noExternal: true, external: ['electron'] },
      build: {
        ssr: true,
        target: 'node18',
        outDir: path.join(dist, 'main'),
        emptyOutDir: name === 'main',
        minify: false,
        rollupOptions: {
          external: ['electron', ...builtins],
          input: { [name]: path.join(root, file) },
          output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
        },
      },
    });
  }
}

async function buildRenderer(vite) {
  await vite.build({ configFile: path.join(root, 'vite.renderer.config.ts'), logLevel: 'warn', plugins: [notePackages('renderer')] });
}

const flags = process.argv.slice(2).filter((word) => word.startsWith('--'));
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
for (const name of wanted) {
  if (!(name in parts)) {
    console.error(`build: there is no part “${name}”; parts are ${Object.keys(parts).join(', ')}.`);
    process.exit(2);
  }
}

await mkdir(dist, { recursive: true });
let vite;
for (const name of wanted.length > 0 ? wanted : Object.keys(parts)) {
  if (!flags.includes('--force') && (await isFresh(name))) continue;
  if (name !== 'kernels') vite ??= await import('vite');
  const startedAt = Date.now();
  console.error(`build: ${name} …`);
  await rm(path.join(dist, `.${name}.stamp`), { force: true });
  forgetPackages(name);
  await parts[name].build(vite);
  await writeFile(path.join(dist, `.${name}.stamp`), String(startedAt));
  console.error(`build: ${name} done in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
}
