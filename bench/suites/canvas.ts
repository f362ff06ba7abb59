import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from '@playwright/test';
import { gestures, MeasuredPage, type Gestures } from '../canvas/page.ts';
import { launch, serveApp, serveStress, type AppServer } from '../canvas/sessions.ts';
import { ms, ratio, type BenchOptions, type BenchRow } from '../measure.ts';

const viewport = { width: 1440, height: 900 };
const titles: Readonly<Record<keyof Gestures, string>> = { pan: 'pan', zoom: 'zoom', drag: 'drag a node', boxSelect: 'box-select' };

async function openPage(browser: Browser, url: string, before?: (page: Page) => Promise<void>): Promise<Page> {
  const page = await (await browser.newContext({ viewport })).newPage();
  await before?.(page);
  await page.goto(url);
  return page;
}

/** The app with a pipeline on its canvas. */
export async function openApp(browser: Browser, server: AppServer, nodes: number): Promise<Page> {
  const path = server.pipeline(nodes);
  const page = await openPage(browser, server.url, async (fresh) => {
    await fresh.addInitScript((at) => localStorage.setItem('penstock.pipeline', at), path);
  });
  await page.getByTestId('node-card').first().waitFor({ timeout: 60_000 });
  return page;
}

/** Wall time in ms from choosing a pipeline in the switcher to its cards in view standing on the canvas, the best of `rounds`. */
export async function opening(page: Page, server: AppServer, nodes: number, other: number, rounds: number): Promise<number> {
  const open = async (size: number): Promise<number> => {
    await page.getByTestId('pipeline-switcher').click();
    const entry = page.getByTestId(`open-${server.pipeline(size)}`);
    await entry.waitFor();
    const from = performance.now();
    await entry.click();
    await page.waitForFunction((path) => document.querySelector('[data-testid=pipeline-switcher]')?.getAttribute('data-path') === path && document.querySelector('[data-testid=node-card]') !== null, server.pipeline(size));
    return performance.now() - from;
  };
  let best = Infinity;
  for (let round = 0; round < rounds; round += 1) {
    await open(other);
    best = Math.min(best, await open(nodes));
  }
  return best;
}

/** All nodes in view. */
async function showAll(page: Page): Promise<void> {
  await page.getByTestId('canvas').first().focus();
  await page.keyboard.press('Control+2');
  await page.getByTestId('node-card').first().waitFor();
  await page.waitForTimeout(400);
}

/** Scripting time in ms a key while a node's title, or the name of a column that it computes, is typed in the inspector; the least of some words. */
export async function typing(measured: MeasuredPage, what: 'title' | 'param'): Promise<number> {
  const { page } = measured;
  await page.locator('[data-testid=node-card][data-node-type="transform/formula"]').first().dispatchEvent('click');
  const field = page.getByTestId('inspector').getByRole('textbox').nth(what === 'title' ? 0 : 1);
  let best = Infinity;
  for (const word of ['wordwordword', 'anotherwordx', 'onceonceonce', 'twicetwicetw', 'thricethrice', 'manymanymany', 'almostalmost', 'lastlastlast']) {
    await field.fill('c');
    await field.press('End');
    best = Math.min(best, (await measured.scripting(async () => {
      for (const letter of word) {
        await page.keyboard.press(letter);
        await measured.frames(1);
      }
    })) / word.length);
    if ((await field.inputValue()) !== `c${word}`) throw new Error('the word is not in the field');
  }
  return best;
}

/** Scripting time in ms from a click on a node until its params and its table stand in the panels and nothing moves any more; the least of some clicks, two nodes by turns. */
export async function panels(measured: MeasuredPage): Promise<number> {
  const cards = measured.page.locator('[data-testid=node-card][data-node-type="transform/formula"]');
  let best = Infinity;
  for (let round = 0; round < 6; round += 1) {
    best = Math.min(best, await measured.scripting(async () => {
      await cards.nth(round % 2).dispatchEvent('click');
      await measured.settle();
    }));
  }
  return best;
}

/** Samples of the heap that are taken on the way. */
const samples = 12;

/** Means of the heap in bytes over the first and the last third of a long work, after one sample's worth of it to warm up. */
async function heapOver(measured: MeasuredPage, times: number, work: (times: number) => Promise<void>): Promise<{ readonly first: number; readonly last: number }> {
  const each = Math.ceil(times / samples);
  await work(each);
  const heaps: number[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    await work(each);
    await measured.settle();
    heaps.push(await measured.heap());
    console.log(`  after ${each * (sample + 1)}: ${megabytes(heaps.at(-1) ?? 0)}`);
  }
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  return { first: mean(heaps.slice(0, samples / 3)), last: mean(heaps.slice(-samples / 3)) };
}

/** Edits by the keyboard, ten a frame. */
export async function heapOverEdits(measured: MeasuredPage, edits: number): Promise<{ readonly first: number; readonly last: number }> {
  const { page } = measured;
  await page.getByTestId('node-card').first().click();
  return heapOver(measured, edits, (times) =>
    page.evaluate(async (count) => {
      for (let i = 1; i <= count; i += 1) {
        document.querySelector('[data-testid=canvas]')?.dispatchEvent(new KeyboardEvent('keydown', { key: 'b', code: 'KeyB', ctrlKey: true, bubbles: true, cancelable: true }));
        if (i % 10 === 0) await new Promise(requestAnimationFrame);
      }
    }, times),
  );
}

