import { spawn, type ChildProcess } from 'node:child_process';

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
