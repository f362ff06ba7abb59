// @vitest-environment jsdom
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { permissionsOf } from '#app/access/roles.ts';
import { emptyDocument } from '#app/pipeline/document.ts';
import { CataloguePanel } from '../catalogue/catalogue-panel.tsx';
import { whyNotEdit } from '../state/editing.ts';
import { useNotices } from '../state/notices.ts';
import { showDocument, usePipeline } from '../state/pipeline.ts';
import { TooltipProvider, usePermissions } from '../ui/index.ts';
import { addFiles, openAddAt, openQuickAdd } from './adding.ts';
import { choose, startCommenting, startRenaming, useCanvas } from './canvas-store.ts';

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
const node = { id: 'read', type: 'data/csv-reader', version: 1, params: {} };
/** Enough of React Flow to know where something is. */
const flow = { screenToFlowPosition: (at: object) => at, flowToScreenPosition: (at: object) => at } as never;

beforeEach(() => {
  showDocument({ ...emptyDocument('p', 'P'), nodes: [node], layout: { read: { x: 0, y: 0 } } });
  useCanvas.setState({ flow, quickAdd: null, choosing: null, renaming: null, commenting: null });
});
afterEach(() => {
  usePermissions.setState({ permissions: null });
  usePipeline.setState({ readOnly: false, viewing: false });
});

const locks = [
  ['the role', () => usePermissions.setState({ permissions: permissionsOf('viewer') }), 'As a viewer'],
  ['another process that has it open', () => usePipeline.setState({ readOnly: true }), 'Another window or process'],
  ['an earlier version that is shown', () => usePipeline.setState({ viewing: true }), 'earlier version'],
] as const;

describe('a pipeline that may only be looked at', () => {
  it.each(locks)('by %s: nothing opens to change it, and the reason is said', (_, lock, said) => {
    lock();
    const before = useNotices.getState();
    openQuickAdd('pointer', { x: 1, y: 1 });
    openAddAt('read', { name: 'table', side: 'out' });
    choose({ list: 'fitting', nodeId: 'read' });
    startRenaming('read');
    startCommenting('read');
    const { quickAdd, choosing, renaming, commenting } = useCanvas.getState();
    expect({ quickAdd, choosing, renaming, commenting }).toEqual({ quickAdd: null, choosing: null, renaming: null, commenting: null });
    expect(useNotices.getState()).not.toBe(before);
    expect(whyNotEdit()).toContain(said);
    expect(JSON.stringify(useNotices.getState())).toContain(said);
  });

  it('opens all of it where nothing is in the way', () => {
    openQuickAdd('pointer', { x: 1, y: 1 });
    startRenaming('read');
    startCommenting('read');
    choose({ list: 'fitting', nodeId: 'read' });
    const { quickAdd, choosing, renaming, commenting } = useCanvas.getState();
    expect([quickAdd === null, choosing?.list, renaming, commenting]).toEqual([false, 'fitting', 'read', 'read']);
  });

  it('lists its connections, which is to look', () => {
    usePermissions.setState({ permissions: permissionsOf('viewer') });
    choose({ list: 'present', nodeId: 'read' });
    expect(useCanvas.getState().choosing?.list).toBe('present');
  });

  it('takes no files: they are not sent to be refused', async () => {
    usePermissions.setState({ permissions: permissionsOf('viewer') });
    await addFiles([new File(['a'], 'a.csv')], { x: 0, y: 0 });
    expect(usePipeline.getState().document?.nodes).toEqual([node]);
  });

  it('has a catalogue that nothing can be dragged from, with the reason, until the role is raised', () => {
    usePermissions.setState({ permissions: permissionsOf('viewer') });
    const box = document.createElement('div');
    document.body.append(box);
    const root = createRoot(box);
    act(() => root.render(<TooltipProvider><CataloguePanel /></TooltipProvider>));
    const items = (): HTMLElement[] => [...box.querySelectorAll<HTMLElement>('[data-catalogue-item]')];
    expect(items().length).toBeGreaterThan(20);
    expect(items().some((item) => item.draggable || item.getAttribute('aria-disabled') !== 'true')).toBe(false);
    expect(box.querySelector('[data-testid="catalogue-locked"]')?.textContent).toBe('As a viewer you can look, not change. It takes the role Analyst; ask an admin.');
    act(() => usePermissions.setState({ permissions: permissionsOf('analyst') }));
    expect(items().every((item) => item.draggable && !item.hasAttribute('aria-disabled'))).toBe(true);
    expect(box.querySelector('[data-testid="catalogue-locked"]')).toBeNull();
    act(() => root.unmount());
    box.remove();
  });
});
