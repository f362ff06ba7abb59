import { metricTitle as english } from '#app/reports/text/metric-text.ts';
import { toldInReport } from '../../text/told.ts';

export { formatMetric } from '#app/reports/text/metric-text.ts';

/** As exported reports write it, in the page's language where that has a word for it: `validationLoss` → “Validation loss”. */
export const metricTitle = (name: string): string => toldInReport(english(name));
