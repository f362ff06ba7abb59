#!/usr/bin/env node
/**
 * Lays out what the packaged app carries beside its archive, in dist/stage/penstock:
 * dist/ (engine, bundle server, model server, renderer for browser mode), resources/, runtime/node, and the native modules of this platform.
 */
import { cp, mkdir, readFile, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const stage = path.join(root, 'dist', 'stage', 'penstock');
const modules = path.join(root, 'node_modules');

await rm(stage, { recursive: true, force: true });
await mkdir(path.join(stage, 'runtime'), { recursive: true });

for (const part of ['engine', 'kernels', 'tensorflow', 'bundle-server', 'model-server', 'renderer']) {
  await cp(path.join(root, 'dist', part), path.join(stage, 'dist', part), { recursive: true });
}
await cp(path.join(root, 'resources'), path.join(stage, 'resources'), { recursive: true });
await cp(path.join(root, 'package.json'), path.join(stage, 'package.json'));

const binary = process.platform === 'win32' ? 'node.exe' : 'node';
await cp(process.execPath, path.join(stage, 'runtime', binary));

/** Package → files to leave out: other platforms' binaries, sources and types. */
const platform = `${process.platform}`;
const arch = process.arch;
const leaveOut = [/\.d\.[cm]?ts$/, /\.map$/, /\.pdb$/, /\/deps\//, /\/src\//, /\/docs?\//];

function wanted(relative) {
  if (leaveOut.some((pattern) => pattern.test(relative))) return false;
  const napi = /\/bin\/napi-v\d+\/([^/]+)(?:\/([^/]+))?/.exec(relative);
  if (napi) return napi[1] === platform && (napi[2] === undefined || napi[2] === arch);
  const prebuild = /\/prebuilds\/([^/]+)\.node$/.exec(relative);
  if (prebuild) return prebuild[1].startsWith(platform) && prebuild[1].endsWith(arch);
  return true;
}

const done = new Set();
async function addPackage(name) {
  if (done.has(name)) return;
  done.add(name);
  const from = path.join(modules, name);
  if (!(await stat(from).catch(() => null))) return; // an optional package for another platform
  await cp(from, path.join(stage, 'node_modules', name), {
    recursive: true,
    dereference: true,
    filter: (file) => wanted(file.slice(modules.length).replaceAll(path.sep, '/')),
  });
  const manifest = JSON.parse(await readFile(path.join(from, 'package.json'), 'utf8'));
  for (const dependency of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) {
    if (installTimeOnly.has(dependency)) continue;
    await addPackage(dependency);
  }
}

/** Dependencies that only serve installation. */
const installTimeOnly = new Set(['adm-zip', 'global-agent', 'prebuild-install', 'bindings', 'node-gyp']);
for (const name of ['@duckdb/node-api', 'onnxruntime-node', 'better-sqlite3-multiple-ciphers']) await addPackage(name);
console.error(`stage: ${(await readdir(stage)).join(', ')}; packages ${[...done].join(', ')}`);
