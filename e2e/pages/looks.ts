import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

interface Look {
  /** Contrast alone: of a page that was looked at in the other theme, which differs in its colours and in nothing else. */
  readonly coloursOnly?: boolean;
  /** Without the list of node types, which is the same on every screen. */
  readonly part?: boolean;
}

/** What axe calls serious or critical on what is shown, a line each: by all its rules and by the size of targets, which it leaves out unless asked. */
export async function findings(page: Page, { coloursOnly = false, part = false }: Look = {}): Promise<readonly string[]> {
  // While a menu is open it alone has the focus, and arrows scroll it; the rest is hidden from screen readers. axe knows this of dialogs only.
  const isMenu = (await page.getByRole('menu').count()) > 0;
  // It looks in one go: there are no frames from elsewhere, and otherwise each look opens a page of its own to put results together. What is right is not described.
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'] });
  if (part) axe.exclude('[data-category]');
  const { violations } = await (coloursOnly ? axe.withRules(['color-contrast']) : axe.options({ resultTypes: ['violations'], rules: { 'target-size': { enabled: true }, 'aria-hidden-focus': { enabled: !isMenu }, 'scrollable-region-focusable': { enabled: !isMenu } } })).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id} (${nodes.length}): ${nodes.slice(0, 4).map(({ html, any }) => `${html.slice(0, 200)} [${any.map(({ message }) => message).join('; ').slice(0, 160)}]`).join(' | ')}`);
}

/** Colours change at once from now on: what is looked at is a theme, not the way to it, which the whole page is painted for many times. */
export async function changeAtOnce(page: Page): Promise<void> {
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('*, ::before, ::after { transition: none !important }');
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  });
}

/** What was changed is on the screen, and colours that change by a transition have arrived. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    await Promise.all(document.getAnimations().filter((one) => one instanceof CSSTransition).map((one) => one.finished.catch(() => undefined)));
  });
}

/** With PENSTOCK_PICTURES, a folder: the guide's pictures are taken on the way, in two sizes. */
export const pictures = process.env['PENSTOCK_PICTURES'];
const taken = new Set<string>();

export async function takePictures(page: Page, folder: string, name: string): Promise<void> {
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

/** Looks at what is shown on the way of a journey, in both themes: nothing serious, and a picture where they are asked for. */
export async function expectFine(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    let found: readonly string[] = [];
    // What came onto the page while it changed its colours may not have them yet: it is looked at again.
    for (let again = 0; again < 3; again += 1) {
      await settled(page);
      found = await findings(page, { coloursOnly: colorScheme === 'dark' });
      if (found.length === 0) break;
    }
    expect.soft(found, `${name}, ${colorScheme}`).toEqual([]);
    if (pictures !== undefined) await takePictures(page, pictures, `${name}-${colorScheme}`);
  }
}
