import type { ChartServices } from '#app/sdk/charts.ts';
import type { ServiceParts } from './parts.ts';

export function chartServices(_parts: ServiceParts): ChartServices {
  return {};
}
