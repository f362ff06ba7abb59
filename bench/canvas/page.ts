import type { CDPSession, Page } from '@playwright/test';

/** A page under measurement: what its scripts took, and its heap. */
export class MeasuredPage {
  readonly page: Page;
  readonly #session: CDPSession;

  private constructor(page: Page, session: CDPSession) {
    this.page = page;
    this.#session = session;
  }

  static async of(page: Page): Promise<MeasuredPage> {
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    return new MeasuredPage(page, session);
  }

  async #metric(name: string): Promise<number> {
    const { metrics } = await this.#session.send('Performance.getMetrics');
    return metrics.find((metric) => metric.name === name)?.value ?? 0;
  }

  /** Time in ms that scripts took while `act` went on, until two frames after it. */
  async scripting(act: () => Promise<void>): Promise<number> {
    await this.settle();
    const from = await this.#metric('ScriptDuration');
    await act();
    await this.frames(2);
    return ((await this.#metric('ScriptDuration')) - from) * 1000;
  }

  /** JavaScript heap in bytes after a collection. */
  async heap(): Promise<number> {
    await this.#session.send('HeapProfiler.enable');
    await this.#session.send('HeapProfiler.collectGarbage');
    await this.#session.send('HeapProfiler.disable');
    return this.#metric('JSHeapUsedSize');
  }

  async frames(count: number): Promise<void> {
    await this.page.evaluate(
      (left) =>
        new Promise<void>((resolve) => {
          const next = (rest: number): unknown => (rest === 0 ? resolve() : requestAnimationFrame(() => next(rest - 1)));
          next(left);
        }),
      count,
    );
  }

  /** Until nothing has been scripted for a while: what was begun before is not to be counted. */
  async settle(): Promise<void> {
    let before = await this.#metric('ScriptDuration');
    for (let quiet = 0, turns = 0; quiet < 2 && turns < 40; turns += 1) {
      await this.page.waitForTimeout(120);
      const now = await this.#metric('ScriptDuration');
      quiet = now - before < 0.003 ? quiet + 1 : 0;
      before = now;
    }
  }
}

export interface Gestures {
  readonly pan: number;
  readonly zoom: number;
  readonly drag: number;
  readonly boxSelect: number;
}

/** How a canvas is handled. */
export interface Hands {
  readonly pane: string;
  /** Mouse button that pans, and the key held to select by a box. */
  readonly panButton: 'left' | 'middle';
  readonly boxKey: string | null;
  /** A node in the middle of the view. */
  readonly node: string;
}

const steps = 40;

/** Scripting time in ms a mouse event, for each gesture; the least of `rounds`. */
export async function gestures(measured: MeasuredPage, hands: Hands, rounds: number): Promise<Gestures> {
  const { page } = measured;
  const box = await page.locator(hands.pane).first().boundingBox();
  if (box === null) throw new Error('there is no canvas');
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const walk = async (from: { x: number; y: number }, by: { x: number; y: number }): Promise<void> => {
    for (let step = 1; step <= steps; step += 1) {
      await page.mouse.move(from.x + (by.x * step) / steps, from.y + (by.y * step) / steps);
      await measured.frames(1);
    }
  };
  const least = async (act: () => Promise<void>, after: () => Promise<void> = async () => {}): Promise<number> => {
    let best = Infinity;
    for (let round = 0; round < rounds; round += 1) {
      best = Math.min(best, (await measured.scripting(act)) / steps);
      await after();
    }
    return best;
  };
  // Beside the nodes, which begin a little below the top of the fitted view.
  const corner = { x: box.x + box.width - 30, y: box.y + 30 };
  let away = 1;
  const pan = await least(async () => {
    await page.mouse.move(corner.x, corner.y);
    await page.mouse.down({ button: hands.panButton });
    await walk(corner, { x: -160 * away, y: 90 * away });
    await page.mouse.up({ button: hands.panButton });
    away = -away;
  });
  let inward = -1;
  const zoom = await least(async () => {
    await page.mouse.move(middle.x, middle.y);
    for (let step = 0; step < steps; step += 1) {
      await page.mouse.wheel(0, 12 * inward);
      await measured.frames(1);
    }
    inward = -inward;
  });
  const boxSelect = await least(
    async () => {
      if (hands.boxKey !== null) await page.keyboard.down(hands.boxKey);
      await page.mouse.move(corner.x, corner.y);
      await page.mouse.down();
      await walk(corner, { x: -box.width * 0.6, y: box.height * 0.6 });
      await page.mouse.up();
      if (hands.boxKey !== null) await page.keyboard.up(hands.boxKey);
    },
    async () => {
      await page.mouse.click(corner.x, corner.y);
    },
  );
  let back = 1;
  const drag = await least(async () => {
    const at = await page.locator(hands.node).first().boundingBox();
    if (at === null) throw new Error('the node is not in view');
    const from = { x: at.x + at.width / 2, y: at.y + at.height / 2 };
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await walk(from, { x: 60 * back, y: 40 * back });
    await page.mouse.up();
    back = -back;
  });
  return { pan, zoom, drag, boxSelect };
}
