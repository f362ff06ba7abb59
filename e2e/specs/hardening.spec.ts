import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { getRawHeader } from '@electron/asar';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { _electron, expect, test, type ElectronApplication, type Page } from '@playwright/test';
import { load } from 'js-yaml';

const root = path.resolve(import.meta.dirname, '../..');
const unpacked = path.join(root, 'release/e2e/linux-unpacked');
const executable = path.join(unpacked, 'penstock');
const isRoot = process.getuid?.() === 0;
const flags = [...(isRoot ? ['--no-sandbox'] : []), '--disable-gpu'];

test.setTimeout(150_000);

test.describe('the packaged app @desktop', () => {
  let scratch: string;
  let app: ElectronApplication;
  let page: Page;
  const marker = (): string => path.join(scratch, 'node-options-ran');

  test.beforeAll(async () => {
    scratch = await mkdtemp(path.join(os.tmpdir(), 'penstock-hardening-'));
    const evil = path.join(scratch, 'evil.cjs');
    await writeFile(evil, `require('fs').appendFileSync(${JSON.stringify(marker())}, 'x')`);
    app = await _electron.launch({
      executablePath: executable,
      args: [...flags, `--project=${path.join(scratch, 'project')}`],
      env: { ...(process.env as Record<string, string>), PENSTOCK_USER_DATA: path.join(scratch, 'user-data'), XDG_CONFIG_HOME: path.join(scratch, 'config'), NODE_OPTIONS: `--require=${evil}` },
    });
    // Nothing of what is tried below is to open a browser.
    await app.evaluate(({ shell }) => {
      const calls: string[] = [];
      Object.assign(globalThis, { handed: calls });
      shell.openExternal = (url) => {
        calls.push(url);
        return Promise.resolve();
      };
    });
    page = await app.firstWindow();
    await page.getByTestId('rail').or(page.getByRole('navigation')).first().waitFor();
  });
  test.afterAll(async () => {
    await app.close();
    await rm(scratch, { recursive: true, force: true });
  });

  test('every window is isolated and sandboxed, and has nothing of Node, in frames and workers too', async () => {
    const preferences = await app.evaluate(({ webContents }) => webContents.getAllWebContents().map((contents) => ({ ...(contents as unknown as { getLastWebPreferences(): Record<string, unknown> }).getLastWebPreferences() })));
    expect(preferences.length).toBeGreaterThan(0);
    for (const one of preferences) {
      expect(one).toMatchObject({ contextIsolation: true, sandbox: true, nodeIntegration: false, nodeIntegrationInSubFrames: false, webSecurity: true, allowRunningInsecureContent: false, webviewTag: false });
      expect([one['nodeIntegrationInWorker'] ?? false, one['experimentalFeatures'] ?? false, one['enableBlinkFeatures'] ?? '']).toEqual([false, false, '']);
    }
    const seen = await page.evaluate(async () => {
      const names = ['process', 'require', 'module', 'Buffer', 'global', '__dirname', 'electron', 'ipcRenderer'];
      const frame = document.createElement('iframe');
      document.body.append(frame);
      const inner = frame.contentWindow as unknown as Record<string, unknown>;
      const found = { page: names.filter((name) => name in window), frame: [...names, 'penstockDesktop'].filter((name) => name in inner) };
      const fromBlob = await new Promise<string>((resolve) => {
        document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), { once: true });
        try {
          new Worker(URL.createObjectURL(new Blob(['postMessage(typeof process)'], { type: 'text/javascript' }))).addEventListener('message', ({ data }) => resolve(`ran: ${String(data)}`));
        } catch (error) {
          resolve(String(error));
        }
      });
      frame.remove();
      return { ...found, fromBlob, bridge: Object.keys((window as unknown as { penstockDesktop: object }).penstockDesktop).toSorted() };
    });
    expect(seen).toMatchObject({ page: [], frame: [], fromBlob: expect.stringMatching(/^worker-src$|Content Security Policy/) as unknown });
    expect(seen.bridge).toEqual(['listens', 'notify', 'onEngineFailed', 'onEngineRestart', 'onMenu', 'onViewClosed', 'openView', 'pathForFile', 'pickFile', 'pickFolder', 'platform', 'savePdf', 'speak']);
    // As root Chromium has no sandbox of the system; elsewhere the kernel says that it is on.
    if (isRoot) return;
    const pid = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId() ?? 0);
    expect(await readFile(`/proc/${pid}/status`, 'utf8')).toMatch(/^Seccomp:\t2$/m);
  });

  test('the policy that is delivered is strict, and it is enforced', async () => {
    const policy = await page.evaluate(async () => (await fetch('penstock://app/index.html')).headers.get('content-security-policy') ?? '');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/unsafe|\*|https?:|wasm/);
    const done = await page.evaluate(async () => {
      const blocked: string[] = [];
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => blocked.push(effectiveDirective));
      const marks = window as unknown as { ran?: string[] };
      marks.ran = [];
      const script = document.createElement('script');
      script.textContent = 'window.ran.push("inline")';
      document.body.append(script);
      const box = document.createElement('div');
      box.innerHTML = '<img src="x" onerror="window.ran.push(\'handler\')"><p style="position: fixed; left: 3px">x</p><style>p { top: 7px }</style><a href="javascript:window.ran.push(\'link\')">x</a>';
      document.body.append(box);
      box.querySelector('a')?.click();
      const styles = getComputedStyle(box.querySelector('p') as Element);
      const code = await new Promise<string>((resolve) => {
        setTimeout(() => {
          try {
            resolve(`ran ${String((Reflect.get(window, 'eval') as (code: string) => unknown)('1 + 1'))}`);
          } catch (error) {
            resolve((error as Error).name);
          }
        });
      });
      const fetched: string[] = [];
      for (const url of ['http://127.0.0.1:9/', 'https://example.org/', 'file:///etc/passwd', 'ws://127.0.0.1:9/']) {
        const answer = url.startsWith('ws') ? new Promise<string>((resolve) => (new WebSocket(url).onerror = () => resolve('refused'))) : fetch(url).then(() => 'answered', () => 'refused');
        fetched.push(await answer);
      }
      // The handler of the picture is refused once the picture has failed to load.
      for (let tries = 0; tries < 100 && !blocked.includes('script-src-attr'); tries += 1) await new Promise((resolve) => setTimeout(resolve, 50));
      const result = { ran: marks.ran, code, position: styles.position, top: styles.top, fetched, blocked: [...new Set(blocked)].toSorted() };
      script.remove();
      box.remove();
      return result;
    });
    expect(done).toMatchObject({ ran: [], code: 'EvalError', position: 'static', top: 'auto', fetched: ['refused', 'refused', 'refused', 'refused'] });
    expect(done.blocked).toEqual(expect.arrayContaining(['connect-src', 'script-src-attr', 'script-src-elem', 'style-src-attr', 'style-src-elem']));
  });

  test('it goes nowhere: no navigation, no new window, no web view, nothing loaded from elsewhere', async () => {
    const before = page.url();
    const opened = await page.evaluate(() => {
      for (const url of ['https://example.org/', 'file:///etc/passwd', 'data:text/html,x', 'penstock://other/index.html']) location.href = url;
      return [window.open('https://example.org/'), window.open('penstock://app/index.html'), window.open('about:blank')].map((one) => one === null);
    });
    expect(opened).toEqual([true, true, true]);
    expect(page.url()).toBe(before);
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
    expect(await page.evaluate(() => document.createElement('webview') instanceof HTMLUnknownElement || !('getWebContentsId' in document.createElement('webview')))).toBe(true);
    expect(await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => !/^(penstock:\/\/app\/|data:|blob:)/.test(name) && !/example\.org|127\.0\.0\.1:9|etc\/passwd/.test(name)))).toEqual([]);
    // Also where no policy of a page stands in the way.
    const straight = await app.evaluate(async ({ session }) => {
      const tries = ['http://127.0.0.1:9/', 'https://example.org/'].map((url) => session.defaultSession.fetch(url, { bypassCustomProtocolHandlers: false } as never).then(() => 'answered', (error: Error) => error.message));
      return Promise.all(tries);
    });
    for (const message of straight) expect(message).toContain('ERR_BLOCKED_BY_CLIENT');
  });

  test('only web pages and mail are handed to the system', async () => {
    await app.evaluate(() => (globalThis as unknown as { handed: string[] }).handed.splice(0));
    await page.evaluate(() => {
      for (const url of ['https://example.org/a', 'http://example.org/b', 'mailto:a@example.org', 'file:///etc/passwd', 'smb://host/share', 'ftp://host/x', 'vscode://x', 'ms-msdt:/id', 'javascript:alert(1)', 'data:text/html,x', 'penstock://app/index.html']) {
        try {
          window.open(url, '_blank');
        } catch {
          // What cannot be an address is refused before anybody is asked.
        }
      }
    });
    await expect.poll(() => app.evaluate(() => (globalThis as unknown as { handed: string[] }).handed)).toEqual(['https://example.org/a', 'http://example.org/b', 'mailto:a@example.org']);
  });

  test('every permission is denied but writing to the clipboard', async () => {
    const states = await page.evaluate(async () => {
      const names = ['geolocation', 'notifications', 'camera', 'microphone', 'midi', 'clipboard-read', 'persistent-storage', 'background-sync', 'accelerometer'];
      const found: Record<string, string> = {};
      // What nobody answers is not granted either.
      const patience = (asked: Promise<string>): Promise<string> => Promise.race([asked, new Promise<string>((resolve) => setTimeout(() => resolve('denied'), 1500))]);
      const granted = (asked: Promise<unknown>): Promise<string> => asked.then(() => 'granted', () => 'denied');
      for (const name of names) found[name] = await patience(navigator.permissions.query({ name: name as PermissionName }).then(({ state }) => state, () => 'denied'));
      found['asked for notifications'] = await patience(Notification.requestPermission());
      found['asked for the camera'] = await patience(granted(navigator.mediaDevices.getUserMedia({ video: true, audio: true })));
      found['asked for the screen'] = await patience(granted(navigator.mediaDevices.getDisplayMedia()));
      found['asked for the clipboard'] = await patience(granted(navigator.clipboard.readText()));
      return found;
    });
    expect(Object.entries(states).filter(([, state]) => state !== 'denied')).toEqual([]);
  });

  test('its scheme serves the files of the page and nothing else', async () => {
    const tries = ['..%2f..%2fpackage.json', '..%5c..%5cpackage.json', '%2e%2e%2fmain%2fmain.cjs', '../main/main.cjs', 'assets/%2e%2e%2f%2e%2e%2fmain%2fmain.cjs', 'index.html%00.js', 'index.html%2500', '%', '//etc/passwd', '/etc/passwd', '.env', 'C:/windows/win.ini', 'file:///etc/passwd'];
    const answers = await page.evaluate(async (all) => {
      const found: [string, number][] = [];
      for (const one of all) found.push([one, await fetch(`penstock://app/${one}`).then(({ status }) => status, () => 0)]);
      for (const host of ['other', 'app.evil', 'print']) found.push([host, await fetch(`penstock://${host}/index.html`).then(({ status }) => status, () => 0)]);
      for (const method of ['POST', 'DELETE']) found.push([method, await fetch('penstock://app/index.html', { method }).then(({ status }) => status, () => 0)]);
      return found;
    }, tries);
    expect(answers.filter(([, status]) => status !== 404 && status !== 0)).toEqual([]);
    expect(await page.evaluate(async () => (await fetch('penstock://app/index.html')).status)).toBe(200);
  });

  test('forged and malformed messages are refused on every channel', async () => {
    const refused = await app.evaluate(async ({ ipcMain, BrowserWindow }) => {
      const window = BrowserWindow.getAllWindows()[0];
      if (window === undefined) throw new Error('there is no window');
      await window.webContents.executeJavaScript("void document.body.append(Object.assign(document.createElement('iframe'), { id: 'inner' }))");
      const handlers = Reflect.get(ipcMain, '_invokeHandlers') as Map<string, (event: object, ...args: unknown[]) => unknown>;
      const inner = window.webContents.mainFrame.frames[0];
      const isSubframe = inner !== undefined && inner.parent !== null;
      const senders: Record<string, unknown> = { subframe: inner, gone: null, elsewhere: { parent: null, url: 'https://example.org/' }, file: { parent: null, url: 'file:///x.html' } };
      const call = (channel: string, event: object, argument: unknown) =>
        new Promise<string>((resolve) => {
          const asked = { sender: window.webContents, processId: 0, frameId: 0, ...event, _reply: () => resolve('answered'), _throw: (error: unknown) => resolve(String(error)) };
          Promise.resolve(handlers.get(channel)?.(asked, argument)).then(() => resolve('answered'), (error: unknown) => resolve(String(error)));
        });
      const said: Record<string, string[]> = {};
      for (const channel of handlers.keys()) {
        said[channel] = [];
        for (const senderFrame of Object.values(senders)) said[channel].push(await call(channel, { senderFrame }, undefined));
        for (const wrong of [null, 7, { __proto__: null, title: 1 }, ['x'], { id: '../x', page: 'https://example.org' }]) said[channel].push(await call(channel, { senderFrame: window.webContents.mainFrame }, wrong));
      }
      await window.webContents.executeJavaScript("document.getElementById('inner').remove()");
      return { said, isSubframe };
    });
    expect(refused.isSubframe).toBe(true);
    expect(Object.keys(refused.said).toSorted()).toEqual(['penstock:language', 'penstock:notify', 'penstock:open-view', 'penstock:pick-file', 'penstock:pick-folder', 'penstock:save-pdf']);
    for (const [channel, answers] of Object.entries(refused.said)) {
      for (const answer of answers.slice(0, 4)) expect(answer, channel).toContain('may not call the app');
      for (const answer of answers.slice(4)) expect(answer, channel).toContain('was asked for something that it does not do');
    }
    // And as a page would ask, through its bridge.
    const errors = await page.evaluate(async () => {
      const bridge = (window as unknown as { penstockDesktop: Record<string, (...args: unknown[]) => Promise<unknown>> }).penstockDesktop;
      const tries: [string, unknown[]][] = [['pickFile', [{ extensions: ['*'] }]], ['savePdf', [{}, 'x']], ['notify', [1, 2]], ['speak', ['xx']], ['openView', [{ id: 'a', page: '?view=a&owner=b', preload: '/tmp/x.js' }]]];
      return Promise.all(tries.map(([name, args]) => (bridge[name]?.(...args) ?? Promise.reject(new Error('missing'))).then(() => `${name} answered`, (error: Error) => error.message)));
    });
    for (const message of errors) expect(message).toContain('was asked for something that it does not do');
  });

  test('NODE_OPTIONS and ELECTRON_RUN_AS_NODE are not obeyed, by the shell or the engine', async () => {
    await expect.poll(() => existsSync(path.join(scratch, 'project', 'penstock.db'))).toBe(true);
    expect(existsSync(marker())).toBe(false);
    const asNode = spawnSync(executable, [...flags, '-e', 'console.log("it is a Node")'], { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', PENSTOCK_USER_DATA: path.join(scratch, 'user-data') }, timeout: 15_000, killSignal: 'SIGKILL', encoding: 'utf8' });
    expect(asNode.stdout).not.toContain('it is a Node');
  });
});

