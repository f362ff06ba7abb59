import { ms, ratio, type BenchOptions, type BenchRow } from '../measure.ts';
import { measureEdits, measureRuns } from '../trust-runs.ts';

/** Each can be measured alone. */
export const parts = ['edits', 'runs'] as const;

/** What it costs that nothing is lost and nobody reads along. */
export async function run(options: BenchOptions): Promise<{ rows: BenchRow[] }> {
  const rows: BenchRow[] = [];
  if (options.part === undefined || options.part === 'edits') {
    for (const encrypted of [false, true]) {
      const each = await measureEdits(encrypted, options.quick ? 200 : 2000);
      rows.push({ name: encrypted ? 'an edit, encrypted' : 'an edit', ours: ms(each), against: 'limit for the median, on the disk', peer: ms(1), ratio: ratio(each, 1), limit: '≤ 1' });
    }
  }
  if (options.part === undefined || options.part === 'runs') {
    const { plain, encrypted, pipelines } = await measureRuns(options.quick ? 1 : 4);
    rows.push({ name: 'encrypted project', ours: ms(encrypted * 1000), against: `a plain one, ${pipelines} sample pipelines cold`, peer: ms(plain * 1000), ratio: ratio(encrypted, plain), limit: '≤ 1.25' });
  }
  return { rows };
}
