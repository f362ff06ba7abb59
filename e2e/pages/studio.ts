import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { expect } from '../fixtures/app.ts';

/** The editor as a person uses it: by mouse and keyboard, finding things by what is on the screen. */
export class Studio {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get canvas(): Locator {
    return this.page.getByTestId('canvas').first();
  }

  get cards(): Locator {
    return this.page.getByTestId('node-card');
  }

  card(type: string, nth = 0): Locator {
    return this.page.locator(`[data-testid=node-card][data-node-type="${type}"]`).nth(nth);
  }

  async idOf(card: Locator): Promise<string> {
    const id = await card.getAttribute('data-node-id');
    if (id === null) throw new Error('the card has no node id');
    return id;
  }

  async ready(): Promise<void> {
    await expect(this.canvas).toBeVisible();
    await expect(this.page.getByTestId('connection-banner')).toHaveCount(0);
  }

  async newPipeline(): Promise<void> {
    await this.page.getByTestId('pipeline-switcher').click();
    await this.page.getByTestId('new-pipeline').click();
    await this.page.getByTestId('template-empty').click();
    await expect(this.cards).toHaveCount(0);
  }

  async openPipeline(file: string): Promise<void> {
    await this.page.getByTestId('pipeline-switcher').click();
    await this.page.getByTestId(`open-${file}`).click();
    await expect(this.page.getByTestId('pipeline-switcher')).toHaveAttribute('data-path', file);
    await expect(this.cards.first()).toBeVisible();
  }

  private async canvasPoint(at: { x: number; y: number }): Promise<{ x: number; y: number }> {
    const box = await this.canvas.boundingBox();
    if (box === null) throw new Error('the canvas is not on the screen');
    return { x: box.x + at.x, y: box.y + at.y };
  }

  /** Drops a file of this machine on the canvas, as from the system's file manager. */
  async dropFile(file: string, at: { x: number; y: number }): Promise<void> {
    const point = await this.canvasPoint(at);
    const content = (await readFile(file)).toString('base64');
    const transfer = await this.page.evaluateHandle(
      ({ name, base64 }) => {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        const data = new DataTransfer();
        data.items.add(new File([bytes], name, { type: 'text/csv' }));
        return data;
      },
      { name: path.basename(file), base64: content },
    );
    const target = this.canvas;
    for (const type of ['dragenter', 'dragover', 'drop']) {
      await target.dispatchEvent(type, { dataTransfer: transfer, clientX: point.x, clientY: point.y });
    }
  }

  /** Drags a node type from the catalogue onto the canvas with the mouse. */
  async dragFromCatalogue(type: string, at: { x: number; y: number }): Promise<Locator> {
    const before = await this.cards.count();
    const search = this.page.getByTestId('catalogue-search').first();
    await search.fill(type.split('/')[1]?.replaceAll('-', ' ') ?? type);
    const box = await this.canvas.boundingBox();
    if (box === null) throw new Error('the canvas is not on the screen');
    await this.page.getByTestId(`catalogue-item-${type}`).dragTo(this.canvas, { targetPosition: at });
    await expect(this.cards).toHaveCount(before + 1);
    await search.fill('');
    return this.card(type, (await this.page.locator(`[data-testid=node-card][data-node-type="${type}"]`).count()) - 1);
  }

  /** Drags an edge from an output to an input with the mouse. */
  async connect(from: Locator, output: string, to: Locator, input: string): Promise<void> {
    const edges = this.page.locator('.react-flow__edge');
    const before = await edges.count();
    await this.dragPort(from, output, to, input);
    await expect(edges).toHaveCount(before + 1);
  }

  async dragPort(from: Locator, output: string, to: Locator, input: string, whileOver?: () => Promise<void>): Promise<void> {
    const start = await from.getByTestId(`port-out-${output}`).boundingBox();
    const end = await to.getByTestId(`port-in-${input}`).boundingBox();
    if (start === null || end === null) throw new Error('a port is not on the screen');
    await this.page.mouse.move(start.x + start.width / 2, start.y + start.height / 2);
    await this.page.mouse.down();
    await this.page.mouse.move((start.x + end.x) / 2, (start.y + end.y) / 2, { steps: 4 });
    await this.page.mouse.move(end.x + end.width / 2, end.y + end.height / 2, { steps: 4 });
    await whileOver?.();
    await this.page.mouse.up();
  }

  async select(card: Locator): Promise<void> {
    await card.click({ position: { x: 90, y: 20 } });
    await expect(card).toHaveAttribute('data-selected', 'true');
  }

