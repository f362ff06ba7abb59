import { metricTitle } from '../results/report/metric-text.ts';
import { titleIn } from '../state/catalogue.ts';
import { texts } from '../text/texts.ts';

/** `ROC and PR: rocAuc` → the metric and the node that measured it, in words. */
export function splitVersionMetric(name: string): { readonly metric: string; readonly node: string } {
  const at = name.lastIndexOf(': ');
  return at < 0 ? { metric: metricTitle(name), node: '' } : { metric: metricTitle(name.slice(at + 2)), node: titleIn(name.slice(0, at)) };
}

/** Metrics by the node that measured them; '' for those of fitting, which come last. */
export function metricsByPlace(metrics: Readonly<Record<string, number>>): [node: string, metrics: Record<string, number>][] {
  const groups = new Map<string, Record<string, number>>();
  for (const [name, value] of Object.entries(metrics)) {
    const at = name.lastIndexOf(': ');
    const node = at < 0 ? '' : name.slice(0, at);
    groups.set(node, { ...groups.get(node), [at < 0 ? name : name.slice(at + 2)]: value });
  }
  return [...groups].sort(([a], [b]) => Number(a === '') - Number(b === ''));
}

/** Metrics for columns of a table: the main one first, then those that most versions have. */
export function columnMetrics(versions: readonly { readonly metrics: Readonly<Record<string, number>> }[], main: string | null, most: number): string[] {
  const counts = new Map<string, number>();
  for (const { metrics } of versions) for (const name of Object.keys(metrics)) counts.set(name, (counts.get(name) ?? 0) + 1);
  const rest = [...counts].filter(([name]) => name !== main).sort(([a, m], [b, n]) => n - m || Number(b.includes(': ')) - Number(a.includes(': ')));
  return [...(main === null ? [] : [main]), ...rest.map(([name]) => name)].slice(0, most);
}

/** `user:ann` → ann */
export const personName = (actor: string): string => actor.slice(actor.indexOf(':') + 1);

export const versionShort = (version: number): string => `v${version}`;
export const versionTitle = (version: number): string => `${texts.registry.columns.version} ${version}`;
