import { defineConfig } from '@playwright/test';
import type { AppMode } from './fixtures/app.ts';

export default defineConfig<{ mode: AppMode }>({
  testDir: './specs',
  outputDir: './.artifacts',
  globalSetup: './setup/global-setup.ts',
  // One app at a time: each starts an engine that uses every core.
  workers: 1,
  timeout: 600_000,
  // Both modes run side by side, each with an engine, on what may be two cores.
  expect: { timeout: 30_000 },
  forbidOnly: Boolean(process.env['CI']),
  retries: 0,
  use: { trace: process.env['PENSTOCK_TRACE'] ? 'retain-on-failure' : 'off', screenshot: 'only-on-failure', actionTimeout: 30_000 },
  projects: [
    { name: 'electron', use: { mode: 'electron' } },
    // In the browser the engine is the server itself; nothing is there to start it again.
    { name: 'browser', use: { mode: 'browser' }, grepInvert: /@desktop/ },
  ],
});
