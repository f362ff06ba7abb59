import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures/app.ts';
import { Studio } from '../pages/studio.ts';

/** A window of 1280 × 800 at 200 %. */
const zoomed = { width: 640, height: 400 };

/** What of the page lies outside the window, with the controls that cannot be seen wherever they are scrolled to. */
async function outside(page: Page, within: string): Promise<readonly string[]> {
  return page.evaluate((selector) => {
    const found: string[] = [];
    const root = document.documentElement;
    if (root.scrollWidth > window.innerWidth) found.push(`the page is ${root.scrollWidth} wide`);
    for (const element of document.querySelectorAll<HTMLElement>(`${selector} :is(button, input, [role=tab])`)) {
      if (element.closest('[inert], [hidden]') || element.getClientRects().length === 0 || getComputedStyle(element).visibility === 'hidden') continue;
      element.scrollIntoView({ block: 'nearest', inline: 'nearest' });
      const { left, right, top, bottom } = element.getBoundingClientRect();
      if (right - left < 2 && bottom - top < 2) continue;
      if (left < -1 || top < -1 || right > window.innerWidth + 1 || bottom > window.innerHeight + 1) found.push(element.getAttribute('aria-label') ?? element.textContent ?? element.outerHTML.slice(0, 80));
    }
    return found;
  }, within);
}

test('at 200 % everything can be reached, and nothing is cut off', async ({ app }) => {
  const { page } = app;
  const studio = new Studio(page);
  await studio.ready();
  test.skip(app.mode === 'electron', 'The window of the desktop app is sized by the system; the page is the same.');
  await studio.openPipeline('pipelines/penguins.pipeline.json');
  await page.setViewportSize(zoomed);

  await test.step('pages scroll down, never sideways', async () => {
    for (const name of ['data', 'runs', 'models', 'settings']) {
      await page.getByTestId(`rail-${name}`).click();
      await expect(page.getByRole('main').last().getByRole('heading', { level: 1 })).toBeVisible();
      expect(await outside(page, 'body'), name).toEqual([]);
    }
    await page.getByTestId('rail-canvas').click();
    expect(await outside(page, 'header, nav')).toEqual([]);
  });

  await test.step('one side panel at a time, so that the canvas keeps its room', async () => {
    const catalogue = page.getByRole('button', { name: 'Catalogue', exact: true });
    const inspector = page.getByRole('button', { name: 'Inspector', exact: true });
    if ((await inspector.getAttribute('aria-pressed')) === 'false') await inspector.click();
    await catalogue.click();
    await expect(inspector).toHaveAttribute('aria-pressed', 'false');
    await expect(page.getByTestId('catalogue-search').first()).toBeInViewport({ ratio: 1 });
    await inspector.click();
    await expect(catalogue).toHaveAttribute('aria-pressed', 'false');
    const box = await studio.canvas.boundingBox();
    expect(box?.width).toBeGreaterThan(200);
  });

  await test.step('the main actions: run, look, set a parameter', async () => {
    await page.getByTestId('run-all').click();
    await studio.expectAll('done');
    await studio.find('split');
    await expect(page.getByTestId('tab-parameters')).toBeInViewport({ ratio: 1 });
    await page.getByTestId('tab-schema').click();
    await expect(page.getByTestId('results-tab-table')).toBeInViewport({ ratio: 1 });
    await page.getByTestId('results-tab-log').click();
    await expect(page.getByTestId('log-view')).toBeVisible();
  });

  await test.step('dialogs and menus fit', async () => {
    await studio.canvas.focus();
    for (const [keys, role] of [['?', 'dialog'], ['Control+k', 'dialog'], ['Control+.', 'dialog'], ['Alt+c', 'dialog'], ['Shift+F10', 'menu']] as const) {
      await studio.canvas.focus();
      await page.keyboard.press(keys);
      const shown = page.getByRole(role).last();
      await expect(shown).toBeVisible();
      await expect(shown, keys).toBeInViewport({ ratio: 1 });
      await page.keyboard.press('Escape');
      await expect(page.getByRole(role)).toHaveCount(0);
    }
  });
});

