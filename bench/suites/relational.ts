import path from 'node:path';
import { ms, ratio, type BenchOptions, type BenchRow } from '../measure.ts';
import { better, child, gigabytes, peer, withFiles, type Result } from '../relational/contest.ts';

/** A pipeline of twelve nodes from CSV to Parquet, against the same in DuckDB SQL by hand, Polars, pandas and Orange, each in its own process. */
export async function run(options: BenchOptions): Promise<{ rows: BenchRow[] }> {
  const size = options.quick ? 500_000 : 5_000_000;
  const rows: BenchRow[] = [];
  await withFiles(size, async (files, out) => {
    let ours: Result | null = null;
    const peers: Record<'hand' | 'polars' | 'pandas', Result | null> = { hand: null, polars: null, pandas: null };
    for (let round = 0; round < (options.quick ? 1 : 3); round += 1) {
      ours = better(ours, await child('relational/ours.ts', { ...files, out: path.join(out, 'ours.parquet') }));
      peers.hand = better(peers.hand, await child('relational/by-hand.ts', { ...files, out: path.join(out, 'hand.parquet') }));
      for (const name of ['polars', 'pandas'] as const) {
        const result = await peer(name, files, path.join(out, `${name}.parquet`));
        if (result !== null) peers[name] = better(peers[name], result);
      }
    }
    const against = (name: string, words: string, limit: string, result: Result | null, mine: Result | null): void => {
      if (result === null || mine === null) console.log(`Skipped: ${words} (not installed; PENSTOCK_BENCH_PYTHON names a Python that has it).`);
      else rows.push({ name, ours: `${ms(mine.ms)}, ${gigabytes(mine.peak)}`, against: words, peer: `${ms(result.ms)}, ${gigabytes(result.peak)}`, ratio: ratio(mine.ms, result.ms), limit });
    };
    against('by hand', `DuckDB SQL by hand, ${size / 1e6} M rows`, '≤ 1.15', peers.hand, ours);
    against('polars', `Polars, ${size / 1e6} M rows`, '≤ 1.5', peers.polars, ours);
    against('pandas', `pandas, ${size / 1e6} M rows`, '≤ 0.2', peers.pandas, ours);
  });
  // Orange would take minutes for the whole: a tenth of the rows for both.
  await withFiles(size / 10, async (files, out) => {
    const orange = await peer('orange', files, path.join(out, 'orange.parquet'));
    const mine = orange === null ? null : await child('relational/ours.ts', { ...files, out: path.join(out, 'ours.parquet') });
    if (orange === null || mine === null) console.log('Skipped: Orange (not installed; PENSTOCK_BENCH_ORANGE names a Python that has it).');
    else rows.push({ name: 'orange', ours: `${ms(mine.ms)}, ${gigabytes(mine.peak)}`, against: `Orange's data path without window and sort, ${size / 1e7} M rows`, peer: `${ms(orange.ms)}, ${gigabytes(orange.peak)}`, ratio: ratio(mine.ms, orange.ms), limit: '≤ 0.1' });
  });
  return { rows };
}
