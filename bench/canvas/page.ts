import type { CDPSession, Page } from '@playwright/test';

/** A page under measurement: what its scripts took, in time of the processor (so that other programs do not count), and its heap. */
export class MeasuredPage {
  readonly page: Page;
  readonly #session: CDPSession;

  private constructor(page: Page, session: CDPSession) {
    this.page = page;
    this.#session = session;
  }

  static async of(page: Page): Promise<MeasuredPage> {
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
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
  /** Selector of its nodes. */
  readonly node: string;
}

const steps = 40;

/** A canvas that takes part: its page, and how it is handled. */
export interface Contestant {
  readonly measured: MeasuredPage;
  readonly hands: Hands;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

type Gesture = (contestant: Contestant, round: number) => Promise<number>;

async function boxOf({ measured, hands }: Contestant): Promise<Point & { readonly width: number; readonly height: number }> {
  const box = await measured.page.locator(hands.pane).first().boundingBox();
  if (box === null) throw new Error('there is no canvas');
  return box;
}

/** Beside the nodes of the fitted view, and as far from its border that it does not begin to move by itself. */
async function cornerOf(contestant: Contestant): Promise<Point> {
  const box = await boxOf(contestant);
  return { x: box.x + box.width - 44, y: box.y + 44 };
}

async function walk({ measured }: Contestant, from: Point, by: Point): Promise<void> {
  for (let step = 1; step <= steps; step += 1) {
    await measured.page.mouse.move(from.x + (by.x * step) / steps, from.y + (by.y * step) / steps);
    await measured.frames(1);
  }
}

/** Every second round goes back, so that the view stays where it is. */
const direction = (round: number): number => (round % 2 === 0 ? 1 : -1);

const pan: Gesture = async (contestant, round) => {
  const { measured, hands } = contestant;
  const { mouse } = measured.page;
  const corner = await cornerOf(contestant);
  return measured.scripting(async () => {
    await mouse.move(corner.x, corner.y);
    await mouse.down({ button: hands.panButton });
    await walk(contestant, corner, { x: -160 * direction(round), y: 90 * direction(round) });
    await mouse.up({ button: hands.panButton });
  });
};

const zoom: Gesture = async (contestant, round) => {
  const { measured } = contestant;
  const box = await boxOf(contestant);
  return measured.scripting(async () => {
    await measured.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    for (let step = 0; step < steps; step += 1) {
      await measured.page.mouse.wheel(0, -12 * direction(round));
      await measured.frames(1);
    }
  });
};

const boxSelect: Gesture = async (contestant) => {
  const { measured, hands } = contestant;
  const { mouse, keyboard } = measured.page;
  const [box, corner] = [await boxOf(contestant), await cornerOf(contestant)];
  const took = await measured.scripting(async () => {
    if (hands.boxKey !== null) await keyboard.down(hands.boxKey);
    await mouse.move(corner.x, corner.y);
    await mouse.down();
    await walk(contestant, corner, { x: -box.width * 0.6, y: box.height * 0.6 });
    await mouse.up();
    if (hands.boxKey !== null) await keyboard.up(hands.boxKey);
  });
  await mouse.click(corner.x, corner.y);
  return took;
};

const drag: Gesture = async (contestant, round) => {
  const { measured, hands } = contestant;
  const { mouse } = measured.page;
  const box = await boxOf(contestant);
  // The node that lies nearest to the middle of the view, under nothing else.
  const from = await measured.page.evaluate(({ selector, x, y }): Point | null => {
    const found = [...document.querySelectorAll(selector)].map((node) => {
      const at = node.getBoundingClientRect();
      return { node, x: at.x + at.width / 2, y: at.y + at.height / 2 };
    });
    found.sort((a, b) => Math.hypot(a.x - x, a.y - y) - Math.hypot(b.x - x, b.y - y));
    const free = found.find((one) => document.elementFromPoint(one.x, one.y)?.closest(selector) === one.node);
    return free ? { x: free.x, y: free.y } : null;
  }, { selector: hands.node, x: box.x + box.width / 2, y: box.y + box.height / 2 });
  if (from === null) throw new Error('no node is in view');
  return measured.scripting(async () => {
    await mouse.move(from.x, from.y);
    await mouse.down();
    await walk(contestant, from, { x: 60 * direction(round), y: 40 * direction(round) });
    await mouse.up();
  });
};

const all: Readonly<Record<keyof Gestures, Gesture>> = { pan, zoom, boxSelect, drag };

/** Scripting time in ms a mouse event of each contestant, gesture by gesture; the least of `rounds`, taken in turns so that the machine's moods hit all alike. */
export async function gestures<K extends string>(contestants: Readonly<Record<K, Contestant>>, rounds: number, done: (gesture: keyof Gestures, took: Readonly<Record<K, number>>) => void): Promise<void> {
  const names = Object.keys(contestants) as K[];
  for (const name of Object.keys(all) as (keyof Gestures)[]) {
    const best = Object.fromEntries(names.map((contestant) => [contestant, Infinity])) as Record<K, number>;
    for (let round = 0; round < rounds; round += 1) {
      for (const contestant of names) {
        await contestants[contestant].measured.page.bringToFront();
        best[contestant] = Math.min(best[contestant], (await all[name](contestants[contestant], round)) / steps);
      }
    }
    done(name, best);
  }
}
