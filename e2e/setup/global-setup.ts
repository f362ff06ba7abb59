import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

/** A virtual display of our own where there is none; its number comes back on a pipe, so it never clashes. */
function startDisplay(): Promise<ChildProcess> {
  return new Promise((resolve, reject) => {
    const display = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '2000x1300x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    display.once('error', reject);
    display.once('exit', (code) => reject(new Error(`Xvfb ended with code ${code}`)));
    display.stdio[3]?.once('data', (data: Buffer) => {
      process.env['DISPLAY'] = `:${data.toString().trim()}`;
      resolve(display);
    });
  });
}

/** Packages the desktop app and gives it a display. */
export default async function globalSetup(): Promise<() => void> {
  const packaged = spawnSync(process.execPath, [path.join(root, 'scripts/package.mjs'), '--e2e'], { cwd: root, stdio: 'inherit' });
  if (packaged.status !== 0) throw new Error('The desktop app could not be packaged for the end-to-end tests.');
  const display = process.platform === 'linux' && !process.env['DISPLAY'] ? await startDisplay() : null;
  return () => {
    display?.removeAllListeners('exit');
    display?.kill();
  };
}