test('the fuses of the packaged binary are set @desktop', async () => {
  const wire = await getCurrentFuseWire(executable);
  const on = [FuseV1Options.EnableCookieEncryption, FuseV1Options.EnableEmbeddedAsarIntegrityValidation, FuseV1Options.OnlyLoadAppFromAsar];
  const off = [FuseV1Options.RunAsNode, FuseV1Options.EnableNodeOptionsEnvironmentVariable];
  for (const fuse of on) expect(wire[fuse], FuseV1Options[fuse]).toBe(FuseState.ENABLE);
  for (const fuse of off) expect(wire[fuse], FuseV1Options[fuse]).toBe(FuseState.DISABLE);
  // The one fuse in which the app for tests differs: the driver needs the inspector. What is shipped has it off, and every other as here.
  const shipped = (load(await readFile(path.join(root, 'electron-builder.yml'), 'utf8')) as { electronFuses: object; asar: boolean }).electronFuses;
  expect(wire[FuseV1Options.EnableNodeCliInspectArguments]).toBe(FuseState.ENABLE);
  expect(shipped).toEqual({ runAsNode: false, enableCookieEncryption: true, enableNodeOptionsEnvironmentVariable: false, enableNodeCliInspectArguments: false, enableEmbeddedAsarIntegrityValidation: true, onlyLoadAppFromAsar: true, grantFileProtocolExtraPrivileges: false });
});

