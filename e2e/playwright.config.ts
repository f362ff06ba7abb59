import { defineConfig } from '@playwright/test';
import type { AppMode } from './fixtures/app.ts';
import { hasScreen } from './setup/display.ts';

export default defineConfig<object, { mode: AppMode }>({
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
    // On a screen that a person looks at, desktop apps would take the focus and the clipboard from each other.
    { name: 'electron', use: { mode: 'electron' }, workers: hasScreen() ? 1 : 2 },
    // In the browser the engine is the server itself; nothing is there to start it again. Each test has a project, a server and a browser of its own, so any can run at once.
    { name: 'browser', use: { mode: 'browser' }, grepInvert: /@desktop/, fullyParallel: true },
  ],
});