test('nothing moves where the system asks for reduced motion', async ({ app }) => {
  const { page } = app;
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const studio = new Studio(page);
  await studio.ready();
  await studio.openPipeline('pipelines/weather.pipeline.json');
  /** The longest that anything on the page takes to move, in ms, and what: as set by styles, and as is under way. */
  const slowest = (): Promise<readonly string[]> =>
    page.evaluate(() => {
      const ms = (text: string): number => Math.max(...text.split(',').map((part) => (part.trim().endsWith('ms') ? parseFloat(part) : parseFloat(part) * 1000)));
      const moving = [...document.querySelectorAll('*')].flatMap((element) => {
        const style = getComputedStyle(element);
        const time = Math.max(ms(style.transitionDuration), style.animationName === 'none' ? 0 : ms(style.animationDuration));
        return time > 10 ? [`${element.tagName} ${element.className.toString().slice(0, 60)}: ${time} ms`] : [];
      });
      const under = document.getAnimations().filter((animation) => animation.playState === 'running' && Number(animation.effect?.getComputedTiming().duration) > 10);
      return [...moving, ...under.map((animation) => `under way: ${animation.effect?.getComputedTiming().duration} ms`)];
    });
  expect(await slowest()).toEqual([]);
  const viewport = page.locator('.react-flow__viewport');
  await studio.canvas.focus();
  await page.keyboard.press('Control+0');
  // Without motion the view is where it goes at once: two looks are the same.
  const at = await viewport.getAttribute('style');
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  expect(await viewport.getAttribute('style')).toBe(at);
  await studio.runAll();
  await expect(page.getByTestId('run-progress').or(page.getByTestId('run-status'))).toBeVisible();
  expect(await slowest()).toEqual([]);
  await studio.expectAll('done');
  await studio.find('forecast');
  await studio.showTab('report');
  await expect(page.locator('svg.main-svg').first()).toBeVisible();
  expect(await slowest()).toEqual([]);
});

test('a press stops a view that is on its way, so that the click is on what it began on', async ({ app }) => {
  const { page } = app;
  const studio = new Studio(page);
  await studio.ready();
  await studio.openPipeline('pipelines/weather.pipeline.json');
  await studio.fit();
  await page.keyboard.press('Control+0');
  await studio.canvas.focus();
  const places = await page.evaluate(
    () =>
      new Promise<{ from: string; held: string; later: string }>((done) => {
        const viewport = document.querySelector<HTMLElement>('.react-flow__viewport');
        const place = (): string => viewport?.style.transform ?? '';
        const next = (then: () => void): number => requestAnimationFrame(then);
        let from = place();
        const rest = (): void => {
          if (place() !== from) {
            from = place();
            return void next(() => next(rest));
          }
          document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: '2', code: 'Digit2', ctrlKey: true, bubbles: true }));
          next(press);
        };
        const press = (): void => {
          if (place() === from) return void next(press);
          document.querySelector('[data-testid=node-card]')?.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true, isPrimary: true }));
          const held = place();
          setTimeout(() => done({ from, held, later: place() }), 400);
        };
        next(() => next(rest));
      }),
  );
  expect(places.later).toBe(places.held);
  expect(places.held).not.toBe(places.from);
  await studio.fit();
  // Held half way: the whole way leads elsewhere.
  expect(await page.locator('.react-flow__viewport').evaluate((viewport: HTMLElement) => viewport.style.transform)).not.toBe(places.held);
});

test('with colours forced by the system, what is chosen and what state a node is in can be told', async ({ app }) => {
  const { page } = app;
  test.skip(app.mode === 'electron', 'Forced colours cannot be emulated in the packaged window.');
  await page.emulateMedia({ forcedColors: 'active' });
  const studio = new Studio(page);
  await studio.ready();
  await studio.openPipeline('pipelines/penguins.pipeline.json');
  await studio.find('split');
  const outline = (testId: string): Promise<string> => page.getByTestId(testId).first().evaluate((element) => `${getComputedStyle(element).outlineStyle} ${getComputedStyle(element).outlineWidth}`);
  expect(await studio.node('split').evaluate((element) => `${getComputedStyle(element).outlineStyle} ${getComputedStyle(element).outlineWidth}`)).toBe('solid 3px');
  expect(await studio.node('net').evaluate((element) => getComputedStyle(element).outlineStyle)).toBe('none');
  expect(await outline('rail-canvas')).toBe('solid 2px');
  expect(await outline('tab-parameters')).toBe('solid 2px');
  expect(await outline('tab-schema')).not.toBe('solid 2px');
  // Each state has a drawing of its own, so that it needs no colour.
  const drawing = (id: string): Promise<string> => studio.node(id).locator('.node-glyph svg').evaluate((svg) => [...svg.querySelectorAll('*')].map((part) => `${part.tagName} ${part.getAttribute('d') ?? ''}`).join());
  const idle = await drawing('net');
  await studio.canvas.focus();
  await page.keyboard.press('Control+b');
  await studio.expectState(studio.node('split'), 'bypassed');
  expect(await drawing('split')).not.toBe(idle);
  await page.keyboard.press('Control+z');
  await page.getByTestId('run-all').click();
  await studio.expectAll('done');
  expect(await drawing('net')).not.toBe(idle);
});
