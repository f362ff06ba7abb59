import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { giveRoom, knowMemories, memoriesOf, memoryOf, type Room, sharedFloats, takeRoom } from './shared-table.ts';

const page = 65_536;

function large(length = 100_000): { table: Float32Array; memory: WebAssembly.Memory } {
  const table = sharedFloats(length);
  const memory = memoryOf(table);
  if (memory === null) throw new Error('a large table lies in a memory for kernels');
  return { table, memory };
}

function room(memory: WebAssembly.Memory, bytes: number): Room {
  const taken = takeRoom(memory, bytes);
  if (taken === null) throw new Error('there is room');
  return taken;
}

it('gives zeros on shared memory, large tables in a memory for kernels', () => {
  const small = sharedFloats(10);
  expect(small.buffer).toBeInstanceOf(SharedArrayBuffer);
  expect([small.length, memoryOf(small)]).toEqual([10, null]);
  const { table, memory } = large();
  expect(table.every((value) => value === 0)).toBe(true);
  expect(table.buffer).toBe(memory.buffer);
  expect(memoryOf(new Float32Array(4))).toBeNull();
});

it('lends rooms that overlap neither the table nor each other, and the table stays readable', () => {
  const { table, memory } = large();
  table.fill(1);
  const rooms = [10, 3_000_000, 1_200_000, 70_000].map((bytes) => ({ bytes, at: room(memory, bytes).at }));
  for (const { at, bytes } of rooms) new Uint8Array(memory.buffer, at, bytes).fill(255);
  expect(table.every((value) => value === 1)).toBe(true);
  const ends = [{ at: table.byteOffset, bytes: table.byteLength }, ...rooms].toSorted((a, b) => a.at - b.at);
  ends.forEach(({ at, bytes }, i) => expect(at + bytes).toBeLessThanOrEqual(ends[i + 1]?.at ?? memory.buffer.byteLength));
});

it('grows no further than what is lent at once: five hundred users, one after the other', () => {
  const { memory } = large();
  giveRoom(memory, room(memory, 900_000));
  const size = memory.buffer.byteLength;
  for (let i = 0; i < 500; i += 1) giveRoom(memory, room(memory, 1000 * (1 + (i % 900))));
  expect(memory.buffer.byteLength).toBe(size);
});

it('has no room once the memory is full, until some is given back', () => {
  const { memory } = large();
  const taken: Room[] = [];
  for (let next = takeRoom(memory, 2 ** 29); next !== null; next = takeRoom(memory, 2 ** 29)) taken.push(next);
  expect(taken.length).toBe(7);
  const [first] = taken;
  if (first === undefined) throw new Error('some were taken');
  giveRoom(memory, first);
  expect(takeRoom(memory, 2 ** 29)?.at).toBe(first.at);
});

it('lends to several threads at once, each a room of its own, and each sees all of the memory', async () => {
  const { memory } = large();
  const code = `
    const { parentPort, workerData } = require('node:worker_threads');
    import(workerData.module).then(({ takeRoom }) => {
      const rooms = Array.from({ length: 20 }, () => takeRoom(workerData.memory, 100_000).at);
      for (const at of rooms) new Int32Array(workerData.memory.buffer, at, 25_000).fill(workerData.name);
      parentPort.postMessage(rooms);
    });`;
  const module = new URL('./shared-table.ts', import.meta.url).href;
  const workers = [1, 2, 3].map((name) => new Worker(code, { eval: true, workerData: { memory, module, name } }));
  const found = await Promise.all(workers.map(async (worker) => (await once(worker, 'message') as [number[]])[0]));
  await Promise.all(workers.map((worker) => worker.terminate()));
  memory.grow(0);
  expect(new Set(found.flat()).size).toBe(60);
  found.forEach((rooms, i) => rooms.forEach((at) => expect(new Int32Array(memory.buffer, at, 25_000).every((value) => value === i + 1)).toBe(true)));
});

it('tells another thread which memory the numbers of a message lie in', async () => {
  const { table, memory } = large();
  const message = { rows: 3, matrix: table, few: sharedFloats(3) };
  const memories = memoriesOf(message);
  expect(memories).toEqual({ matrix: memory });
  const there: { message: typeof message; memories: typeof memories } = structuredClone({ message, memories });
  expect(memoryOf(there.message.matrix)).toBeNull();
  knowMemories(there.message, there.memories);
  const known = memoryOf(there.message.matrix);
  expect(known).toBe(there.memories['matrix']);
  table[5] = 7;
  expect(new Float32Array(known?.buffer ?? new ArrayBuffer(0), page)[5]).toBe(7);
});
