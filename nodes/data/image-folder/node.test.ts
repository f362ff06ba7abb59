import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine, type TestEngine } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

let opened: TestEngine;
beforeAll(async () => void (opened = await openTestEngine()));
afterAll(() => opened.close());

/** The first bytes of real formats, written from their specifications. */
function png(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return Buffer.concat([length, Buffer.from(type, 'latin1'), data, Buffer.alloc(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.alloc(width + 1))), chunk('IEND', Buffer.alloc(0))]);
}

/** A JPEG header with an EXIF block that says how the camera was held, `padding` bytes of other data before the size. */
function jpeg(width: number, height: number, orientation: number, padding: number): Buffer {
  const segment = (marker: number, data: Buffer): Buffer => {
    const head = Buffer.from([0xff, marker, 0, 0]);
    head.writeUInt16BE(data.length + 2, 2);
    return Buffer.concat([head, data]);
  };
  const exif = Buffer.concat([Buffer.from('Exif\0\0MM\0*', 'latin1'), Buffer.from([0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0])]);
  const size = Buffer.from([8, height >> 8, height & 255, width >> 8, width & 255, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]);
  const filling = Array.from({ length: Math.ceil(padding / 60_000) }, () => segment(0xe2, Buffer.alloc(60_000)));
  return Buffer.concat([Buffer.from([0xff, 0xd8]), segment(0xe1, exif), ...filling, segment(0xc0, size), Buffer.from([0xff, 0xd9])]);
}

const put = async (name: string, content: Buffer | string): Promise<void> => {
  const at = path.join(opened.projectDir, 'pets', name);
  await mkdir(path.dirname(at), { recursive: true });
  await writeFile(at, content);
};
const documentOf = (params: Record<string, unknown>) => fixtureDocument({ nodes: [{ id: 'n', type: 'data/image-folder', params }], edges: [] }, opened.engine.catalogue);

describe('a folder of images', () => {
  it('gives sizes, labels and formats, and the reason for what is no image', async () => {
    await put('cats/a.png', png(7, 5));
    await put('cats/deep/b.jpg', jpeg(640, 480, 1, 0));
    await put('dogs/turned.JPG', jpeg(640, 480, 6, 200_000));
    await put('dogs/c.gif', Buffer.from('GIF89a\x10\x00\x20\x00\x00\x00\x00', 'latin1'));
    await put('loose.svg', '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"/>');
    await put('dogs/empty.png', '');
    await put('dogs/text.png', 'this is text');
    await put('dogs/notes.txt', 'not looked at');
    await put('.hidden/x.png', png(1, 1));
    const document = documentOf({ folder: 'pets', sha256: true });
    const { nodes } = await opened.run(document);
    expect(nodes.n?.diagnostics[0]).toMatchObject({ code: 'images-rejected', message: expect.stringContaining('2 files') as string });
    const { rows } = await opened.table(document, 'n', 'table');
    const sha = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
    expect(rows.map((row) => row.filter((_, i) => i !== 6 && i !== 7))).toEqual([
      ['pets/cats/a.png', 'a.png', 'cats', 7, 5, 'png'],
      ['pets/cats/deep/b.jpg', 'b.jpg', 'cats', 640, 480, 'jpeg'],
      ['pets/dogs/c.gif', 'c.gif', 'dogs', 16, 32, 'gif'],
      ['pets/dogs/turned.JPG', 'turned.JPG', 'dogs', 480, 640, 'jpeg'],
      ['pets/loose.svg', 'loose.svg', null, 30, 20, 'svg'],
    ]);
    expect(rows[0]?.slice(6)).toEqual([png(7, 5).length, sha(png(7, 5))]);
    expect((await opened.table(document, 'n', 'rejects')).rows).toEqual([
      ['pets/dogs/empty.png', 0, 'the file is empty'],
      ['pets/dogs/text.png', 12, 'the file is damaged or not an image'],
    ]);
  });

  it('notices a new image', async () => {
    await put('cats/a.png', png(7, 5));
    const document = documentOf({ folder: 'pets', recursive: true, label: 'none' });
    await opened.run(document);
    const before = (await opened.table(document, 'n', 'table')).rows.length;
    await put('cats/new.png', png(2, 2));
    await opened.run(document);
    const { rows, schema } = await opened.table(document, 'n', 'table');
    expect(rows).toHaveLength(before + 1);
    expect(schema.map(({ name }) => name)).not.toContain('label');
  });
});
