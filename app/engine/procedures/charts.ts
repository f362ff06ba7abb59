import type { Engine } from '../engine.ts';
import type { Implementer } from './implementer.ts';

/** A chart of a table port under a filter. */
export function chartProcedure(os: Implementer, engine: Engine) {
  const never = new AbortController().signal;
  return os.views.chart.handler(async ({ input, signal = never }) => {
    const { query, ...request } = input;
    const whole = await engine.data.table({ ...request, filter: '' }, signal);
    const part = input.filter.trim() === '' ? whole : await engine.data.table(request, signal);
    const chart = await engine.database.chart(whole.relation, query, { signal, ...(part === whole ? {} : { rows: part.relation }) });
    return { chart: structuredClone(chart) as never };
  });
}
