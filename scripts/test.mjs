#!/usr/bin/env node
/**
 * `npm test`: every check in order, each with a headline, and one closing line with the counts of all of them.
 * Parts: types, lint, unit (unit and property tests), integration (whole pipelines, child processes, servers), e2e. `npm test -- unit` runs one part.
 * A part that this machine cannot run is skipped by name and counted as skipped; with CI set, end-to-end is never skipped.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const scratch = mkdtempSync(path.join(os.tmpdir(), 'penstock-test-'));
const total = { passed: 0, failed: 0, skipped: 0 };
const skippedParts = [];
/** What failed, a line each: said once more at the end, where it is looked for first. */
const failures = [];

function run(file, args, env = {}) {
  const done = spawnSync(process.execPath, [path.join(root, file), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  return done.status ?? 1;
}

function headline(text) {
  console.log(`\n── ${text} ${'─'.repeat(Math.max(0, 70 - text.length))}`);
}

function count(part, ok) {
  total[ok ? 'passed' : 'failed'] += 1;
  if (!ok) failures.push(part);
}

/** The failed tests in vitest's JSON report, each with the first lines of its message. */
function failedTests(result) {
  return (result?.testResults ?? []).flatMap((file) => {
    const name = path.relative(root, file.name);
    const tests = file.assertionResults.filter((test) => test.status === 'failed');
    if (tests.length === 0) return file.status === 'failed' ? [`${name}: ${firstLines(file.message)}`] : [];
    return tests.map((test) => `${name}: ${test.fullName}\n${firstLines(test.failureMessages?.[0])}`);
  });
}

function firstLines(message) {
  return String(message ?? '').split('\n').slice(0, 6).map((line) => `    ${line.slice(0, 400)}`).join('\n');
}

/** The last processes of which the kernel noted how they died (in which library, or for want of memory), where one did and it may be read. */
function kernelSays(errors) {
  if (!errors.some((error) => / signal /.test(error))) return [];
  const { stdout } = spawnSync('dmesg', { encoding: 'utf8' });
  return (stdout ?? '').split('\n').filter((line) => /segfault|trap|out of memory|oom-kill/i.test(line)).slice(-3);
}

function vitest(project, workers) {
  const report = path.join(scratch, `${project}.json`);
  const unhandled = path.join(scratch, `${project}-unhandled.json`);
  const status = run('node_modules/vitest/vitest.mjs', ['run', '--project', `${project}*`, '--maxWorkers', String(workers), process.stdout.isTTY ? '--reporter=dot' : '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, `--reporter=${path.join(root, 'scripts/unhandled-errors.mjs')}`], { PENSTOCK_UNHANDLED: unhandled });
  const result = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : null;
  total.passed += result?.numPassedTests ?? 0;
  total.failed += result?.numFailedTests ?? 0;
  total.skipped += (result?.numPendingTests ?? 0) + (result?.numTodoTests ?? 0);
  failures.push(...failedTests(result));
  if (status !== 0 && !(result?.numFailedTests > 0)) {
    total.failed += 1;
    const errors = existsSync(unhandled) ? JSON.parse(readFileSync(unhandled, 'utf8')) : [];
    failures.push(`vitest ended with status ${status} and no failed test (${project})${[...errors, ...kernelSays(errors)].map((error) => `\n${firstLines(error)}`).join('')}`);
  }
}

/** The desktop app and the browser side by side: each waits more than it works. */
function playwright() {
  const report = path.join(scratch, 'e2e.json');
  const status = run('node_modules/@playwright/test/cli.js', ['test', '--config', 'e2e/playwright.config.ts', '--reporter=list,json'], { PLAYWRIGHT_JSON_OUTPUT_FILE: report, PENSTOCK_E2E_PACKAGED: '1' });
  const stats = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')).stats : null;
  total.passed += stats?.expected ?? 0;
  total.failed += (stats?.unexpected ?? 0) + (stats?.flaky ?? 0);
  total.skipped += stats?.skipped ?? 0;
  if (status !== 0 && !(stats?.unexpected > 0)) total.failed += 1;
  if (status !== 0) failures.push('end-to-end tests, listed above');
}

const parts = {
  types() {
    headline('types');
    count('types', run('node_modules/typescript/bin/tsc', ['-p', '.']) === 0);
  },
  lint() {
    headline('lint and layer rules');
    count('lint', run('node_modules/oxlint/bin/oxlint', ['--quiet']) === 0);
  },
  unit() {
    headline('unit and property tests');
    run('scripts/build.mjs', ['kernels', 'tensorflow', 'engine']);
    vitest('unit', 2);
  },
  integration() {
    headline('integration tests');
    // Some of these start the built app, its servers too.
    run('scripts/build.mjs', []);
    // They wait for child processes, servers and disks a third of their time.
    vitest('integration', 3);
  },
  e2e() {
    headline('end-to-end tests');
    const setUp = spawnSync(process.execPath, [path.join(root, 'e2e/setup/check.mjs')], { cwd: root, encoding: 'utf8' });
    const missing = setUp.stdout.trim();
    if (missing !== '') {
      if (process.env.CI) {
        console.log(`End-to-end tests cannot run here, and in CI they must: ${missing}.`);
        count(`end-to-end tests: ${missing}`, false);
        return;
      }
      console.log(`Skipped: end-to-end tests (${missing}).`);
      skippedParts.push(`end-to-end (${missing})`);
      total.skipped += 1;
      return;
    }
    if (run('scripts/build.mjs', []) !== 0 || run('scripts/package.mjs', ['--e2e']) !== 0) {
      count('build', false);
      return;
    }
    playwright();
  },
};

const wanted = process.argv.slice(2);
for (const name of wanted) {
  if (!(name in parts)) {
    console.error(`test: there is no part “${name}”; parts are ${Object.keys(parts).join(', ')}.`);
    process.exit(2);
  }
}
for (const name of wanted.length > 0 ? wanted : Object.keys(parts)) parts[name]();

rmSync(scratch, { recursive: true, force: true });
if (skippedParts.length > 0) console.log(`\nSkipped on this machine: ${skippedParts.join('; ')}`);
if (failures.length > 0) console.log(`\nFailed:\n${failures.map((failure) => `  ${failure}`).join('\n')}`);
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 ? 0 : 1);
