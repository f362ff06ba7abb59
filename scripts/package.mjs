#!/usr/bin/env node
/**
 * Packages the desktop app. `npm run package` makes this platform's installers; `node scripts/package.mjs --e2e` makes the unpacked
 * app for the end-to-end tests, with whatever Electron can be had (e2e/setup/electron.mjs).
 */
import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const forTests = process.argv.includes('--e2e');

function run(script, args) {
  const done = spawnSync(process.execPath, [path.join(root, script), ...args], { cwd: root, stdio: 'inherit' });
  if (done.status !== 0) process.exit(done.status ?? 1);
}

run('scripts/build.mjs', []);
run('scripts/stage.mjs', []);

if (!forTests) {
  run('scripts/supply/write-sbom.ts', []);
  run('node_modules/electron-builder/cli.js', ['--config', 'electron-builder.yml', '--publish', 'never']);
} else {
  const { provideElectron } = await import('../e2e/setup/electron.mjs');
  const electron = await provideElectron();
  run('scripts/supply/write-sbom.ts', [`--electron=${electron.version}`]);
  const shipped = load(await readFile(path.join(root, 'electron-builder.yml'), 'utf8'));
  const { grantFileProtocolExtraPrivileges, ...olderFuses } = shipped.electronFuses;
  const config = {
    ...shipped,
    electronDist: electron.dist,
    electronVersion: electron.version,
    directories: { ...shipped.directories, output: 'release/e2e' },
    electronFuses: {
      ...olderFuses,
      // This fuse came with Electron 29; setting it on an older binary is an error.
      ...(Number(electron.version.split('.')[0]) < 29 ? {} : { grantFileProtocolExtraPrivileges }),
      // The test driver talks to the main process through Node's inspector; the shipped app has this fuse off.
      enableNodeCliInspectArguments: true,
    },
  };
  const file = path.join(root, 'dist', 'electron-builder.e2e.json');
  await writeFile(file, JSON.stringify(config, null, 2));
  // Its log of duplicate references is long and says nothing; it is shown only when packaging fails.
  const done = spawnSync(process.execPath, [path.join(root, 'node_modules/electron-builder/cli.js'), '--dir', '--publish', 'never', '--config', file], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (done.status !== 0) {
    console.error(done.stdout, done.stderr);
    process.exit(done.status ?? 1);
  }
  console.error('package: release/e2e is ready');
}
