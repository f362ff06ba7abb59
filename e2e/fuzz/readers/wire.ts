import { readFile } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { PenstockError } from '#app/core/errors.ts';
import { serveFrames } from '#app/engine/desktop-engine.ts';
import { createRouter } from '#app/engine/router.ts';
import type { Contract } from '#app/protocol/contract.ts';
import { encodeFrame, FrameDecoder } from '#app/protocol/frames.ts';
import { RequestError } from '#app/serve/bundle-server/request-error.ts';
import type { Schema } from '#app/relation/types.ts';
import { decodePage } from '#renderer/results/table/arrow-page.ts';
import { readBinaryBody } from '#app/serve/model-server/binary-tensors.ts';
import { mutated, mutatedJson, type Random } from '../mutate.ts';
import type { Reader } from './reader.ts';

const seed = (name: string): string => `e2e/fuzz/corpus/${name}`;

/** Half as bytes; half as frames whose messages are changed, so that they reach what is behind the decoder. */
function mutatedFrames(bytes: Uint8Array, random: Random, others: readonly Uint8Array[]): Uint8Array {
  if (random.chance(2)) return mutated(bytes, random, others);
  try {
    const frames = new FrameDecoder().push(bytes);
    const at = random.below(frames.length);
    const out = frames.map((frame, i) => {
      if (i !== at) return encodeFrame(frame);
      if (frame.type === 'text') return encodeFrame({ ...frame, text: JSON.stringify(mutatedJson(JSON.parse(frame.text), random)) ?? '' });
      return frame.type === 'binary' ? encodeFrame({ ...frame, bytes: mutated(frame.bytes, random, []) }) : encodeFrame({ ...frame, type: random.pick(['open', 'close'] as const), connection: random.below(4) });
    });
    return new Uint8Array(Buffer.concat(out));
  } catch {
    return mutated(bytes, random, others);
  }
}

/** Of the ping; the inputs use lower ones. */
const own = 77;

const frames: Reader = {
  name: 'Desktop frames',
  seeds: [seed('desktop-frames/session.bin')],
  extension: '.bin',
  namesFile: false,
  mutate: mutatedFrames,
  async read(file, { test }) {
    const [toEngine, fromEngine] = [new PassThrough(), new PassThrough()];
    let receive: (event: { data: unknown }) => void = () => undefined;
    const decoder = new FrameDecoder();
    fromEngine.on('data', (chunk: Buffer) => {
      for (const frame of decoder.push(chunk)) if (frame.connection === own && (frame.type === 'text' || frame.type === 'binary')) receive({ data: frame.type === 'text' ? frame.text : frame.bytes });
    });
    const port = {
      addEventListener: (type: string, listener: (event: { data: unknown }) => void) => {
        if (type === 'message') receive = listener;
      },
      postMessage: (data: string | Uint8Array | ArrayBuffer) => void toEngine.write(encodeFrame(typeof data === 'string' ? { type: 'text', connection: own, text: data } : { type: 'binary', connection: own, bytes: new Uint8Array(data) })),
    };
    const served = serveFrames(createRouter(test.engine), toEngine, fromEngine).then(
      () => null,
      (error: unknown) => error,
    );
    const bytes = new Uint8Array(await readFile(file));
    toEngine.write(bytes);
    if (isWhole(bytes)) {
      // After whatever came before, another window is still answered.
      toEngine.write(encodeFrame({ type: 'open', connection: own }));
      const client: ContractRouterClient<Contract> = createORPCClient(new RPCLink({ port: port as unknown as MessagePort }));
      await client.project.info();
    }
    toEngine.end();
    const error = await served;
    if (error !== null) throw error;
    if (!isWhole(bytes)) throw new PenstockError('frame-damaged', 'The stream ended within a frame.', { remedy: 'Restart the engine.' });
  },
};

/** Whether a stream ends where a frame does, so that what comes after it is read as what it is. */
function isWhole(bytes: Uint8Array): boolean {
  const decoder = new FrameDecoder();
  try {
    decoder.push(bytes);
    return decoder.pending === 0;
  } catch {
    return false;
  }
}

const tensors: Reader = {
  name: 'Inference requests',
  seeds: [seed('inference-requests/two-tensors.bin')],
  extension: '.bin',
  namesFile: false,
  mutate: (bytes, random, others) => mutated(bytes, random, others, ['"binary_data_size":', '"BYTES"', '"FP32"', '"INT64"', '"BOOL"', '"FP16"', '"shape":[-1]', '4294967295', '1e999']),
  async read(file) {
    const bytes = await readFile(file);
    // The header is the first line of the input.
    const line = bytes.indexOf(0x0a);
    try {
      readBinaryBody(new Uint8Array(bytes.subarray(line + 1)), bytes.subarray(0, Math.max(0, line)).toString('latin1'));
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      throw new PenstockError(error.code, error.message, { remedy: 'Correct the request.' });
    }
  },
};

/** Pages of tables, as the window reads them. */
const pages: Reader = {
  name: 'Arrow page',
  seeds: [seed('arrow-page/flights.arrow')],
  extension: '.arrow',
  namesFile: false,
  mutate: (bytes, random, others) => mutated(bytes, random, others),
  async read(file) {
    const schema: Schema = (['float', 'string', 'boolean', 'integer', 'timestamp'] as const).map((type, i) => ({ name: `c${i}`, type }));
    const page = decodePage(new Uint8Array(await readFile(file)), schema);
    for (let row = 0; row < Math.min(page.rows, 1000); row += 1) schema.forEach((_, column) => page.cell(row, column));
  },
};

export const wireReaders: readonly Reader[] = [frames, tensors, pages];
