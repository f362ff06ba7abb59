import { overlap, type Box } from '../geometry.ts';
import { CardGrid } from './card-grid.ts';
import { spreadLanes } from './lanes.ts';
import type { Ends, Route } from './paths.ts';
import { routeWire } from './route.ts';

export interface WireEnds extends Ends {
  readonly id: string;
  /** The cards at its ends. */
  readonly source: string;
  readonly target: string;
}

interface Known {
  readonly ends: WireEnds;
  /** Before lanes. */
  readonly route: Route | null;
  /** A change in here may change it. */
  readonly reach: Box;
}

/** With more cards moved than this, every wire is looked at anew. */
const fewMoved = 64;

/**
 * Leads wires around cards and remembers how: after an edit only wires are routed anew that end at, or pass near, what moved. The same
 * cards and wires always give the same routes, whatever came before.
 */
export class WireRouter {
  private readonly cards = new CardGrid();
  private readonly known = new Map<string, Known>();
  private spread = new Map<string, Route>();

  /** @returns the routes of all wires that are led around something; others are calm curves. */
  update(cards: readonly (readonly [id: string, box: Box])[], wires: readonly WireEnds[]): ReadonlyMap<string, Route> {
    const moved = this.place(cards);
    const present = new Set<string>();
    let changed = false;
    for (const wire of wires) {
      present.add(wire.id);
      const known = this.known.get(wire.id);
      if (known && sameEnds(known.ends, wire) && moved.length <= fewMoved && !moved.some((box) => overlap(box, known.reach))) continue;
      const { route, reach } = routeWire(wire, this.cards, [wire.source, wire.target]);
      this.known.set(wire.id, { ends: wire, route: known?.route && route && sameRoute(known.route, route) ? known.route : route, reach });
      changed = true;
    }
    for (const id of this.known.keys()) {
      if (present.has(id)) continue;
      this.known.delete(id);
      changed = true;
    }
    if (changed) this.giveLanes(wires);
    return this.spread;
  }

  private giveLanes(wires: readonly WireEnds[]): void {
    const routes = wires.flatMap(({ id }) => {
      const route = this.known.get(id)?.route;
      return route ? [[id, route] as const] : [];
    });
    const before = this.spread;
    this.spread = new Map([...spreadLanes(routes)].map(([id, route]) => {
      const old = before.get(id);
      return [id, old && sameRoute(old, route) ? old : route];
    }));
  }

  /** Takes over where the cards are; gives the places that something left or came to. */
  private place(cards: readonly (readonly [id: string, box: Box])[]): Box[] {
    const moved: Box[] = [];
    const present = new Set<string>();
    for (const [id, box] of cards) {
      present.add(id);
      const old = this.cards.get(id);
      if (old && old.x === box.x && old.y === box.y && old.width === box.width && old.height === box.height) continue;
      if (old) moved.push(old);
      moved.push(box);
      this.cards.set(id, box);
    }
    for (const id of [...this.cards.ids()]) {
      const old = present.has(id) ? undefined : this.cards.get(id);
      if (!old) continue;
      moved.push(old);
      this.cards.delete(id);
    }
    return moved;
  }
}

const sameEnds = (a: WireEnds, b: WireEnds): boolean =>
  a.sourceX === b.sourceX && a.sourceY === b.sourceY && a.targetX === b.targetX && a.targetY === b.targetY && a.source === b.source && a.target === b.target;

const sameRoute = (a: Route, b: Route): boolean =>
  a.y === b.y && a.fromX === b.fromX && a.toX === b.toX && a.side === b.side && a.sourceX === b.sourceX && a.sourceY === b.sourceY && a.targetX === b.targetX && a.targetY === b.targetY;
