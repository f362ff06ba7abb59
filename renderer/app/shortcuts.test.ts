import { describe, expect, it } from 'vitest';
import { actionFor, actionIds, actionTable, chordOf, isPrefix } from './shortcuts.ts';

const press = (key: string, code: string, held: readonly ('ctrl' | 'shift' | 'alt' | 'meta')[] = []) =>
  chordOf({ key, code, ctrlKey: held.includes('ctrl'), shiftKey: held.includes('shift'), altKey: held.includes('alt'), metaKey: held.includes('meta') });

describe('the table of commands', () => {
  it('gives each key to one command only', () => {
    const owners = new Map<string, string>();
    for (const id of actionIds) {
      for (const keys of actionTable[id].keys) {
        expect(owners.get(keys), `${keys} of ${id}`).toBeUndefined();
        owners.set(keys, id);
      }
    }
  });

  it('reads the keys that people know', () => {
    expect(actionFor(press('z', 'KeyZ', ['ctrl']), null)).toBe('edit.undo');
    expect(actionFor(press('Z', 'KeyZ', ['ctrl', 'shift']), null)).toBe('edit.redo');
    expect(actionFor(press('z', 'KeyZ', ['meta']), null)).toBe('edit.undo');
    expect(actionFor(press('F7', 'F7', ['shift']), null)).toBe('run.all');
    expect(actionFor(press('Enter', 'Enter', ['ctrl', 'alt']), null)).toBe('run.cancel');
    expect(actionFor(press('?', 'Slash', ['shift']), null)).toBe('help.keys');
    expect(actionFor(press('A', 'KeyA', ['shift']), null)).toBe('view.tidy');
    expect(actionFor(press('2', 'Digit2', ['ctrl']), null)).toBe('view.fit');
    expect(actionFor(press('Delete', 'Delete', ['ctrl']), null)).toBe('edit.deleteReconnect');
    expect(actionFor(press('q', 'KeyQ'), null)).toBeNull();
  });

  it('reads two keys after one another, with the modifier still held or not', () => {
    const first = press('s', 'KeyS', ['alt']);
    expect(isPrefix(first)).toBe(true);
    expect(actionFor(press('u', 'KeyU'), first)).toBe('select.upstream');
    expect(actionFor(press('d', 'KeyD', ['alt']), first)).toBe('select.downstream');
    expect(actionFor(press('u', 'KeyU'), null)).toBeNull();
  });
});
