import path from 'node:path';
import { ms, ratio, type BenchOptions, type BenchRow } from '../measure.ts';
import { child, gigabytes, withFiles } from '../relational/contest.ts';

/** The same pipeline where the data do not fit: it finishes within its memory, spilling costs little, and a cancel acts wherever it falls. */
export async function run(options: BenchOptions): Promise<{ rows: BenchRow[] }> {
  const [middle, large] = options.quick ? [1_000_000, 5_000_000] : [20_000_000, 100_000_000];
  const rows: BenchRow[] = [];
  await withFiles(middle, async (files, out) => {
    const limited = await child('relational/ours.ts', { ...files, out: path.join(out, 'limited.parquet'), memoryLimit: options.quick ? '400MB' : '1GB' });
    const free = await child('relational/ours.ts', { ...files, out: path.join(out, 'free.parquet') });
    rows.push({ name: 'spilling', ours: `${ms(limited.ms)}, ${gigabytes(limited.peak)}`, against: `without a limit, ${middle / 1e6} M rows`, peer: `${ms(free.ms)}, ${gigabytes(free.peak)}`, ratio: ratio(limited.ms, free.ms), limit: '≤ 1.5' });
  });
  await withFiles(large, async (files, out) => {
    const memoryLimit = options.quick ? '1GB' : '2GB';
    const whole = await child('relational/ours.ts', { ...files, out: path.join(out, 'large.parquet'), memoryLimit });
    const bound = (options.quick ? 1.5 : 3) * 2 ** 30;
    rows.push({ name: 'peak memory', ours: `${gigabytes(whole.peak)} (${ms(whole.ms)})`, against: `limit, ${large / 1e6} M rows under ${memoryLimit}`, peer: gigabytes(bound), ratio: ratio(whole.peak, bound), limit: '≤ 1' });
    let slowest = 0;
    for (const share of [0.1, 0.35, 0.6, 0.8, 0.95]) {
      const { cancelMs } = await child('relational/ours.ts', { ...files, out: path.join(out, 'cancelled.parquet'), memoryLimit, cancelAfter: Math.round(whole.ms * share) });
      slowest = Math.max(slowest, cancelMs ?? Infinity);
    }
    rows.push({ name: 'cancel', ours: ms(slowest), against: 'limit, slowest of five places', peer: ms(2000), ratio: ratio(slowest, 2000), limit: '≤ 1' });
  });
  return { rows };
}
