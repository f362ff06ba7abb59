import type { Locator, Page } from '@playwright/test';
import { expect } from '../fixtures/app.ts';

/** A person without a mouse: presses keys and reads what has the focus. Nothing here touches the pointer. */
export class KeyboardUser {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Counts what a mouse would do, from now on. */
  async watchPointer(): Promise<void> {
    await this.page.evaluate(() => {
      const counted = window as unknown as { pointerUses: number };
      counted.pointerUses = 0;
      for (const type of ['pointerdown', 'mousedown', 'wheel', 'drop']) window.addEventListener(type, () => (counted.pointerUses += 1), true);
    });
  }

  async pointerUses(): Promise<number> {
    return this.page.evaluate(() => (window as unknown as { pointerUses: number }).pointerUses);
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }

  get focused(): Locator {
    return this.page.locator(':focus');
  }

  /** Presses Tab until what has the focus is what is meant; fails after `most` presses. */
  async tabTo(target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab', most = 60): Promise<void> {
    const isThere = (): Promise<boolean> => target.evaluate((element) => element === document.activeElement || element.contains(document.activeElement));
    await expect(target).toBeAttached();
    for (let presses = 0; presses < most; presses++) {
      if (await isThere()) return;
      await this.press(key);
    }
    expect(await isThere(), `${key} reaches it within ${most} presses`).toBe(true);
  }

  /** Presses Escape until what has the focus is what is meant: a list of completions may have been open, or not yet. */
  async escapeTo(target: Locator, most = 2): Promise<void> {
    const isThere = (): Promise<boolean> => target.evaluate((element) => element === document.activeElement);
    for (let presses = 0; presses < most && !(await isThere()); presses++) await this.press('Escape');
    await expect(target).toBeFocused();
  }

  /** Adds a node after the selected one, by its name. */
  async addNext(name: string, type: string): Promise<void> {
    await this.press('Control+.');
    await expect(this.page.getByTestId('quick-add-search')).toBeFocused();
    await this.type(name);
    await expect(this.page.getByTestId(`quick-add-item-${type}`)).toHaveAttribute('aria-selected', 'true');
    await this.press('Enter');
    await expect(this.page.getByTestId('quick-add')).toHaveCount(0);
    await expect(this.page.locator(`[data-testid=node-card][data-node-type="${type}"][data-selected]`)).toBeVisible();
    await this.isBackOnCanvas();
  }

  /** Selects a node by its title in the command palette. */
  async goTo(title: string): Promise<void> {
    await this.press('Control+k');
    await this.type(title);
    await expect(this.page.getByRole('option', { selected: true })).toContainText(title);
    await this.press('Enter');
    await expect(this.page.getByTestId('palette-input')).toHaveCount(0);
    await this.isBackOnCanvas();
  }

  /** What closed has given the focus back: keys pressed before would go to nobody. */
  private async isBackOnCanvas(): Promise<void> {
    await expect.poll(() => this.page.getByTestId('canvas').first().evaluate((canvas) => canvas.contains(document.activeElement))).toBe(true);
  }
}
