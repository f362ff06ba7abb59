import path from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures/app.ts';
import { checkerOf } from '../pages/checker.ts';
import { hideScreen } from '../pages/screen.ts';
import { pictured, screenGroups } from '../pages/screens.ts';
import { Studio } from '../pages/studio.ts';

/** What axe calls serious or critical on what is shown, a line each: by all its rules and by the size of targets, which it leaves out unless asked. Unless the `whole` page is meant, the list of node types is left out: it is the same on every screen. */
async function findings(page: Page, coloursOnly: boolean, whole: boolean): Promise<readonly string[]> {
  // While a menu is open it alone has the focus, and arrows scroll it; the rest is hidden from screen readers. axe knows this of dialogs only.
  const isMenu = (await page.getByRole('menu').count()) > 0;
  const axe = checkerOf(page);
  if (!whole) axe.exclude('[data-category]');
  const { violations } = await (coloursOnly ? axe.withRules(['color-contrast']) : axe.options({ resultTypes: ['violations'], rules: { 'target-size': { enabled: true }, 'aria-hidden-focus': { enabled: !isMenu }, 'scrollable-region-focusable': { enabled: !isMenu } } })).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id} (${nodes.length}): ${nodes.slice(0, 4).map(({ html, any }) => `${html.slice(0, 200)} [${any.map(({ message }) => message).join('; ').slice(0, 160)}]`).join(' | ')}`);
}

/** Colours change at once from now on: what is looked at is a theme, not the way to it, which the whole page is painted for many times. */
async function changeAtOnce(page: Page): Promise<void> {
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('*, ::before, ::after { transition: none !important }');
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  });
}

/** What was changed is on the screen, and colours that change by a transition have arrived. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    await Promise.all(document.getAnimations().filter((one) => one instanceof CSSTransition).map((one) => one.finished.catch(() => undefined)));
  });
}

/** With PENSTOCK_PICTURES, a folder: the guide's pictures are taken on the way, in two sizes. */
const pictures = process.env['PENSTOCK_PICTURES'];
const taken = new Set<string>();

async function takePictures(page: Page, folder: string, name: string): Promise<void> {
  const file = name.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase();
  if (taken.has(file)) return;
  taken.add(file);
  const before = page.viewportSize();
  for (const size of [{ width: 1280, height: 800 }, { width: 1920, height: 1080 }]) {
    await page.setViewportSize(size);
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    await page.screenshot({ path: path.join(folder, `${file}-${size.width}.jpg`), type: 'jpeg', quality: 55 });
  }
  if (before !== null) await page.setViewportSize(before);
}

for (const { pipeline, run, screens } of screenGroups) {
  test(`axe finds nothing serious in either theme: ${pipeline ?? 'a new pipeline'}${run ? ', run' : ''}`, async ({ app }) => {
    test.skip(app.mode === 'electron', 'The packaged page lets no checker in; the page is the same in the browser.');
    test.slow();
    const { page } = app;
    const studio = new Studio(page);
    await studio.ready();
    if (pipeline === null) await studio.newPipeline();
    else await studio.openPipeline(pipeline);
    if (run) {
      await studio.runAll();
      await studio.expectAll('done');
    }
    await changeAtOnce(page);
    for (const [at, screen] of screens.entries()) {
      await test.step(screen.name, async () => {
        await screen.show(studio);
        // Themes differ in their colours and in nothing else. Each screen begins in the theme that the one before it ended in: a change of theme takes as long as a look.
        const themes = at % 2 === 0 ? (['light', 'dark'] as const) : (['dark', 'light'] as const);
        for (const colorScheme of themes) {
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
          await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
          await settled(page);
          let found = await findings(page, colorScheme !== themes[0], at === 0);
          // What came onto the page while it changed its colours may not have them yet: it is looked at again.
          for (let again = 0; again < 3 && found.length > 0; again += 1) {
            await settled(page);
            found = await findings(page, colorScheme !== themes[0], at === 0);
          }
          expect.soft(found, `${screen.name}, ${colorScheme}`).toEqual([]);
          // Of pages and panels when there is something on them.
          if (pictures !== undefined && pictured.has(screen.name) && (run || !/^(page|panel) /.test(screen.name))) await takePictures(page, pictures, `${screen.name}-${colorScheme}`);
        }
        await hideScreen(screen, studio);
      });
    }
    expect(app.pageErrors).toEqual([]);
  });
}
