import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures/app.ts';
import { Studio } from '../pages/studio.ts';

interface Stop {
  readonly name: string;
  /** A ring around it or around the editor it is in, or a border in the colour of the focus. */
  readonly marked: boolean;
  /** Some of it is in the window and under nothing else. */
  readonly inSight: boolean;
}

/** What has the focus now; null for the page itself. */
function stop(page: Page): Promise<Stop | null> {
  return page.evaluate(async () => {
    // Once styles have come to rest.
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const element = document.activeElement;
    if (!(element instanceof HTMLElement) || element === document.body) return null;
    const probe = document.createElement('span');
    probe.style.color = 'var(--focus)';
    document.body.append(probe);
    const focusColour = getComputedStyle(probe).color;
    probe.remove();
    const rings = (candidate: Element): boolean => {
      const style = getComputedStyle(candidate);
      return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1) || style.borderTopColor === focusColour || /0px 0px 0px [12]/.test(style.boxShadow);
    };
    const isText = element.matches('input, textarea') || element.isContentEditable;
    // In a field without a ring the caret is what shows, as in the search of a list.
    const isMarked = (): boolean => rings(element) || (isText && element.closest('[role=dialog], [role=search], .cm-editor') !== null);
    for (let frames = 0; frames < 30 && !isMarked(); frames++) await new Promise((done) => requestAnimationFrame(done));
    const marked = isMarked();
    const { left, top, right, bottom } = element.getBoundingClientRect();
    const points = [0.5, 0.1, 0.9].flatMap((x) => [0.5, 0.1, 0.9].map((y) => [left + (right - left) * x, top + (bottom - top) * y] as const));
    const inSight = points.some(([x, y]) => {
      const at = document.elementFromPoint(x, y);
      return at !== null && (element.contains(at) || at.contains(element) || at.closest('label') !== null);
    });
    const name = `${element.tagName.toLowerCase()} ${element.getAttribute('role') ?? ''} ${element.getAttribute('aria-label') ?? element.textContent?.slice(0, 40) ?? ''} ${element.dataset['testid'] ?? ''}`;
    return { name, marked, inSight };
  });
}

test('wherever Tab goes, the focus can be seen', async ({ app }) => {
  const { page } = app;
  const studio = new Studio(page);
  await studio.ready();
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await studio.openPipeline('pipelines/penguins.pipeline.json');
  await studio.runAll();
  await studio.expectAll('done');
  const bad: string[] = [];
  /** Goes round with Tab, at most `most` steps, or until the first stop comes again. */
  const goRound = async (where: string, most: number): Promise<number> => {
    const seen = new Set<string>();
    await page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
    for (let at = 0; at < most; at++) {
      // On the canvas Tab adds a node; from there this key goes on.
      const onCanvas = await page.evaluate(() => document.activeElement?.closest('[data-testid=canvas]') != null && document.activeElement.closest('button') === null);
      await page.keyboard.press(onCanvas ? 'Control+F6' : 'Tab');
      const here = await stop(page);
      if (here === null) continue;
      if (seen.has(here.name) && seen.size > 20) continue;
      seen.add(here.name);
      if (!here.marked) bad.push(`${where}: no mark at ${here.name}`);
      if (!here.inSight) bad.push(`${where}: out of sight: ${here.name}`);
    }
    return seen.size;
  };
  await studio.find('net');
  expect(await goRound('canvas', 90)).toBeGreaterThan(40);
  await page.getByTestId('rail-outline').click();
  expect(await goRound('outline', 25)).toBeGreaterThan(15);
  await page.getByTestId('rail-history').click();
  await expect(page.getByTestId('history-run').first()).toBeVisible();
  expect(await goRound('history', 35)).toBeGreaterThan(20);
  for (const name of ['data', 'runs', 'models', 'settings']) {
    await page.getByTestId(`rail-${name}`).click();
    await expect(page.getByRole('main').last().getByRole('heading', { level: 1 })).toBeVisible();
    expect(await goRound(name, 45), name).toBeGreaterThan(20);
  }
  expect([...new Set(bad)]).toEqual([]);
});
