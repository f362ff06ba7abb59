import { spawn, type ChildProcess } from 'node:child_process';

/** Set where displays are started for the tests: then each worker has one of its own. */
export const ownDisplays = 'PENSTOCK_E2E_DISPLAYS';

/** There is a screen that a person looks at; else one is made. */
export const hasScreen = (): boolean => process.platform !== 'linux' || Boolean(process.env['DISPLAY']);

/** A virtual display of our own; its number comes back on a pipe, so it never clashes. Sets DISPLAY. */
export function startDisplay(): Promise<ChildProcess> {
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
