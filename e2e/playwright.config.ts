import { defineConfig } from '@playwright/test';
import type { AppMode } from './fixtures/app.ts';

export default defineConfig<{ mode: AppMode }>({
  testDir: './specs',
  outputDir: './.artifacts',
  globalSetup: './setup/global-setup.ts',
  workers: 3,
  timeout: 600_000,
  // Three apps run side by side, each with an engine, on what may be two cores.
  expect: { timeout: 30_000 },
  forbidOnly: Boolean(process.env['CI']),
  retries: 0,
  use: { trace: process.env['PENSTOCK_TRACE'] ? 'retain-on-failure' : 'off', screenshot: 'only-on-failure', actionTimeout: 30_000 },
  projects: [
    // Desktop apps share a display, with its focus and its clipboard: one at a time.
    { name: 'electron', use: { mode: 'electron' }, workers: 1 },
    // In the browser the engine is the server itself; nothing is there to start it again. Each test has a project, a server and a browser of its own, so any two can run at once.
    { name: 'browser', use: { mode: 'browser' }, grepInvert: /@desktop/, fullyParallel: true },
  ],
});
