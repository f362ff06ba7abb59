import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** TensorFlow.js on CUDA. It downloads TensorFlow's library when it is installed, so it is no dependency: a person asks for it. */
export const gpuPackage = { name: '@tensorflow/tfjs-node-gpu', version: '4.22.0' } as const;

/** Where a person's own additions to the app lie, by the habits of the system. */
function userDataDir(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (platform === 'win32') return path.join(env['LOCALAPPDATA'] ?? path.join(os.homedir(), 'AppData', 'Local'), 'Penstock');
  if (platform === 'darwin') return path.join(os.homedir(), 'Library', 'Application Support', 'Penstock');
  const given = env['XDG_DATA_HOME'];
  return path.join(given !== undefined && path.isAbsolute(given) ? given : path.join(os.homedir(), '.local', 'share'), 'penstock');
}

/** The folder into which `penstock gpu install` puts the package. */
export function gpuFolder(env: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): string {
  return path.join(userDataDir(env, platform), 'tensorflow-gpu');
}

/** A file in the folder to load the package from; null where it is not installed. */
export function installedGpuPackage(env: NodeJS.ProcessEnv = process.env): string | null {
  const folder = gpuFolder(env);
  return existsSync(path.join(folder, 'node_modules', gpuPackage.name, 'package.json')) ? path.join(folder, 'package.json') : null;
}
