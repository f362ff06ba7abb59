import { formatBytes, formatCount, formatDuration, formatNumber } from '#app/core/units.ts';
import type { TraceFact, TraceNode } from '#app/protocol/sections/trace.ts';
import { titleIn } from '../state/catalogue.ts';
import { locale } from '../text/locale.ts';
import { texts } from '../text/texts.ts';

/** A fact's value as people read it. */
export function factText({ name, value, format }: TraceFact): string {
  if (typeof value === 'number') {
    switch (format) {
      case 'count':
        return formatCount(value);
      case 'bytes':
        return formatBytes(value);
      case 'duration':
        return formatDuration(value);
      case 'time':
        return new Date(value).toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' });
      default:
        return formatNumber(value);
    }
  }
  if (name === 'status') return statusText(value);
  if (name === 'stage') return stageText(value);
  return value;
}

const statusText = (status: string): string => (Object.hasOwn(texts.runs.statuses, status) ? texts.runs.statuses[status as keyof typeof texts.runs.statuses] : status);

const stageText = (stage: string): string => (Object.hasOwn(texts.registry.stages, stage) ? texts.registry.stages[stage as keyof typeof texts.registry.stages] : stage);

/** A fact's name; names of metrics are as they were given. */
export const factName = (name: string): string => (Object.hasOwn(texts.trace.facts, name) ? texts.trace.facts[name as keyof typeof texts.trace.facts] : name);

export function nodeTitle(node: TraceNode): string {
  if (node.kind === 'step') return titleIn(node.title);
  // A time says more to people than a hash; the detail has both.
  return node.kind === 'version' && node.at !== null ? new Date(node.at).toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' }) : node.title;
}

/** The second line of a card. */
export function nodeSubtitle(node: TraceNode): string {
  if (node.kind === 'run') return [statusText(node.subtitle), node.at === null ? '' : new Date(node.at).toLocaleString(locale, { dateStyle: 'short', timeStyle: 'short' })].filter((part) => part !== '').join(' · ');
  if (node.kind === 'dataset') return Object.hasOwn(texts.trace.datasetKinds, node.subtitle) ? texts.trace.datasetKinds[node.subtitle as keyof typeof texts.trace.datasetKinds] : node.subtitle;
  if (node.kind === 'model') return stageText(node.subtitle);
  const rows = node.facts.find(({ name }) => name === 'rows');
  if ((node.kind === 'version' || node.kind === 'step') && typeof rows?.value === 'number') return texts.trace.rows(formatCount(rows.value), rows.value === 1);
  if (node.kind === 'step') return statusText(String(node.facts.find(({ name }) => name === 'status')?.value ?? ''));
  const value = node.facts.find(({ name }) => name === 'value');
  if (node.kind === 'metric' && typeof value?.value === 'number') return formatNumber(value.value);
  return node.subtitle;
}
