import { open } from 'node:fs/promises';
import type { OnnxGraph } from '#app/relation/emitters/onnx/graph.ts';

/** Metadata come last in a model file; the algorithm is the first of ours, the signature after it is long for wide models. */
const tail = 4 << 20;
/** As protobuf writes the entry: the key, then the value as field 2 of eight bytes. */
const imported = Buffer.from('penstock.algorithm\x12\x08imported', 'latin1');

/** Whether a model file says that it was imported from elsewhere, as `wrapModel` writes it and edits of it keep it. */
export async function isForeign(model: Uint8Array | string | OnnxGraph): Promise<boolean> {
  if (model instanceof Uint8Array) return Buffer.from(model.buffer, model.byteOffset, model.byteLength).subarray(-tail).includes(imported);
  if (typeof model !== 'string') return false;
  const file = await open(model, 'r').catch(() => null);
  if (file === null) return false;
  try {
    const { size } = await file.stat();
    const length = Math.min(size, tail);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.includes(imported);
  } finally {
    await file.close();
  }
}
