import type { ChartServices } from '#app/sdk/charts.ts';
import type { ServiceParts } from './parts.ts';

export function chartServices({ database, signal, watched }: ServiceParts): ChartServices {
  return { chart: (relation, _schema, query) => watched(relation, database.chart(relation, query, { signal })) };
}
