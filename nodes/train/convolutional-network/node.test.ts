import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine, type TestEngine } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

let opened: TestEngine;
beforeAll(async () => void (opened = await openTestEngine()));
afterAll(() => opened.close());

const side = 20;

/** A PNG of grey bytes. Checksums are left 0: readers of pixels do not look at them. */
function png(pixel: (x: number, y: number) => number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return Buffer.concat([length, Buffer.from(type, 'latin1'), data, Buffer.alloc(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = 8;
  const rows = Array.from({ length: side }, (_, y) => Buffer.from([0, ...Array.from({ length: side }, (_unused, x) => pixel(x, y))]));
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.concat(rows))), chunk('IEND', Buffer.alloc(0))]);
}

/** A bar that lies or stands, somewhere, in some brightness: no single pixel tells which. */
function bar(standing: boolean, i: number): Buffer {
  const at = 3 + ((i * 7) % 13);
  const light = 120 + ((i * 37) % 120);
  return png((x, y) => (Math.abs((standing ? x : y) - at) < 2 ? light : 20 + ((x * 3 + y * 5 + i) % 17)));
}

it('tells images apart that it has not seen, by paths of Image Folder, in folds and in a stack too', { timeout: 120_000 }, async () => {
  for (const [folder, from, to] of [['train', 0, 60], ['test', 60, 80]] as const) {
    for (let i = from; i < to; i++) {
      const name = path.join(opened.projectDir, folder, i % 2 === 0 ? 'lying' : 'standing', `${i}.png`);
      await mkdir(path.dirname(name), { recursive: true });
      await writeFile(name, bar(i % 2 === 1, i));
    }
  }
  for (const folder of ['train', 'test']) await writeFile(path.join(opened.projectDir, folder, 'standing', 'z-damaged.png'), bar(true, 3).subarray(0, 60));
  const document = fixtureDocument(
    {
      nodes: [
        { id: 'train', type: 'data/image-folder', params: { folder: 'train' } },
        { id: 'test', type: 'data/image-folder', params: { folder: 'test' } },
        { id: 'fit', type: 'train/convolutional-network', params: { target: 'label', column: 'path', size: 16, colour: 'grey', blocks: [8, 16], hiddenLayers: [], epochs: 30, batchSize: 16, learningRate: 0.02, rotate: 5, seed: 2 } },
        { id: 'predict', type: 'evaluate/predict', params: {} },
        { id: 'folds', type: 'evaluate/test-and-score', params: { folds: 2 } },
        { id: 'stack', type: 'train/stacking', params: { method: 'average' } },
        { id: 'again', type: 'evaluate/predict', params: {} },
      ],
      edges: [['train.table', 'fit.table'], ['test.table', 'predict.table'], ['fit.model', 'predict.model'], ['train.table', 'folds.table'], ['fit.learner', 'folds.learner'], ['train.table', 'stack.table'], ['fit.learner', 'stack.learner'], ['fit.learner', 'stack.learner'], ['test.table', 'again.table'], ['stack.model', 'again.model']],
    },
    opened.engine.catalogue,
  );
  const { status, nodes } = await opened.run(document);
  expect(status).toBe('succeeded');
  const { rows, schema } = await opened.table(document, 'predict', 'table');
  const at = (name: string): number => schema.findIndex((column) => column.name === name);
  const read = rows.filter((row) => row[at('file')] !== 'z-damaged.png');
  expect(read).toHaveLength(20);
  const right = read.filter((row) => row[at('label')] === row[at('label_predicted')]).length;
  expect(right).toBeGreaterThanOrEqual(18);
  // Its header is good, so that Image Folder lists it; its pixels are not.
  const damaged = rows.find((row) => row[at('file')] === 'z-damaged.png');
  expect(damaged?.slice(at('label_predicted'))).toEqual([null, null, null]);
  const scores = await opened.table(document, 'folds', 'scores');
  const accuracy = scores.schema.findIndex(({ name }) => name === 'accuracy');
  expect(scores.rows.map((row) => Number(row[accuracy]) > 0.7)).toEqual([true, true]);
  // The image that cannot be read is tested by none.
  const tested = scores.schema.findIndex(({ name }) => name === 'test_rows');
  expect(scores.rows.reduce((sum, row) => sum + Number(row[tested]), 0)).toBe(60);
  const again = await opened.table(document, 'again', 'table');
  expect(again.rows.filter((row) => row[at('label')] === row[at('label_predicted')]).length).toBeGreaterThanOrEqual(18);
  expect(again.rows.find((row) => row[at('file')] === 'z-damaged.png')?.slice(at('label_predicted'))).toEqual([null, null, null]);
  expect(nodes['predict']?.diagnostics).toEqual(expect.arrayContaining([expect.objectContaining({ code: 'image-unreadable' })]));
});
