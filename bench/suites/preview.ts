import { ms, ratio, type BenchOptions, type BenchRow } from '../measure.ts';
import { measurePreview } from '../preview.ts';

/** Looking at a big table and editing over it: the engine's part of every wait. */
export async function run(options: BenchOptions): Promise<{ rows: BenchRow[] }> {
  const size = options.quick ? 500_000 : 5_000_000;
  const times = await measurePreview(size, options.quick ? 20 : 40);
  const held = (name: string, ours: number, limit: number): BenchRow => ({ name, ours: ms(ours), against: `limit, p95 on ${size / 1e6} M rows`, peer: ms(limit), ratio: ratio(ours, limit), limit: '≤ 1' });
  return {
    rows: [
      held('page', times.page, 50),
      held('page anywhere', times.deepPage, 150),
      held('sorted page', times.sort, 300),
      held('brush: count and page', times.brush, 300),
      held('edit to preview', times.edit, 300),
      { name: 'column summary', ours: ms(times.profile), against: 'SUMMARIZE', peer: ms(times.summarize), ratio: ratio(times.profile, times.summarize), limit: '≤ 0.1' },
    ],
  };
}
