import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The kernels of the tree learners are compiled from AssemblyScript, TensorFlow.js is put into one file; tests read them where a build puts them. */
export function setup(): void {
  execFileSync(process.execPath, [fileURLToPath(new URL('./build.mjs', import.meta.url)), 'kernels', 'tensorflow'], { stdio: 'inherit' });
}
