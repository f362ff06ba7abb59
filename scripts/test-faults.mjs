#!/usr/bin/env node
/**
 * `npm run test:faults`: the fault tests in their long form (PENSTOCK_LONG=1; fifty kills where `npm test` does two), and at the end
 * one line per row of the fault table (docs/trust.md) with what was counted. `npm run test:faults -- engine-killed` takes only files
 * whose path contains the word. Takes an hour and a half.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { faultFiles } from './fault-table.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const scratch = mkdtempSync(path.join(os.tmpdir(), 'penstock-faults-'));
const counts = path.join(scratch, 'counts.jsonl');
const env = { ...process.env, PENSTOCK_LONG: '1', PENSTOCK_KILLS: process.env.PENSTOCK_KILLS ?? '50', PENSTOCK_FUZZ_SECONDS: process.env.PENSTOCK_FUZZ_SECONDS ?? '60', PENSTOCK_FAULT_COUNTS: counts };

const words = process.argv.slice(2);
const files = faultFiles(readFileSync(path.join(root, 'docs/trust.md'), 'utf8')).filter((file) => words.length === 0 || words.some((word) => file.includes(word)));
if (files.length === 0) {
  console.error(`test:faults: no fault test's path contains ${words.map((word) => `“${word}”`).join(' or ')}.`);
  process.exit(2);
}

function run(file, args) {
  return spawnSync(process.execPath, [path.join(root, file), ...args], { cwd: root, stdio: 'inherit', env }).status ?? 1;
}

// The children that are killed are the built engine.
let status = run('scripts/build.mjs', ['kernels', 'tensorflow', 'engine', 'bundle-server', 'renderer']);
if (status === 0) {
  // One file at a time: kills are spread over how long a run takes, and the soak looks at its own memory.
  status = run('node_modules/vitest/vitest.mjs', ['run', '--no-file-parallelism', '--reporter=verbose', '--testTimeout=900000', ...files]);
}

const lines = existsSync(counts) ? readFileSync(counts, 'utf8').trim().split('\n').map((line) => JSON.parse(line)) : [];
console.log('\nFaults injected, and what was counted:\n');
for (const { line } of lines) console.log(`  ${line}`);
const skipped = lines.filter(({ line }) => line.includes('SKIPPED'));
console.log(`\n${files.length} files, ${lines.length} counts, ${skipped.length} skipped on this machine; ${status === 0 ? 'all passed' : 'SOME FAILED, see above'}`);
rmSync(scratch, { recursive: true, force: true });
process.exit(status);
