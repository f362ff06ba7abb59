import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { hasScreen, ownDisplays, startDisplay } from './display.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** Packages the desktop app, where that was not done before (PENSTOCK_E2E_PACKAGED), and gives it a display. */
export default async function globalSetup(): Promise<() => void> {
  const packaged = process.env['PENSTOCK_E2E_PACKAGED'] ? { status: 0 } : spawnSync(process.execPath, [path.join(root, 'scripts/package.mjs'), '--e2e'], { cwd: root, stdio: 'inherit' });
  if (packaged.status !== 0) throw new Error('The desktop app could not be packaged for the end-to-end tests.');
  const display = hasScreen() ? null : await startDisplay();
  process.env[ownDisplays] = display === null ? '' : '1';
  return () => {
    display?.removeAllListeners('exit');
    display?.kill();
  };
}