export function heapOverRuns(measured: MeasuredPage, runs: number): Promise<{ readonly first: number; readonly last: number }> {
  const { page } = measured;
  return heapOver(measured, runs, async (times) => {
    for (let i = 0; i < times; i += 1) {
      const ran = page.evaluate(
        () =>
          new Promise<void>((resolve) => {
            let started = false;
            const watch = new MutationObserver(() => {
              started ||= document.querySelector('[data-testid=cancel-run]') !== null;
              if (!started || document.querySelector('[data-testid=run-all]') === null) return;
              watch.disconnect();
              resolve();
            });
            watch.observe(document.body, { subtree: true, childList: true });
          }),
      );
      await page.keyboard.press('Shift+F7');
      await ran;
    }
  });
}

/** Once as the pipeline opens, at a zoom to read at, and once with every card on the page. */
async function typingRows(browser: Browser, server: AppServer, nodes: number, say: (row: BenchRow) => void): Promise<void> {
  const fresh = await MeasuredPage.of(await openApp(browser, server, nodes));
  for (const view of ['as opened', 'all in view']) {
    if (view === 'all in view') await showAll(fresh.page);
    await fresh.settle();
    for (const what of ['title', 'param'] as const) {
      const typed = await typing(fresh, what);
      say({ name: `typing a ${what}, ${nodes} nodes, ${view}`, ours: ms(typed), against: 'limit, scripts a key', peer: ms(16), ratio: ratio(typed, 16), limit: '≤ 1' });
    }
  }
  await fresh.page.context().close();
}

/** What can be measured alone. */
export const parts = ['typing'] as const;

/** The canvas against React Flow's own stress example with as many nodes, in one browser: what scripts take for each movement of the mouse. `part`: `typing`. */
export async function run({ quick, part }: BenchOptions): Promise<{ rows: BenchRow[] }> {
  execFileSync(process.execPath, [fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url)), 'engine', 'renderer'], { stdio: 'inherit' });
  if (!existsSync(process.env['PENSTOCK_CHROMIUM'] ?? '/usr/bin/chromium')) {
    console.log('Skipped: there is no Chromium here.');
    return { rows: [] };
  }
  const sizes = quick ? [100] : [100, 500, 2000];
  // Even, for every second round goes back: each gesture begins with all nodes in view.
  const rounds = quick ? 2 : 4;
  const rows: BenchRow[] = [];
  const say = (row: BenchRow): void => {
    console.log(`${row.name}: ${row.ours}; ${row.against} ${row.peer}: ${row.ratio} (${row.limit ?? ''})`);
    rows.push(row);
  };
  if (part === 'typing') {
    const [alone, browser] = [await serveApp([2000]), await launch()];
    try {
      await typingRows(browser, alone, 2000, say);
    } finally {
      await browser.close();
      await alone.close();
    }
    return { rows };
  }
  const [server, stress, browser] = [await serveApp([...sizes, (sizes.at(-1) ?? 0) / 2]), await serveStress(), await launch()];
  try {
    for (const nodes of sizes) {
      const ours = await openApp(browser, server, nodes);
      const measured = await MeasuredPage.of(ours);
      // The first look at a pipeline comes by itself; then all of it is shown.
      await measured.settle();
      await showAll(ours);
      // The same nodes in as large a view.
      const size = await ours.getByTestId('canvas').first().boundingBox();
      const other = await openPage(browser, stress.url(nodes), (fresh) => fresh.setViewportSize(size ? { width: Math.round(size.width), height: Math.round(size.height) } : viewport));
      await other.locator('.react-flow__node').first().waitFor();
      const contestants = {
        ours: { measured, hands: { pane: '[data-testid=canvas]', panButton: 'middle', boxKey: null, node: '[data-testid=node-card]' } },
        example: { measured: await MeasuredPage.of(other), hands: { pane: '.react-flow', panButton: 'left', boxKey: 'Shift', node: '.react-flow__node' } },
      } as const;
      await gestures(contestants, nodes < 1000 ? rounds : 2, (gesture, took) =>
        say({ name: `${titles[gesture]}, ${nodes} nodes`, ours: ms(took.ours), against: 'stress example, scripts an event', peer: ms(took.example), ratio: ratio(took.ours, took.example), limit: '≤ 1.25' }),
      );
      await other.context().close();
      // The example has no panels, and ours wait for the end of a gesture: what they take then is a figure of its own.
      const set = await panels(measured);
      say({ name: `panels of another node, ${nodes} nodes`, ours: ms(set), against: 'limit, scripts a click', peer: ms(100), ratio: ratio(set, 100), limit: '≤ 1' });
      if (nodes === sizes.at(-1)) {
        await typingRows(browser, server, nodes, say);
        const opened = await opening(ours, server, nodes, nodes / 2, rounds);
        say({ name: `opening, ${nodes} nodes`, ours: ms(opened), against: 'limit', peer: ms(1500), ratio: ratio(opened, 1500), limit: '≤ 1' });
      }
      await ours.context().close();
    }
    const page = await MeasuredPage.of(await openApp(browser, server, 100));
    const [edits, runs] = quick ? [500, 20] : [10_000, 500];
    const edited = await heapOverEdits(page, edits);
    say({ name: `heap over ${edits} edits`, ours: megabytes(edited.last), against: 'last third ÷ first', peer: megabytes(edited.first), ratio: ratio(edited.last, edited.first), limit: '≤ 1.05' });
    const ran = await heapOverRuns(page, runs);
    say({ name: `heap over ${runs} runs`, ours: megabytes(ran.last), against: 'last third ÷ first', peer: megabytes(ran.first), ratio: ratio(ran.last, ran.first), limit: '≤ 1.05' });
  } finally {
    await browser.close();
    await server.close();
    await stress.close();
  }
  return { rows };
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
