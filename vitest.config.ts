import { defineConfig } from 'vitest/config';

/** What replaces modules, brings a page of its own, weighs the process or changes what workers find when they start has a process to itself. Everything else shares one: loading the engine and all its nodes again for each file took as long as a third of the tests. */
const unitAlone = ['app/core/outgoing.test.ts', 'renderer/state/suggestions.test.ts', 'renderer/inspector/controls/*.test.tsx', 'renderer/results/report/hostile.test.tsx', 'app/reports/html/html.test.ts', 'renderer/dock/memory.test.ts', 'renderer/rpc/in-language.test.ts', 'renderer/state/by-node.test.ts'];

/** What runs whole pipelines, child processes, threads or servers: slower, and apart from what tests a function. */
const pipelines = ['app/engine/**/*.test.ts', 'nodes/**/*.test.ts'];
/** Serving for a team changes what the whole process may reach, and keys are of a process; the first two start workers that look around when they start. Each file has a process to itself. */
const integrationAlone = ['app/engine/gpu/*.test.ts', 'nodes/train/import-keras/*.test.ts', 'app/engine/encryption/*.test.ts', 'app/scripting/**/*.test.ts', 'app/serve/**/*.test.ts', 'app/cli/**/*.test.ts', 'app/data/databases/**/*.test.ts', 'app/access/**/*.test.ts', 'app/ml/drift/calibrate.test.ts', 'app/ml/foreign/**/*.test.ts', 'app/ml/learners/network/device.test.ts', 'app/ml/learners/network/resume.test.ts', 'e2e/faults/**/*.test.ts', 'e2e/fuzz/**/*.test.ts'];

const unit = ['app/**/*.test.ts', 'main/**/*.test.ts', 'renderer/**/*.test.{ts,tsx}', 'scripts/**/*.test.ts'];

export default defineConfig({
  test: {
    // Native modules (DuckDB, SQLite, onnxruntime) do not survive being loaded in several worker threads of one process.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    setupFiles: ['./scripts/vitest-setup.ts'],
    globalSetup: ['./scripts/vitest-global.ts'],
    projects: [
      { extends: true, test: { name: 'unit', isolate: false, include: unit, exclude: [...pipelines, ...integrationAlone, ...unitAlone] } },
      { extends: true, test: { name: 'unit alone', include: unitAlone } },
      { extends: true, test: { name: 'integration', isolate: false, include: pipelines, exclude: integrationAlone } },
      { extends: true, test: { name: 'integration alone', include: integrationAlone } },
    ],
  },
});
