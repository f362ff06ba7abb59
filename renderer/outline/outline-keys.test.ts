import type { KeyboardEvent } from 'react';
import { describe, expect, it } from 'vitest';
import { TypeAhead, treeStep } from './outline-keys.ts';
import type { OutlineItem } from './tree.ts';

const item = (id: string, parent: string | null, under: number): OutlineItem => ({ kind: 'node', id, level: parent === null ? 1 : 2, parent, position: 1, size: 1, under });
const items = [item('read', null, 2), item('a', 'read', 0), item('b', 'read', 0), item('join', null, 0)];
const press = (key: string, held: Partial<Pick<KeyboardEvent, 'ctrlKey' | 'shiftKey'>> = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held }) as KeyboardEvent;
const step = (key: string, at: number, closed: readonly string[] = [], held = {}) => treeStep(press(key, held), items, at, new Set(closed), 10);

describe('keys of the outline', () => {
  it('go, open and close as in every tree', () => {
    expect(step('ArrowDown', 0)).toEqual({ go: 1, extend: false });
    expect(step('ArrowUp', 0)).toEqual({ go: 0, extend: false });
    expect(step('End', 0)).toEqual({ go: 3, extend: false });
    expect(step('ArrowLeft', 2)).toEqual({ go: 0, extend: false });
    expect(step('ArrowLeft', 0)).toEqual({ close: 'read' });
    expect(step('ArrowLeft', 3)).toBeNull();
    expect(step('ArrowRight', 0, ['read'])).toEqual({ open: 'read' });
    expect(step('ArrowRight', 0)).toEqual({ go: 1, extend: false });
    expect(step('ArrowRight', 1)).toBeNull();
    expect(step('ArrowDown', 0, [], { shiftKey: true })).toEqual({ go: 1, extend: true });
  });

  it('leave the keys of the app alone', () => {
    expect(step('z', 0, [], { ctrlKey: true })).toBeNull();
    expect(step('Delete', 0, [], { ctrlKey: true })).toBeNull();
    expect(step('Delete', 0)).toEqual({ act: 'delete' });
  });
});

describe('finding by letters', () => {
  const titles = ['Read', 'Filter', 'Sort', 'Select columns', 'Sample'];
  it('takes letters in a row as one word, and one letter again and again as the next', () => {
    const typed = new TypeAhead();
    expect(typed.find({ key: 's', timeStamp: 0 }, titles, 0)).toBe(2);
    expect(typed.find({ key: 'e', timeStamp: 100 }, titles, 2)).toBe(3);
    expect(typed.find({ key: 's', timeStamp: 5000 }, titles, 3)).toBe(4);
    expect(typed.find({ key: 's', timeStamp: 5100 }, titles, 4)).toBe(2);
    expect(typed.find({ key: 'x', timeStamp: 9000 }, titles, 4)).toBeNull();
  });

  it('takes a space within a title as part of it', () => {
    const typed = new TypeAhead();
    expect(typed.isTyping({ timeStamp: 0 })).toBe(false);
    const spaced = ['Step 1', 'Step 2'];
    let at: number | null = 0;
    for (const [index, key] of [...'step 2'].entries()) {
      expect(typed.isTyping({ timeStamp: index * 100 })).toBe(index > 0);
      at = typed.find({ key, timeStamp: index * 100 }, spaced, at ?? 0) ?? at;
    }
    expect(at).toBe(1);
  });
});