test('every file of the archive has its hash in the header, and nothing beside the archive is loaded @desktop', async () => {
  interface Entry {
    readonly files?: Readonly<Record<string, Entry>>;
    readonly integrity?: { readonly algorithm: string; readonly hash: string; readonly blocks: readonly string[] };
  }
  const { header } = getRawHeader(path.join(unpacked, 'resources/app.asar')) as unknown as { header: Entry };
  const files = (entry: Entry, at: string): [string, Entry][] => Object.entries(entry.files ?? {}).flatMap(([name, one]) => (one.files === undefined ? [[`${at}/${name}`, one] as [string, Entry]] : files(one, `${at}/${name}`)));
  const all = files(header, '');
  expect(all.length).toBeGreaterThan(5);
  expect(all.filter(([, { integrity }]) => integrity?.algorithm !== 'SHA256' || !/^[0-9a-f]{64}$/.test(integrity.hash))).toEqual([]);
  // A copy whose archive is gone and that has a folder in its place. (Linux does not check the archive's hashes; macOS and Windows do.)
  const copy = await mkdtemp(path.join(root, 'release', 'without-archive-'));
  try {
    const linked = path.join(copy, 'app');
    expect(spawnSync('cp', ['-al', unpacked, linked]).status).toBe(0);
    await rm(path.join(linked, 'resources/app.asar'));
    const folder = path.join(linked, 'resources/app');
    await mkdir(folder);
    const ran = path.join(copy, 'ran');
    await writeFile(path.join(folder, 'package.json'), '{"main": "main.js"}');
    await writeFile(path.join(folder, 'main.js'), `require('fs').writeFileSync(${JSON.stringify(ran)}, 'x'); process.exit(0);`);
    spawnSync(path.join(linked, 'penstock'), flags, { timeout: 6000, killSignal: 'SIGKILL', env: { ...process.env, PENSTOCK_USER_DATA: path.join(copy, 'user-data') } });
    expect(existsSync(ran)).toBe(false);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
});

test('no port is open while the app runs, without the test driver @desktop', async () => {
  const scratch = await mkdtemp(path.join(os.tmpdir(), 'penstock-ports-'));
  const child = spawn(executable, [...flags, `--project=${path.join(scratch, 'project')}`], { stdio: 'ignore', env: { ...process.env, PENSTOCK_USER_DATA: path.join(scratch, 'user-data'), XDG_CONFIG_HOME: path.join(scratch, 'config') } });
  try {
    // The engine answers once it has made the project's store, and the page has asked for its pipelines.
    await expect.poll(() => existsSync(path.join(scratch, 'project', 'penstock.db')), { timeout: 60_000 }).toBe(true);
    await expect.poll(async () => (await processesOf(child)).some(({ command }) => command.includes('type=renderer')), { timeout: 60_000 }).toBe(true);
    const processes = await processesOf(child);
    expect(processes.some(({ command }) => command.includes('desktop-entry'))).toBe(true);
    const sockets = new Set((await Promise.all(processes.map(({ pid }) => socketsOf(pid)))).flat());
    expect(sockets.size).toBeGreaterThan(0);
    const open: string[] = [];
    for (const table of ['tcp', 'tcp6', 'udp', 'udp6']) {
      const text = await readFile(`/proc/net/${table}`, 'utf8').catch(() => '');
      for (const line of text.split('\n').slice(1)) {
        const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
        if (inode !== undefined && sockets.has(inode) && (table.startsWith('udp') || state === '0A')) open.push(`${table} ${local}`);
      }
    }
    expect(open).toEqual([]);
  } finally {
    child.kill('SIGTERM');
    await new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve(null)));
    await rm(scratch, { recursive: true, force: true });
  }
});

/** A process and everything under it. */
async function processesOf(child: ChildProcess): Promise<{ readonly pid: number; readonly command: string }[]> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const under = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = parents.get(at)) if (at === child.pid) return true;
    return false;
  };
  return Promise.all([...parents.keys()].filter(under).map(async (pid) => ({ pid, command: await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '') })));
}

async function socketsOf(pid: number): Promise<string[]> {
  const names = await readdir(`/proc/${pid}/fd`).catch((): string[] => []);
  const links = await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')));
  return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
}
