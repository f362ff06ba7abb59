import type { Fingerprint, NodeExecutor } from '#app/sdk/node.ts';
import { connectedMetas, viewReference, viewsNamed, type FeatureSetParams } from './choices.ts';

const rowsOf = (view: string, version: number | null): string => `the rows of ${viewReference(view, version)}`;

export const executor: NodeExecutor<FeatureSetParams> = {
  async probe(params, { features }) {
    const views = viewsNamed(params).flatMap(({ view, version }) => {
      const known = features.find(view, version);
      return known === null ? [] : [[viewReference(view, version), { version: known.version, path: known.path, definition: known.definition, schema: known.schema }] as const];
    });
    return { views: Object.fromEntries(views), names: features.names() };
  },

  async fingerprint(params, { features }) {
    return Object.fromEntries(
      viewsNamed(params).map(({ view, version }) => [rowsOf(view, version), features.find(view, version)?.materialisation ?? 'none']),
    ) satisfies Fingerprint;
  },

  outside(fingerprint, _params, inputs) {
    const connected = new Set([...connectedMetas(inputs['views'] ?? []).keys()].map((view) => rowsOf(view, null)));
    return Object.fromEntries(Object.entries(fingerprint).filter(([name]) => !connected.has(name)));
  },
};
