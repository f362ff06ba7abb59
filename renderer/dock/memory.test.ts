// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { TornView } from './memory.ts';

const torn: TornView = { id: 'view-1', kind: 'table', pin: { path: 'pipelines/a.pipeline.json', pipeline: 'A', node: 'n1', title: 'Join', port: 'table' }, bounds: { x: -1200, y: 40, width: 700, height: 500 } };

/** As at the start of the app: the module reads what was remembered. */
async function start() {
  vi.resetModules();
  return import('./memory.ts');
}

describe('what is remembered of the windows', () => {
  beforeEach(() => localStorage.clear());

  it('is there again at the next start', async () => {
    const first = await start();
    first.rememberProject('/home/one');
    first.rememberLayout({ version: 1 });
    first.rememberTorn((views) => [...views, torn]);
    const { useMemory } = await start();
    expect(useMemory.getState()).toMatchObject({ project: '/home/one', layout: { version: 1 }, torn: [torn] });
  });

  it('belongs to its project', async () => {
    const { rememberLayout, rememberProject, rememberTorn, useMemory } = await start();
    rememberProject('/home/one');
    rememberLayout({ of: 'one' });
    rememberTorn(() => [torn]);
    rememberProject('/home/two');
    expect(useMemory.getState()).toMatchObject({ project: '/home/two', layout: null, torn: [] });
    rememberLayout({ of: 'two' });
    rememberProject('/home/one');
    expect(useMemory.getState()).toMatchObject({ layout: { of: 'one' }, torn: [torn] });
  });

  it('leaves out what was damaged, and begins anew where nothing can be read', async () => {
    localStorage.setItem('penstock.project', '/home/one');
    localStorage.setItem('penstock.windows /home/one', JSON.stringify({ layout: { version: 1 }, torn: [{ ...torn, bounds: { x: 'left' } }, { ...torn, id: 'view-2', bounds: null }, 7] }));
    expect((await start()).useMemory.getState().torn.map((view) => view.id)).toEqual(['view-2']);
    localStorage.setItem('penstock.windows /home/one', '{"layout":');
    expect((await start()).useMemory.getState()).toMatchObject({ project: '/home/one', layout: null, torn: [] });
  });
});
