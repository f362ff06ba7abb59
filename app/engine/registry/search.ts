import { PenstockError } from '#app/core/errors.ts';
import { didYouMean } from '#app/relation/index.ts';
import { modelStages, type ModelVersionRecord } from '#app/store/index.ts';

/** One thing that a search asks of a version. */
export type SearchTerm =
  | { readonly kind: 'word'; readonly text: string; readonly not: boolean }
  | { readonly kind: 'field'; readonly field: SearchField; readonly text: string; readonly not: boolean }
  | { readonly kind: 'metric'; readonly name: string; readonly operator: '>' | '>=' | '<' | '<=' | '=' | '!='; readonly value: number; readonly not: boolean };

export const searchFields = ['name', 'stage', 'alias', 'target', 'task', 'algorithm', 'feature', 'note', 'pipeline', 'source', 'by', 'version'] as const;
export type SearchField = (typeof searchFields)[number];

/**
 * A search as people type it: words (also `"in quotes"`) found in name, note, target, features, algorithm and pipeline; `stage:production`, `feature:age` and so on; `auc > 0.8`;
 * each of them with `-` in front for its opposite. All must hold.
 * @throws PenstockError `search-syntax` naming what is not understood.
 */
export function parseSearch(text: string): SearchTerm[] {
  const terms: SearchTerm[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text[at] ?? '')) {
      at += 1;
      continue;
    }
    const comparison = /^(-?)("[^"]+"|[^\s"<>=!]+)\s*(>=|<=|!=|>|<|=)\s*(\S+)/u.exec(text.slice(at));
    if (comparison !== null) {
      const [whole, minus, name = '', operator, number = ''] = comparison;
      const value = number.endsWith('%') ? Number(number.slice(0, -1)) / 100 : Number(number);
      if (number === '' || !Number.isFinite(value)) throw new PenstockError('search-syntax', `“${number}” in “${whole.trim()}” is not a number.`, { remedy: 'Compare a metric with a number, as in auc>0.8.' });
      terms.push({ kind: 'metric', name: name.replaceAll('"', ''), operator: operator as '>', value, not: minus === '-' });
      at += whole.length;
      continue;
    }
    const word = /^(-?)(?:([A-Za-z]+):)?(?:"([^"]*)"?|([^\s"]+))/u.exec(text.slice(at));
    if (word === null) {
      at += 1;
      continue;
    }
    const [whole, minus, key, quoted, plain] = word;
    at += whole.length;
    const value = (quoted ?? plain ?? '').trim();
    if (value === '' || value === '-') continue;
    if (key === undefined) terms.push({ kind: 'word', text: value, not: minus === '-' });
    else terms.push({ kind: 'field', field: fieldOf(key, value), text: value, not: minus === '-' });
  }
  return terms;
}

function fieldOf(key: string, value: string): SearchField {
  const field = searchFields.find((one) => one === key.toLowerCase());
  if (field === undefined) throw new PenstockError('search-syntax', `Models cannot be searched by “${key}”.${didYouMean(key, searchFields)}`, { remedy: `Words before a colon are ${searchFields.join(', ')}.` });
  if (field === 'stage' && !modelStages.some((stage) => stage === value.toLowerCase())) throw new PenstockError('search-syntax', `There is no stage “${value}”.${didYouMean(value, modelStages)}`, { remedy: `Stages are ${modelStages.join(', ')}.` });
  return field;
}

export function matchesSearch(record: ModelVersionRecord, terms: readonly SearchTerm[]): boolean {
  return terms.every((term) => holds(record, term) !== term.not);
}

function holds(record: ModelVersionRecord, term: SearchTerm): boolean {
  if (term.kind === 'metric') return metricsNamed(record, term.name).some((value) => compares(value, term.operator, term.value));
  const { signature } = record.value;
  const has = (...texts: readonly (string | null | undefined)[]): boolean => texts.some((text) => text?.toLowerCase().includes(term.text.toLowerCase()) === true);
  const features = signature.inputs.map(({ name }) => name);
  if (term.kind === 'word') return has(record.name, record.note, signature.target.name, record.value.algorithm, record.pipelineTitle, ...record.aliases, ...features);
  switch (term.field) {
    case 'name':
      return has(record.name);
    case 'stage':
      return record.stage === term.text.toLowerCase();
    case 'alias':
      return has(...record.aliases);
    case 'target':
      return has(signature.target.name);
    case 'task':
      return has(signature.task);
    case 'algorithm':
      return has(record.value.algorithm);
    case 'feature':
      return has(...features);
    case 'note':
      return has(record.note);
    case 'pipeline':
      return has(record.pipelineTitle);
    case 'source':
      return has(record.facts.source ?? 'trained');
    case 'by':
      return has(record.facts.actor);
    case 'version':
      return String(record.version) === term.text;
  }
}

/** Values of all metrics that a person may mean: `auc` means `rocAuc` and `ROC and PR: rocAuc`, too, unless there is an `auc` itself. */
function metricsNamed(record: ModelVersionRecord, name: string): number[] {
  const wanted = plain(name);
  const all = Object.entries(allMetrics(record)).map(([key, value]) => ({ key: plain(key), own: plain(key.slice(key.lastIndexOf(': ') + 1)), value }));
  const exact = all.filter(({ key, own }) => key === wanted || own === wanted);
  return (exact.length > 0 ? exact : all.filter(({ own }) => own.includes(wanted))).map(({ value }) => value);
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '');

/** Metrics of a version by name: measured while fitting, and `Title: name` by evaluation nodes. */
export function allMetrics(record: ModelVersionRecord): Record<string, number> {
  return Object.fromEntries(Object.entries({ ...record.value.metrics, ...record.facts.evaluated }).filter(([, value]) => Number.isFinite(value)));
}

function compares(value: number, operator: '>' | '>=' | '<' | '<=' | '=' | '!=', bound: number): boolean {
  switch (operator) {
    case '>':
      return value > bound;
    case '>=':
      return value >= bound;
    case '<':
      return value < bound;
    case '<=':
      return value <= bound;
    case '=':
      return value === bound;
    case '!=':
      return value !== bound;
  }
}
