import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtServer } from '../bundle/testing.ts';
import { openTestEngine, type TestEngine } from '../testing.ts';
import { bringData, exampleOf, exampleTypes } from './templates.ts';

/** Node types that have no example to be opened, and why. */
const without: Readonly<Record<string, string>> = {
  'data/database-query': 'needs a connection to a database',
  'data/database-writer': 'needs a connection to a database',
  'data/request-log': 'reads what a server was asked, and none runs',
  'data/image-folder': 'no images come with the app',
  'train/convolutional-network': 'no images come with the app',
  'train/import-keras': 'no network of Keras comes with the app',
  'train/import-onnx': 'no model from elsewhere comes with the app',
};

const hasPandas = spawnSync(process.env['PENSTOCK_TEST_PYTHON'] ?? 'python3', ['-c', 'import pandas']).status === 0;

/** Every node's example opens without a complaint and runs green on data that come with the app. */
describe('the examples of nodes', () => {
  let opened: TestEngine;
  beforeAll(async () => {
    builtServer();
    opened = await openTestEngine();
  });
  afterAll(() => opened.close());

  it('are there for every node type but those with a reason', () => {
    const types = [...opened.engine.catalogue.keys()].filter((type) => !type.startsWith('test/'));
    expect(types.filter((type) => !exampleTypes.includes(type)).toSorted()).toEqual(Object.keys(without).toSorted());
    expect(exampleTypes.filter((type) => !types.includes(type))).toEqual([]);
  });

  it.each(exampleTypes.map((type) => [type]))('%s', async (type) => {
    const document = exampleOf(type);
    expect(document.nodes.find(({ id }) => id === 'example')?.type).toBe(type);
    expect(document.nodes.filter((node) => node.version !== opened.engine.catalogue.get(node.type)?.definition.version).map(({ id }) => id), 'are of the present versions').toEqual([]);
    await bringData(document, opened.engine.resourcesDir, opened.projectDir);
    const { diagnostics } = await opened.engine.configure(document);
    expect(diagnostics.filter(({ severity, code }) => severity === 'error' || code === 'param-unknown')).toEqual([]);
    if (type === 'transform/python-script' && !hasPandas) return;
    const quick = { ...document, nodes: document.nodes.map((node) => (node.type === 'train/auto-train' ? { ...node, params: { ...node.params, seconds: 3 } } : node)) };
    const run = await opened.run(quick);
    expect(Object.values(run.nodes).flatMap((node) => node.diagnostics.filter(({ severity }) => severity === 'error'))).toEqual([]);
    expect(run.status).toBe('succeeded');
  });
});
