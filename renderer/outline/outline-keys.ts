import type { KeyboardEvent } from 'react';
import { titleOf } from '../state/catalogue.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import type { OutlineItem } from './tree.ts';

/** What a key means in a tree: as the ARIA practices say (Tree View), with the app's own keys beside them. */

export type TreeStep =
  | { readonly go: number; readonly extend: boolean }
  | { readonly close: string }
  | { readonly open: string }
  | { readonly act: 'configure' | 'delete' | 'rename' | 'toggle' | 'selectAll' };

const isPlain = (event: KeyboardEvent): boolean => !event.ctrlKey && !event.metaKey && !event.altKey;

export function treeStep(event: KeyboardEvent, items: readonly OutlineItem[], at: number, closed: ReadonlySet<string>, pageSize: number): TreeStep | null {
  const last = items.length - 1;
  const item = items[at];
  if (!item) return null;
  const go = (index: number): TreeStep => ({ go: Math.max(0, Math.min(last, index)), extend: event.shiftKey });
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'a') return { act: 'selectAll' };
  if (event.ctrlKey && event.key === ' ') return { act: 'toggle' };
  if (!isPlain(event)) return null;
  switch (event.key) {
    case 'ArrowDown':
      return go(at + 1);
    case 'ArrowUp':
      return go(at - 1);
    case 'PageDown':
      return go(at + pageSize);
    case 'PageUp':
      return go(at - pageSize);
    case 'Home':
      return go(0);
    case 'End':
      return go(last);
    case 'ArrowRight':
      if (item.under === 0) return null;
      return closed.has(item.id) ? { open: item.id } : go(at + 1);
    case 'ArrowLeft': {
      if (item.under > 0 && !closed.has(item.id)) return { close: item.id };
      const above = items.findIndex(({ id }) => id === item.parent);
      return above < 0 ? null : go(above);
    }
    case 'Enter':
      return { act: 'configure' };
    case 'Delete':
    case 'Backspace':
      return { act: 'delete' };
    case 'F2':
      return { act: 'rename' };
    case ' ':
      return { act: 'toggle' };
    default:
      return null;
  }
}

/** Letters that follow each other within this many ms are one word. */
const pause = 700;

/** Finds items by the letters their title begins with. */
export class TypeAhead {
  #typed = '';
  #at = -Infinity;

  /** Whether a space now is one within a title. */
  isTyping({ timeStamp }: Pick<KeyboardEvent, 'timeStamp'>): boolean {
    return this.#typed !== '' && timeStamp - this.#at < pause;
  }

  /** Index of the item meant, or null. One letter again and again goes from match to match. */
  find(event: Pick<KeyboardEvent, 'key' | 'timeStamp'>, titles: readonly string[], at: number): number | null {
    const together = this.isTyping(event) ? this.#typed : '';
    this.#typed = together + event.key.toLowerCase();
    this.#at = event.timeStamp;
    const same = [...this.#typed].every((letter) => letter === this.#typed[0]);
    const word = same ? (this.#typed[0] ?? '') : this.#typed;
    // A word that grows may still be the one it is at.
    const from = same ? at + 1 : at;
    for (let step = 0; step < titles.length; step++) {
      const index = (from + step) % titles.length;
      if (titles[index]?.toLowerCase().startsWith(word)) return index;
    }
    return null;
  }
}

/** Whether a key is a letter to find an item by. */
export const isLetter = (event: KeyboardEvent): boolean => isPlain(event) && /^[\p{L}\p{N}]$/u.test(event.key);

export function titlesOf(document: PipelineDocument, items: readonly OutlineItem[]): readonly string[] {
  const nodes = new Map(document.nodes.map((node) => [node.id, node]));
  const groups = new Map(document.groups.map((group) => [group.id, group.title]));
  return items.map(({ id }) => {
    const node = nodes.get(id);
    return node ? titleOf(node) : (groups.get(id) ?? '');
  });
}
