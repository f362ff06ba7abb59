import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PipelineNode } from '#app/pipeline/document.ts';
import { componentNode, isChanged, latest, subflowType, updateUse } from '#app/pipeline/subflow/index.ts';
import { ComponentFiles } from './component-files.ts';

let folder: string;
let files: ComponentFiles;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'penstock-components-'));
  files = new ComponentFiles(folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const subflow = (params: Record<string, unknown> = {}, inner: Record<string, unknown> = { limit: 1 }): PipelineNode => ({
  id: 'sub',
  type: subflowType,
  version: 1,
  params,
  content: {
    nodes: [{ id: 'a', type: 'transform/sample', version: 1, params: inner }],
    edges: [],
    notes: [],
    groups: [],
    layout: { a: { x: 0, y: 0 } },
    exposed: [{ name: 'limit', node: 'a', param: 'limit' }],
  },
});

describe('components of a project', () => {
  it('are saved, published in versions and used with a copy of their own', async () => {
    const first = await files.create('Take some', subflow({ limit: 5 }), 'At first');
    expect(latest(first)).toMatchObject({ number: 1, note: 'At first', params: { limit: 5 } });
    const use = componentNode(first, 'use');
    expect(use).toMatchObject({ type: subflowType, component: { id: first.id, version: 1, title: 'Take some' }, params: { limit: 5 } });
    expect(isChanged(use, first)).toBe(false);
    const second = await files.publish(first.id, 1, { ...use, content: subflow({}, { limit: 2, seed: 3 }).content as never }, 'With a seed');
    expect(isChanged(use, second)).toBe(false);
    const own = { ...use, title: 'Mine', params: { limit: 9 } };
    expect(updateUse(own, second)).toMatchObject({ id: 'use', title: 'Mine', params: { limit: 9 }, component: { version: 2 }, content: { nodes: [{ params: { limit: 2, seed: 3 } }] } });
    expect((await files.list()).components.map(({ versions }) => versions.map(({ number }) => number))).toEqual([[1, 2]]);
  });

  it('know a use that was changed inside, wherever its nodes lie', async () => {
    const component = await files.create('Take some', subflow(), '');
    const use = componentNode(component, 'use');
    const content = use.content as NonNullable<PipelineNode['content']>;
    expect(isChanged({ ...use, content: { ...content, layout: { a: { x: 99, y: 0 } } } }, component)).toBe(false);
    expect(isChanged({ ...use, content: { ...content, nodes: [{ ...content.nodes[0], params: { limit: 7 } } as PipelineNode] } }, component)).toBe(true);
  });

  it('refuse to publish over a version that came meanwhile', async () => {
    const component = await files.create('Take some', subflow(), '');
    await files.publish(component.id, 1, subflow(), 'theirs');
    await expect(files.publish(component.id, 1, subflow(), 'ours')).rejects.toMatchObject({ code: 'component-newer' });
    await expect(files.publish('gone', 1, subflow(), '')).rejects.toMatchObject({ code: 'component-missing' });
    await expect(files.create(' ', subflow(), '')).rejects.toMatchObject({ code: 'component-title' });
    await expect(files.create('x', { id: 'n', type: 'transform/sample', version: 1, params: {} }, '')).rejects.toMatchObject({ code: 'not-a-subflow' });
  });

  it('are listed although one file cannot be read, which is said', async () => {
    const component = await files.create('Take some', subflow(), '');
    await writeFile(path.join(folder, 'components', 'broken.component.json'), '{');
    const { components, problems } = await files.list();
    expect(components.map(({ id }) => id)).toEqual([component.id]);
    expect(problems).toMatchObject([{ code: 'component-invalid', message: expect.stringContaining('broken.component.json') }]);
    await files.remove(component.id);
    expect(await readdir(path.join(folder, 'components'))).toEqual(['broken.component.json']);
  });

  it('keep their name in a file that people can read', async () => {
    await files.create('Clean: names & cities', subflow(), '');
    const [name = ''] = await readdir(path.join(folder, 'components'));
    expect(name).toMatch(/^clean.*\.component\.json$/i);
    expect(JSON.parse(await readFile(path.join(folder, 'components', name), 'utf8'))).toMatchObject({ format: 'penstock-component', title: 'Clean: names & cities' });
  });
});
