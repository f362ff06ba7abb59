import { normalizeWorkspaceModel } from 'react-resizable-panels';
import { describe, expect, it } from 'vitest';
import { besideCanvas, canvasPlace, defaultLayout, pinnedTab, placeOf, readLayout, resultPlaces, resultsHidden, splitOf, tabsetsOf, type DockModel, type Pin, type TabData } from './layout.ts';

const pin: Pin = { path: 'pipelines/a.pipeline.json', pipeline: 'A', node: 'n1', title: 'Join orders', port: null };

function settled(value: unknown): DockModel {
  const model = normalizeWorkspaceModel<TabData>(value);
  if (model === null) throw new Error('not a layout');
  return model;
}

const read = (value: unknown): DockModel => settled(readLayout(value));
const withRight = (): DockModel =>
  settled({
    version: 1,
    root: {
      type: 'split',
      id: 'all',
      orientation: 'vertical',
      children: [
        { type: 'split', id: 'top', orientation: 'horizontal', children: [{ type: 'tabset', id: 'c', tabs: [{ id: 'canvas', data: { kind: 'canvas', pin: null } }] }, { type: 'tabset', id: 'right', tabs: [pinnedTab('v1', 'table', pin)] }] },
        { type: 'tabset', id: 'below', tabs: [{ id: 'log', data: { kind: 'log', pin: null } }] },
      ],
    },
  });

describe('a layout', () => {
  it('has the canvas and below it one place with all four views', () => {
    const model = read(null);
    expect(canvasPlace(model)?.tabs.map((tab) => tab.id)).toEqual(['canvas']);
    expect(resultPlaces(model).map((place) => place.tabs.map((tab) => tab.id))).toEqual([['table', 'charts', 'log', 'problems']]);
    expect(resultsHidden(model)).toBe(false);
  });

  it('comes back as it was written, pinned views too', () => {
    const model = withRight();
    const again = read(JSON.parse(JSON.stringify(model)));
    expect(again.root).toEqual(model.root);
    expect(placeOf(again, 'v1')?.tabs[0]?.data).toEqual({ kind: 'table', pin });
  });

  it.each([['text'], [{ version: 1 }], [{ version: 1, root: { type: 'tabset', tabs: [{ id: 'table', data: { kind: 'table', pin: null } }] } }]])('is the default where it is damaged or has no canvas: %j', (value) => {
    expect(readLayout(value)).toEqual(defaultLayout());
  });

  it('leaves out views it does not know', () => {
    const model = JSON.parse(JSON.stringify(withRight()).replace('"kind":"log"', '"kind":"spectrum"')) as unknown;
    expect(tabsetsOf(read(model)).flatMap((place) => place.tabs.map((tab) => tab.id))).toEqual(['canvas', 'v1']);
  });

  it('keeps hidden results hidden and forgets an enlarged view', () => {
    const model = withRight();
    expect(resultsHidden(read({ ...model, maximizedTabsetId: 'c' }))).toBe(true);
    expect(read({ ...model, maximizedTabsetId: 'right' }).maximizedTabsetId).toBeUndefined();
  });

  it('knows what lies beside the canvas', () => {
    expect(besideCanvas(withRight(), 'right')?.id).toBe('right');
    expect(besideCanvas(withRight(), 'bottom')?.id).toBe('below');
    expect(besideCanvas(read(null), 'right')).toBeNull();
    expect(splitOf(withRight(), 'right')?.id).toBe('top');
    expect(splitOf(withRight(), 'nowhere')).toBeNull();
  });
});
