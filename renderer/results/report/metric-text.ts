/** As exported reports write them. */
export { formatMetric, metricTitle } from '#app/reports/text/metric-text.ts';
