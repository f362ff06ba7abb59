import type { Box } from '../geometry.ts';
import { crosses, type Line } from './paths.ts';

/** Canvas units; a card is about as wide, so that it lies in one to four cells. */
const cell = 256;

interface Card {
  readonly id: string;
  readonly box: Box;
  /** The number of the last question that looked at it. */
  asked: number;
}

/** Where the cards are, by cells of a grid: what lies near a line is found without looking at all of them. */
export class CardGrid {
  private readonly cards = new Map<string, Card>();
  private readonly cells = new Map<number, Card[]>();
  private question = 0;

  get(id: string): Box | undefined {
    return this.cards.get(id)?.box;
  }

  ids(): IterableIterator<string> {
    return this.cards.keys();
  }

  set(id: string, box: Box): void {
    this.delete(id);
    const card: Card = { id, box, asked: 0 };
    this.cards.set(id, card);
    forCells(box.x, box.y, box.x + box.width, box.y + box.height, (key) => {
      const there = this.cells.get(key);
      if (there) there.push(card);
      else this.cells.set(key, [card]);
    });
  }

  delete(id: string): void {
    const card = this.cards.get(id);
    if (!card) return;
    this.cards.delete(id);
    const { x, y, width, height } = card.box;
    forCells(x, y, x + width, y + height, (key) => {
      const rest = this.cells.get(key)?.filter((one) => one !== card) ?? [];
      if (rest.length > 0) this.cells.set(key, rest);
      else this.cells.delete(key);
    });
  }

  /** Cards that a line passes closer than `margin`, in no order; the two named are let be. */
  along(line: Line, margin: number, except: readonly [string, string]): Box[] {
    const question = ++this.question;
    const [one, other] = except;
    const found: Box[] = [];
    for (let i = 2; i < line.length; i += 2) {
      const x1 = line[i - 2] ?? 0;
      const y1 = line[i - 1] ?? 0;
      const x2 = line[i] ?? 0;
      const y2 = line[i + 1] ?? 0;
      const left = Math.min(x1, x2) - margin;
      const right = Math.max(x1, x2) + margin;
      const top = Math.min(y1, y2) - margin;
      const bottom = Math.max(y1, y2) + margin;
      const lastX = Math.floor(right / cell);
      const lastY = Math.floor(bottom / cell);
      for (let cellX = Math.floor(left / cell); cellX <= lastX; cellX++) {
        for (let cellY = Math.floor(top / cell); cellY <= lastY; cellY++) {
          const there = this.cells.get(cellX * 65_536 + cellY);
          if (!there) continue;
          for (const card of there) {
            const { x, y, width, height } = card.box;
            if (card.asked === question || x >= right || y >= bottom || x + width <= left || y + height <= top) continue;
            if (card.id === one || card.id === other || !crosses(x1, y1, x2, y2, x - margin, y - margin, x + width + margin, y + height + margin)) continue;
            card.asked = question;
            found.push(card.box);
          }
        }
      }
    }
    return found;
  }
}

function forCells(left: number, top: number, right: number, bottom: number, run: (key: number) => void): void {
  const lastX = Math.floor(right / cell);
  const lastY = Math.floor(bottom / cell);
  for (let x = Math.floor(left / cell); x <= lastX; x++) for (let y = Math.floor(top / cell); y <= lastY; y++) run(x * 65_536 + y);
}
