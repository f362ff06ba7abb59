import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { holdPanels, releasePanels, useFollowed } from './followed.ts';
import { primaryNode, select, useSelection } from './selection.ts';

const shown = (): string | null => primaryNode(useFollowed.getState());

beforeEach(() => {
  vi.useFakeTimers();
  select({});
});
afterEach(() => {
  vi.useRealTimers();
});

describe('panels', () => {
  it('follow the selection at once', () => {
    select({ nodes: ['a'] });
    expect(shown()).toBe('a');
    select({ nodes: ['a', 'b'] }, 'table');
    expect(useFollowed.getState()).toBe(useSelection.getState());
  });

  it('stay during a gesture and follow when the canvas rests', () => {
    select({ nodes: ['a'] });
    holdPanels();
    select({ nodes: ['b'] });
    select({ nodes: ['c'] });
    vi.advanceTimersByTime(10_000);
    expect(shown()).toBe('a');
    releasePanels();
    expect(shown()).toBe('a');
    vi.advanceTimersByTime(10_000);
    expect(shown()).toBe('c');
  });

  it('stay through the next gesture where it begins before the canvas rests', () => {
    select({ nodes: ['a'] });
    holdPanels();
    select({ nodes: ['b'] });
    releasePanels();
    holdPanels();
    vi.advanceTimersByTime(10_000);
    expect(shown()).toBe('a');
    releasePanels();
    vi.advanceTimersByTime(10_000);
    expect(shown()).toBe('b');
  });

  it('follow at once what is selected by other means after the gesture', () => {
    holdPanels();
    select({ nodes: ['b'] });
    releasePanels();
    select({ nodes: ['c'] });
    expect(shown()).toBe('c');
    vi.advanceTimersByTime(10_000);
    expect(shown()).toBe('c');
  });
});
