import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createPackage } from '@electron/asar';
import { _electron } from '@playwright/test';
import { startDisplay } from '../e2e/setup/display.ts';

const root = path.resolve(import.meta.dirname, '..');
const ours = path.join(root, 'release/e2e/linux-unpacked');

/** The packaged app's Electron with nothing in it but one empty window: what any start costs. */
async function makeBareApp(folder: string): Promise<string> {
  const app = path.join(folder, 'bare');
  await cp(ours, app, { recursive: true, filter: (file) => !file.includes(`${path.sep}resources${path.sep}`) });
  const source = path.join(folder, 'source');
  await mkdir(path.join(app, 'resources'), { recursive: true });
  await mkdir(source, { recursive: true });
  await writeFile(path.join(source, 'package.json'), JSON.stringify({ name: 'bare', version: '1.0.0', main: 'main.js' }));
  await writeFile(
    path.join(source, 'main.js'),
    `const { app, BrowserWindow } = require('electron');
     app.whenReady().then(() => new BrowserWindow({ width: 1440, height: 900 }).loadURL('data:text/html,<main id="ready">bare</main>'));`,
  );
  await createPackage(source, path.join(app, 'resources', 'app.asar'));
  return path.join(app, 'penstock');
}

async function start(executable: string, ready: string, args: string[], env: Record<string, string>): Promise<number> {
  const from = performance.now();
  const app = await _electron.launch({
    executablePath: executable,
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-gpu', ...args],
    env: { ...(process.env as Record<string, string>), ...env },
  });
  const page = await app.firstWindow();
  await page.locator(ready).first().waitFor();
  const elapsed = performance.now() - from;
  await app.close();
  return elapsed;
}

/**
 * Wall time in ms from starting the process to the pipeline's nodes standing on the canvas, against the same Electron showing one
 * empty window; the smallest of `rounds`, in turns. Null with the reason where the app cannot be packaged here.
 */
export async function measureStart(rounds: number): Promise<{ ours: number; bare: number } | { skipped: string }> {
  if (process.platform !== 'linux') return { skipped: 'measured on Linux only' };
  const packaged = spawnSync(process.execPath, [path.join(root, 'scripts/package.mjs'), '--e2e'], { cwd: root, stdio: 'inherit' });
  if (packaged.status !== 0) return { skipped: 'the desktop app could not be packaged' };
  const display = process.env['DISPLAY'] ? null : await startDisplay();
  const scratch = await mkdtemp(path.join(os.tmpdir(), 'penstock-bench-'));
  try {
    const bareApp = await makeBareApp(scratch);
    const project = path.join(scratch, 'project');
    await cp(path.join(root, 'resources/samples/project'), project, { recursive: true });
    await cp(path.join(root, 'resources/samples/datasets'), path.join(project, 'data'), { recursive: true });
    const best = { ours: Infinity, bare: Infinity };
    for (let round = 0; round < rounds; round += 1) {
      best.bare = Math.min(best.bare, await start(bareApp, '#ready', [`--user-data-dir=${scratch}/bare-data`], {}));
      best.ours = Math.min(
        best.ours,
        await start(path.join(ours, 'penstock'), '[data-testid=node-card]', [`--project=${project}`], { PENSTOCK_USER_DATA: path.join(scratch, 'user-data') }),
      );
    }
    return best;
  } finally {
    display?.kill();
    await rm(scratch, { recursive: true, force: true });
  }
}
