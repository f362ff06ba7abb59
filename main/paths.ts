import { app } from 'electron';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** Where the parts of the app lie, packaged or in a checkout. */
export interface AppPaths {
  readonly renderer: string;
  readonly preload: string;
  readonly engineEntry: string;
  readonly node: string;
  readonly resources: string;
  readonly dist: string;
}

export function appPaths(): AppPaths {
  const dist = path.join(app.getAppPath(), 'dist');
  const nodeBinary = process.platform === 'win32' ? 'node.exe' : 'node';
  if (app.isPackaged) {
    const extra = path.join(process.resourcesPath, 'penstock');
    return {
      renderer: path.join(dist, 'renderer'),
      preload: path.join(dist, 'main', 'preload.cjs'),
      engineEntry: path.join(extra, 'dist', 'engine', 'desktop-entry.js'),
      node: path.join(extra, 'runtime', nodeBinary),
      resources: path.join(extra, 'resources'),
      dist: path.join(extra, 'dist'),
    };
  }
  const modules = path.join(app.getAppPath(), 'node_modules', 'node', 'bin', nodeBinary);
  return {
    renderer: path.join(dist, 'renderer'),
    preload: path.join(dist, 'main', 'preload.cjs'),
    engineEntry: path.join(dist, 'engine', 'desktop-entry.js'),
    node: existsSync(modules) ? modules : path.join(app.getAppPath(), 'node_modules', '.bin', nodeBinary),
    resources: path.join(app.getAppPath(), 'resources'),
    dist,
  };
}