  param(name: string): Locator {
    return this.page.getByTestId(`param-${name}`);
  }

  async runAll(): Promise<void> {
    await this.page.getByTestId('run-all').click();
  }

  async expectState(card: Locator, state: string, timeout = 60_000): Promise<void> {
    await expect(card).toHaveAttribute('data-state', state, { timeout });
  }

  async expectAll(state: string, timeout = 90_000): Promise<void> {
    const count = await this.cards.count();
    await expect(this.page.locator(`[data-testid=node-card][data-state=${state}]`)).toHaveCount(count, { timeout });
  }

  async expectSaved(): Promise<void> {
    await expect(this.page.getByTestId('save-state')).toHaveAttribute('data-state', 'saved');
  }

  async fit(): Promise<void> {
    await this.canvas.focus();
    await this.page.keyboard.press('Control+2');
    await this.atRest();
  }

  /** Waits until the view does not move any more: a click on what moves may miss it. */
  private async atRest(): Promise<void> {
    const viewport = this.page.locator('.react-flow__viewport');
    let before: string | null = null;
    await expect
      .poll(
        async () => {
          const now = await viewport.getAttribute('style');
          const rests = now === before;
          before = now;
          return rests;
        },
        { intervals: [150] },
      )
      .toBe(true);
  }

  /** Chooses a column in a column picker by typing its name. */
  async chooseColumn(param: string, column: string): Promise<void> {
    await this.param(param).getByRole('button').first().click();
    await this.page.getByPlaceholder('Search columns').fill(column);
    await this.page.keyboard.press('Enter');
    await expect(this.param(param)).toContainText(column);
  }

  async setNumber(param: string, value: number): Promise<void> {
    const input = this.param(param).locator('input').first();
    await input.fill(String(value));
    await input.press('Tab');
  }

  /** Clicks undo or redo until there is nothing left; gives the number of steps. */
  async exhaust(button: 'undo' | 'redo'): Promise<number> {
    const control = this.page.getByTestId(button);
    let steps = 0;
    while (await control.isEnabled()) {
      await control.click();
      steps += 1;
      if (steps > 500) throw new Error(`${button} never ends`);
    }
    return steps;
  }

  async showTab(name: 'table' | 'report' | 'log' | 'problems'): Promise<void> {
    await this.page.getByTestId(`results-tab-${name}`).click();
  }

  /** Scrolls a chart of the report into view (charts out of sight are not drawn) and waits until it is there. */
  async showChart(index: number): Promise<void> {
    const chart = this.page.getByTestId(`chart-${index}`);
    await chart.scrollIntoViewIfNeeded();
    await expect(chart.locator('svg.main-svg').first()).toBeVisible();
  }

  /** A card by its node's id. */
  node(id: string): Locator {
    return this.page.locator(`[data-testid=node-card][data-node-id="${id}"]`);
  }

  /** Selects a node of a wide pipeline, wherever the view is. */
  async find(id: string): Promise<void> {
    await this.fit();
    await this.node(id).click();
    await expect(this.node(id)).toHaveAttribute('data-selected', 'true');
  }

  header(column: string): Locator {
    return this.page.getByTestId(`column-header-${column}`);
  }

  /** Opens the menu of a table's column and chooses in it. */
  async columnMenu(column: string, choice: string): Promise<void> {
    await this.header(column).hover();
    await this.page.getByTestId(`column-menu-${column}`).click();
    await this.page.getByRole('menuitem', { name: choice }).click();
  }

  /** Drags over the histogram in a column's header, between two shares of its width. */
  async brushHeader(column: string, from: number, to: number): Promise<void> {
    const bars = this.header(column).getByTestId('mini-histogram');
    await expect(bars).toBeVisible();
    const box = await bars.boundingBox();
    if (box === null) throw new Error(`the histogram of ${column} is not on the screen`);
    const y = box.y + box.height / 2;
    await this.page.mouse.move(box.x + box.width * from, y);
    await this.page.mouse.down();
    await this.page.mouse.move(box.x + box.width * to, y, { steps: 5 });
    await this.page.mouse.up();
  }

  /** Rows that the table in the dock shows. */
  async shownRows(): Promise<number> {
    const text = (await this.page.getByTestId('table-row-count').first().textContent()) ?? '';
    return Number((/^[\d\s\u202f\u00a0\u2009]+/.exec(text)?.[0] ?? '').replace(/\D/g, ''));
  }

  /** The places with results; the canvas lies in one of its own. */
  get dock(): Locator {
    return this.page.locator('[data-tabset]').filter({ hasNot: this.page.getByTestId('canvas') });
  }
}
