import type { Fingerprint, NodeExecutor } from '#app/sdk/node.ts';
import { viewReference, viewsNamed, type FeatureSetParams } from './choices.ts';

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
      viewsNamed(params).map(({ view, version }) => [`the rows of ${viewReference(view, version)}`, features.find(view, version)?.materialisation ?? 'none']),
    ) satisfies Fingerprint;
  },
};
