#!/usr/bin/env node
/**
 * `npm start`: builds what is out of date, then opens the desktop window. Where Electron's binary or a display cannot be had,
 * opens the same app in the browser and says why. Arguments: `--project FOLDER`, `--browser`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const args = process.argv.slice(2);
const projectAt = args.indexOf('--project');
const project = projectAt >= 0 ? args[projectAt + 1] : undefined;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 14)) {
  console.error(
    `Penstock needs Node 22.14 or newer and brings its own, but this is Node ${process.versions.node}. Start it with “npm start”.`,
  );
  process.exit(1);
}

function run(script, ...rest) {
  const done = spawnSync(process.execPath, [path.join(root, script), ...rest], { stdio: 'inherit', cwd: root });
  if (done.status !== 0) process.exit(done.status ?? 1);
}

/** Path of Electron's binary, downloading it once where the network allows; or the reason why there is none. */
function findElectron() {
  const folder = path.join(root, 'node_modules', 'electron');
  if (!existsSync(folder)) return { reason: 'the package electron is not installed' };
  const binaryPath = () => {
    const pathFile = path.join(folder, 'path.txt');
    if (!existsSync(pathFile)) return null;
    const file = path.join(folder, 'dist', readFileSync(pathFile, 'utf8').trim());
    return existsSync(file) ? file : null;
  };
  const present = binaryPath();
  if (present !== null) return { file: present };
  if (process.env.ELECTRON_SKIP_BINARY_DOWNLOAD) return { reason: 'ELECTRON_SKIP_BINARY_DOWNLOAD is set' };
  console.error('Fetching Electron’s binary (once) …');
  const install = spawnSync(process.execPath, [path.join(folder, 'install.js')], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 10 * 60_000,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const fetched = binaryPath();
  if (fetched !== null) return { file: fetched };
  const why = (install.stderr ?? '').split('\n').find((line) => /error|ENOTFOUND|ECONN|EAI_AGAIN|403|404/i.test(line));
  return { reason: `Electron’s binary could not be downloaded${why ? ` (${why.trim().slice(0, 160)})` : ''}` };
}

function findDisplay() {
  if (process.platform !== 'linux') return { ok: true };
  if (process.env.DISPLAY || process.env.WAYLAND_DISPLAY) return { ok: true };
  return { reason: 'there is no display (DISPLAY and WAYLAND_DISPLAY are not set)' };
}

/** Shows an address in the system's browser, where there is a screen to show it on. */
function showInBrowser(url) {
  if (findDisplay().reason) return;
  const [command, args] =
    process.platform === 'darwin' ? ['open', [url]] : process.platform === 'win32' ? ['cmd', ['/c', 'start', '', url]] : ['xdg-open', [url]];
  spawn(command, args, { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}

/** The usual port, so that a bookmark works, or any other where it is taken. */
async function choosePort(usual = 7400) {
  const server = createServer();
  const free = await new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(usual, '127.0.0.1', () => server.close(() => resolve(true)));
  });
  return free ? usual : 0;
}

async function openBrowser(why) {
  if (why) console.error(`Opening in the browser, because ${why}.`);
  const folder = project ?? path.join(os.homedir(), 'Penstock', 'sample-project');
  const child = spawn(process.execPath, [path.join(root, 'dist', 'engine', 'cli.js'), 'serve', '--port', String(await choosePort()), '--project', folder, ...(project === undefined ? ['--samples'] : [])], {
    stdio: ['inherit', 'pipe', 'inherit'],
    env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
  });
  let shown = false;
  child.stdout.on('data', (data) => {
    process.stdout.write(data);
    const url = /http:\/\/127\.0\.0\.1:\d+\/\?token=\S+/.exec(String(data))?.[0];
    if (url === undefined || shown) return;
    shown = true;
    showInBrowser(url);
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => process.exit(code ?? 0));
}

run('scripts/build.mjs');

if (args.includes('--browser')) {
  await openBrowser(null);
} else {
  const display = findDisplay();
  const electron = display.reason ? null : findElectron();
  if (electron?.file) {
    const asRoot = process.platform === 'linux' && process.getuid?.() === 0;
    const child = spawn(electron.file, [root, ...(asRoot ? ['--no-sandbox'] : []), ...(project === undefined ? [] : [`--project=${path.resolve(project)}`])], {
      stdio: 'inherit',
    });
    child.on('error', (error) => void openBrowser(`Electron did not start (${error.message})`));
    child.on('exit', (code) => {
      // 127: the loader found a system library missing.
      if (code === 127) void openBrowser('a system library that Electron needs is missing');
      else process.exit(code ?? 0);
    });
  } else {
    await openBrowser(display.reason ?? electron?.reason);
  }
}
