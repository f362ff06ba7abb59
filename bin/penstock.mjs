#!/usr/bin/env node
/**
 * `penstock …`: runs the command on the Node that comes with Penstock, whatever Node this is (18 or newer), building the engine
 * first where its sources are newer. Signals and the exit code pass through.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const binary = process.platform === 'win32' ? 'node.exe' : 'node';
const bundled = path.join(root, 'node_modules', 'node', 'bin', binary);
const node = existsSync(bundled) ? bundled : process.execPath;
const cli = path.join(root, 'dist', 'engine', 'cli.js');
const builder = path.join(root, 'scripts', 'build.mjs');

// An installed Penstock has no sources to build from; a checkout builds what is out of date, saying so on stderr.
if (existsSync(builder) && existsSync(path.join(root, 'app'))) {
  const parts = ['engine', ...(process.argv[2] === 'bundle' || process.argv[2] === 'run' || process.argv[2] === 'serve' ? ['bundle-server'] : []), ...(process.argv[2] === 'serve' ? ['renderer'] : []), ...(process.argv[2] === 'serve' || process.argv[2] === 'model' ? ['model-server'] : [])];
  const built = spawnSync(node, [builder, ...parts], { cwd: root, stdio: ['ignore', 2, 'inherit'] });
  if (built.status !== 0) {
    if (built.error) console.error(`penstock: the build could not be started (${built.error.message}).`);
    process.exit(built.status ?? 1);
  }
}
if (!existsSync(cli)) {
  console.error('penstock: the engine is not built and there is nothing to build it from. Install Penstock again.');
  process.exit(1);
}

const child = spawn(node, [cli, ...process.argv.slice(2)], { stdio: 'inherit', env: { ...process.env, UV_THREADPOOL_SIZE: process.env.UV_THREADPOOL_SIZE ?? '16' } });
// From a terminal, Ctrl+C reaches the child by itself, and twice would end it before it has tidied up.
process.on('SIGINT', () => (process.stdin.isTTY ? undefined : child.kill('SIGINT')));
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  console.error(`penstock: Node could not be started (${error.message}).`);
  process.exit(1);
});
child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 128 + (os.constants.signals[signal] ?? 0)));
