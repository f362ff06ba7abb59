import path from 'node:path';

/**
 * Where the parts of a checkout or an installed app lie, seen from this file: it is in app/engine as source and in dist/engine
 * when built, both two folders below the root.
 */
export function appPlaces(): { root: string; resourcesDir: string; distDir: string; rendererDir: string } {
  const root = path.resolve(import.meta.dirname, '../..');
  return { root, resourcesDir: path.join(root, 'resources'), distDir: path.join(root, 'dist'), rendererDir: path.join(root, 'dist', 'renderer') };
}
