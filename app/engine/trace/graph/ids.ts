import { PenstockError } from '#app/core/errors.ts';
import { traceKinds, type TraceKind } from '#app/protocol/sections/trace.ts';

/** An id of the lineage graph: its kind and parts, which may hold any text. */
export const traceId = (kind: TraceKind, ...parts: readonly (string | number)[]): string => `${kind}:${parts.map((part) => encodeURIComponent(String(part))).join('/')}`;

export interface ParsedId {
  readonly kind: TraceKind;
  readonly parts: readonly string[];
}

const lengths: Readonly<Record<TraceKind, number>> = { dataset: 1, version: 2, column: 3, run: 1, step: 2, metric: 3, model: 2, bundle: 1, server: 1, request: 1 };

/** Null for what is no id. */
export function parseId(id: string): ParsedId | null {
  const colon = id.indexOf(':');
  const kind = traceKinds.find((one) => one === id.slice(0, colon));
  if (kind === undefined) return null;
  try {
    const parts = id.slice(colon + 1).split('/').map(decodeURIComponent);
    return parts.length === lengths[kind] && parts.every((part) => part !== '') ? { kind, parts } : null;
  } catch {
    return null;
  }
}

/**
 * An id as a person writes it: `model:churn@3` (also an alias or stage), `run:ID`, `dataset:data/orders.csv`, `metric:RUN/NODE/NAME`, `step:RUN/NODE`, `request:ID`, `server:NAME`;
 * and every id of the graph itself.
 * @throws PenstockError `unknown-thing`; of `resolveModel`.
 */
export function idFromText(text: string, resolveModel: (reference: string) => { name: string; version: number }, knowsDataset: (dataset: string) => boolean): string {
  const colon = text.indexOf(':');
  const [kind, rest] = [text.slice(0, colon), text.slice(colon + 1)];
  if (kind === 'model') {
    const exact = parseId(text);
    if (exact !== null && /^\d+$/.test(exact.parts[1] ?? '')) return text;
    const { name, version } = resolveModel(rest);
    return traceId('model', name, version);
  }
  if (kind === 'dataset') {
    const dataset = [rest, ...['file', 'folder', 'sample', 'database', 'requests', 'inline'].map((prefix) => `${prefix}:${rest}`), decoded(rest)].find(knowsDataset);
    if (dataset !== undefined) return traceId('dataset', dataset);
    throw new PenstockError('unknown-thing', `No run of this project has read or written “${rest}”.`, { remedy: 'Look at the datasets with “penstock lineage --of dataset:” and a path as it is in the project.' });
  }
  if (parseId(text) !== null) return text;
  if (kind === 'metric' || kind === 'step') {
    // Names of metrics may hold slashes; ids of runs and nodes do not.
    const [run = '', node = '', ...name] = rest.split('/');
    const id = kind === 'step' ? traceId('step', run, node) : traceId('metric', run, node, name.join('/'));
    if (parseId(id) !== null) return id;
  }
  throw new PenstockError('unknown-thing', `“${text}” does not name a thing of this project.`, { remedy: 'Write model:NAME@VERSION, run:ID, dataset:PATH, metric:RUN/NODE/NAME, server:NAME or request:ID.' });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
