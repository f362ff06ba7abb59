// @vitest-environment jsdom
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { emptyDocument } from '#app/pipeline/document.ts';
import { showDocument } from '../state/pipeline.ts';
import { openQuickAdd } from './adding.ts';
import { useCanvas } from './canvas-store.ts';
import { QuickAdd } from './quick-add.tsx';

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
const flow = { screenToFlowPosition: (at: object) => at, flowToScreenPosition: (at: object) => at } as never;
// jsdom has none.
Element.prototype.scrollIntoView ??= () => undefined;

let root: Root;
let canvas: HTMLElement;
let elsewhere: HTMLButtonElement;
beforeEach(() => {
  showDocument(emptyDocument('p', 'P'));
  useCanvas.setState({ flow, quickAdd: null });
  // As the pane: the menu lies within the canvas.
  document.body.innerHTML = '<button>elsewhere</button><div data-testid="canvas" tabindex="0"><div id="menus"></div></div>';
  canvas = document.querySelector('[data-testid="canvas"]') as HTMLElement;
  elsewhere = document.querySelector('button') as HTMLButtonElement;
  root = createRoot(document.querySelector('#menus') as HTMLElement);
  act(() => root.render(<QuickAdd />));
  act(() => openQuickAdd('pointer', { x: 1, y: 1 }));
});
afterEach(() => act(() => root.unmount()));

const field = (): HTMLInputElement | null => document.querySelector('[data-testid="quick-add-search"]');

it('keeps the focus when what closed before gives it back to the canvas late', () => {
  expect(document.activeElement).toBe(field());
  act(() => canvas.focus());
  expect(document.activeElement).toBe(field());
});

it('gives the focus to the canvas when it closes, and lets it go elsewhere', () => {
  act(() => elsewhere.focus());
  expect(document.activeElement).toBe(elsewhere);
  act(() => field()?.focus());
  act(() => field()?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true })));
  expect(field()).toBeNull();
  expect(document.activeElement).toBe(canvas);
});
