import { openTestEngine } from '#app/engine/testing.ts';
import { cacheKey, type KeyParts } from '#app/pipeline/cache-key.ts';
import { emptyDocument, type PipelineDocument } from '#app/pipeline/document.ts';

/** One reader, nine chains of ten transforms, nine reports at their ends: 100 nodes. */
export function hundredNodes(): PipelineDocument {
  const document = emptyDocument('hundred', 'A hundred nodes');
  const add = (id: string, type: string, params: Record<string, unknown>, from: string): void => {
    document.nodes.push({ id, type, version: 1, params });
    if (from !== '') document.edges.push({ id: `${from}-${id}`, from: { node: from, port: 'table' }, to: { node: id, port: 'table' } });
  };
  add('read', 'data/sample-datasets', { dataset: 'cars' }, '');
  for (let chain = 0; chain < 9; chain += 1) {
    let last = 'read';
    for (let step = 0; step < 10; step += 1) {
      const id = `c${chain}s${step}`;
      if (step % 2 === 0) add(id, 'transform/formula', { columns: [{ name: `f${step}`, expression: `weight * ${step + 1} + ${chain}` }] }, last);
      else add(id, 'transform/filter-rows', { expression: `weight > ${1000 + step + chain}` }, last);
      last = id;
    }
    add(`end${chain}`, 'explore/column-statistics', {}, last);
  }
  return document;
}

/**
 * Smallest engine time in ms of a run in which nothing changed, and of computing all keys of the graph anew.
 * @throws Error when the first run does not succeed or the second runs anything again.
 */
export async function measureUnchangedRun(rounds: number): Promise<{ nodes: number; run: number; keys: number }> {
  const test = await openTestEngine();
  try {
    const document = hundredNodes();
    const first = await test.run(document);
    if (first.status !== 'succeeded') {
      const failed = Object.values(first.nodes).find((node) => node.status === 'failed');
      throw new Error(`the pipeline ${first.status}: ${failed?.diagnostics[0]?.message ?? ''}`);
    }
    let run = Infinity;
    for (let round = 0; round < rounds; round += 1) {
      const from = performance.now();
      const again = await test.run(document);
      run = Math.min(run, performance.now() - from);
      const rerun = Object.values(again.nodes).find((node) => node.status === 'succeeded' && node.type !== 'transform/formula' && node.type !== 'transform/filter-rows');
      if (again.status !== 'succeeded' || rerun !== undefined) throw new Error(`“${rerun?.nodeId}” ran again although nothing changed`);
    }
    const analysis = await test.engine.analyse(document);
    const parts = analysis.order.map((id) => analysis.nodes.get(id)?.parts).filter((one): one is KeyParts => one !== null && one !== undefined);
    let keys = Infinity;
    for (let round = 0; round < rounds * 4; round += 1) {
      const from = performance.now();
      for (const one of parts) cacheKey(one);
      keys = Math.min(keys, performance.now() - from);
    }
    return { nodes: document.nodes.length, run, keys };
  } finally {
    await test.close();
  }
}
