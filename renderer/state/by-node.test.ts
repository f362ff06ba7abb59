// @vitest-environment jsdom
import { act, createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { expect, it } from 'vitest';
import { create } from 'zustand';
import { addChanged, byNode, differing } from './by-node.ts';

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;

it('asks only those who show a node that something is new about, and tells them', () => {
  const store = create<{ readonly nodes: Readonly<Record<string, number>> }>(() => ({ nodes: { a: 1, b: 1 } }));
  const useOfNode = byNode(store, (now, before) => {
    const ids = new Set<string>();
    addChanged(ids, now.nodes, before.nodes);
    return ids;
  });
  const asked: string[] = [];
  const Shown = ({ id }: { readonly id: string }) =>
    String(
      useOfNode(id, ({ nodes }) => {
        asked.push(id);
        return nodes[id] ?? 'gone';
      }),
    );
  const place = document.createElement('div');
  const root = createRoot(place);
  act(() => root.render(['a', 'b'].map((id) => createElement(Shown, { key: id, id }))));
  expect(place.textContent).toBe('11');
  asked.length = 0;
  act(() => store.setState({ nodes: { ...store.getState().nodes, a: 2 } }));
  expect(place.textContent).toBe('21');
  expect(new Set(asked)).toEqual(new Set(['a']));
  act(() => store.setState({ nodes: { a: 2 } }));
  expect(place.textContent).toBe('2gone');
  // Another node in the same place, and nobody left who asks.
  act(() => root.render([createElement(Shown, { key: 'a', id: 'b' })]));
  expect(place.textContent).toBe('gone');
  act(() => store.setState({ nodes: { b: 7 } }));
  expect(place.textContent).toBe('7');
  act(() => root.unmount());
  asked.length = 0;
  store.setState({ nodes: {} });
  expect(asked).toEqual([]);
});

it('finds what only one of two lists has', () => {
  const [a, b, c] = [{}, {}, {}];
  expect(differing([a, b], [b, c])).toEqual([a, c]);
});
