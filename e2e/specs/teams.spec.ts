import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { chromium, type Browser, type Page } from '@playwright/test';
import { expect, test } from '../fixtures/app.ts';
import { expectFine } from '../pages/looks.ts';
import { Studio } from '../pages/studio.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** A server for a team with a certificate of its own, and no accounts yet. */
async function startTeam(folder: string): Promise<{ readonly url: string; readonly firstLink: string; readonly server: ChildProcess }> {
  const projectDir = path.join(folder, 'project');
  await cp(path.join(root, 'resources/samples/project'), projectDir, { recursive: true });
  await cp(path.join(root, 'resources/samples/datasets'), path.join(projectDir, 'data'), { recursive: true });
  const [cert, key] = [path.join(folder, 'cert.pem'), path.join(folder, 'key.pem')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=penstock-test', '-addext', 'subjectAltName=IP:127.0.0.1'], { stdio: 'ignore' });
  const server = spawn(process.execPath, [path.join(root, 'dist/engine/cli.js'), 'serve', '--project', projectDir, '--port', '0', '--tls-cert', cert, '--tls-key', key, '--accounts', path.join(folder, 'access.db')], { stdio: ['ignore', 'pipe', 'inherit'] });
  const firstLink = await new Promise<string>((resolve, reject) => {
    let text = '';
    server.stdout?.on('data', (data: Buffer) => {
      text += data.toString();
      const found = /https:\/\/127\.0\.0\.1:\d+\/invite\?code=\S+/.exec(text);
      if (found) resolve(found[0]);
    });
    server.once('exit', (code) => reject(new Error(`penstock serve ended with code ${code}: ${text}`)));
  });
  return { url: new URL(firstLink).origin, firstLink, server };
}

async function choosePassword(page: Page, password: string): Promise<void> {
  await page.locator('#password').fill(password);
  await page.locator('#repeat').fill(password);
  await page.locator('button[type=submit]').click();
}

test('a team: the first admin invites a viewer, who looks, cannot run, and runs once the role is raised', async ({ mode }) => {
  test.skip(mode === 'electron', 'A team works in browsers.');
  const folder = await mkdtemp(path.join(os.tmpdir(), 'penstock-team-'));
  let browser: Browser | null = null;
  const { url, firstLink, server } = await startTeam(folder);
  try {
    browser = await chromium.launch({
      executablePath: process.env['PENSTOCK_CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
      chromiumSandbox: process.getuid?.() !== 0,
    });
    const person = async (): Promise<Page> => {
      const context = await (browser as Browser).newContext({ viewport: { width: 1440, height: 900 }, ignoreHTTPSErrors: true });
      await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: url });
      return context.newPage();
    };

    // Without an account there is the sign-in page and nothing else.
    const ada = await person();
    await ada.goto(url);
    await expect(ada).toHaveURL(`${url}/signin`);
    await expectFine(ada, 'sign in');

    // The first link makes the first admin; a password that is tried first is refused with the reason.
    await ada.goto(firstLink);
    await ada.locator('#name').fill('ada');
    await choosePassword(ada, 'password1234');
    await expect(ada.getByRole('alert')).toContainText('tried first');
    await expectFine(ada, 'invitation');
    await choosePassword(ada, 'orbit lantern willow cup');
    await new Studio(ada).ready();

    // She invites somebody as a viewer.
    await ada.getByTestId('rail-account').click();
    await ada.getByRole('menuitem', { name: 'People' }).click();
    await ada.getByTestId('invite').click();
    await ada.getByTestId('invite-name').fill('vera');
    await ada.getByTestId('invite-go').click();
    const link = await ada.getByTestId('invite-link').innerText();
    await ada.keyboard.press('Escape');
    await expect(ada.getByTestId('person-vera')).toContainText('invited');
    await expectFine(ada, 'page people');
    await ada.getByTestId('rail-account').click();
    await ada.getByRole('menuitem', { name: 'My account' }).click();
    await expect(ada.getByRole('heading', { name: 'API tokens' })).toBeVisible();
    await expectFine(ada, 'page my account');
    await ada.getByTestId('rail-settings').click();
    await expect(ada.getByText('This project uses no packs.')).toBeVisible();
    await expectFine(ada, 'settings of a project from elsewhere');
    await ada.getByTestId('rail-account').click();
    await ada.getByRole('menuitem', { name: 'People' }).click();

    // Who looks, and is told why the rest is grey.
    const vera = await person();
    await vera.goto(link);
    await expect(vera.getByRole('heading', { name: 'Welcome, vera' })).toBeVisible();
    await choosePassword(vera, 'marble hedge violin soup');
    const studio = new Studio(vera);
    await studio.ready();
    await studio.openPipeline('pipelines/penguins.pipeline.json');
    await expect(vera.getByTestId('save-state')).toHaveAttribute('data-state', 'read-only');
    await studio.cards.first().click();
    await expect(vera.getByTestId('look-only')).toBeVisible();
    await expect(vera.getByTestId('run-all')).toHaveAttribute('aria-disabled', 'true');
    // Nothing on the canvas moves, connects or goes, and no menu opens that could change something.
    const place = await studio.cards.first().boundingBox();
    if (place === null) throw new Error('the card is not on the screen');
    await vera.mouse.move(place.x + 60, place.y + 20);
    await vera.mouse.down();
    await vera.mouse.move(place.x + 160, place.y + 120, { steps: 5 });
    await vera.mouse.up();
    expect(await studio.cards.first().boundingBox()).toEqual(place);
    const edges = await vera.locator('.react-flow__edge').count();
    await studio.dragPort(studio.node('read'), 'table', studio.node('split'), 'table', async () => expect(vera.locator('.react-flow__connection')).toHaveCount(0));
    await studio.cards.first().click();
    await vera.keyboard.press('Delete');
    await expect(vera.getByTestId('notice')).toContainText('As a viewer you can look, not change.');
    await expect(studio.cards.first()).toHaveAttribute('data-selected', 'true');
    await expect(vera.locator('.react-flow__edge')).toHaveCount(edges);
    await vera.keyboard.press('Tab');
    await expect(vera.getByTestId('quick-add')).toHaveCount(0);
    await vera.keyboard.press('Shift+F7');
    await expect(vera.getByText('As a viewer you cannot run.').first()).toBeVisible();
    await expect(vera.getByTestId('run-progress')).toHaveCount(0);
    // The link is good once.
    const thief = await person();
    await thief.goto(link);
    await expect(thief.getByRole('alert')).toContainText('not good any more');

    // The role is raised, and her window follows.
    await ada.getByRole('combobox', { name: 'Role of vera' }).click();
    await ada.getByRole('option', { name: 'Analyst' }).click();
    await expect(vera.getByTestId('save-state')).not.toHaveAttribute('data-state', 'read-only');
    await vera.getByTestId('run-to').click();
    await expect(vera.getByTestId('run-status')).toHaveAttribute('data-status', 'succeeded', { timeout: 60_000 });

    // Her session is ended: she is led to the sign-in page, and signs in again.
    await ada.getByRole('button', { name: 'More for vera' }).click();
    await ada.getByRole('menuitem', { name: 'Sessions' }).click();
    await ada.getByRole('button', { name: /End the session at/ }).click();
    await expect(vera).toHaveURL(/\/signin\?state=ended/);
    await vera.locator('#name').fill('vera');
    await vera.locator('#password').fill('marble hedge violin soup');
    await vera.locator('button[type=submit]').click();
    await new Studio(vera).ready();
    await vera.getByTestId('rail-account').click();
    await vera.getByRole('menuitem', { name: 'Sign out' }).click();
    await expect(vera).toHaveURL(/\/signin\?state=signed-out/);
  } finally {
    await browser?.close();
    const gone = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    await gone;
    await rm(folder, { recursive: true, force: true });
  }
});
