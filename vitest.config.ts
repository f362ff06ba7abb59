import { defineConfig } from 'vitest/config';

/** What runs whole pipelines, child processes, threads or servers: slower, and apart from what tests a function. */
const integration = ['app/engine/**/*.test.ts', 'app/scripting/**/*.test.ts', 'app/serve/**/*.test.ts', 'app/cli/**/*.test.ts', 'app/data/databases/**/*.test.ts', 'nodes/**/*.test.ts', 'app/ml/drift/calibrate.test.ts', 'e2e/faults/**/*.test.ts', 'e2e/fuzz/**/*.test.ts', 'app/access/**/*.test.ts', 'app/ml/foreign/**/*.test.ts', 'app/ml/learners/network/device.test.ts', 'app/ml/learners/network/resume.test.ts'];

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
      { extends: true, test: { name: 'unit', include: ['app/**/*.test.ts', 'main/**/*.test.ts', 'renderer/**/*.test.{ts,tsx}', 'scripts/**/*.test.ts'], exclude: integration } },
      { extends: true, test: { name: 'integration', include: integration } },
    ],
  },
});
