import { measureStart } from '../electron-start.ts';
import { measureFusedChain } from '../fused-chain.ts';
import { ms, ratio, type BenchOptions, type BenchRow } from '../measure.ts';
import { measureUnchangedRun } from '../unchanged-run.ts';

/** What the tool itself costs: over hand-written SQL, over nothing to do, over an empty window. */
export async function run(options: BenchOptions): Promise<{ rows: BenchRow[] }> {
  const rows: BenchRow[] = [];
  const size = options.quick ? 500_000 : 5_000_000;
  const chain = await measureFusedChain(size, options.quick ? 3 : 7);
  rows.push({
    name: 'fused chain',
    ours: ms(chain.chain),
    against: `the same SQL by hand, ${size / 1e6} M rows`,
    peer: ms(chain.hand),
    ratio: ratio(chain.chain, chain.hand),
    limit: '≤ 1.2',
  });
  const unchanged = await measureUnchangedRun(options.quick ? 5 : 15);
  rows.push({
    name: 'no-change run',
    ours: ms(unchanged.run),
    against: `limit for ${unchanged.nodes} nodes`,
    peer: ms(20),
    ratio: ratio(unchanged.run, 20),
    limit: '≤ 1',
  });
  rows.push({ name: 'cache keys', ours: ms(unchanged.keys), against: `limit for ${unchanged.nodes} nodes`, peer: ms(1), ratio: ratio(unchanged.keys, 1), limit: '≤ 1' });
  const start = await measureStart(options.quick ? 1 : 3);
  if ('skipped' in start) console.log(`Skipped: start of the app (${start.skipped}).`);
  else rows.push({ name: 'start to interactive', ours: ms(start.ours), against: 'a bare Electron window', peer: ms(start.bare), ratio: ratio(start.ours, start.bare) });
  return { rows };
}
