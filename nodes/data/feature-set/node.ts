import type { Diagnostic } from '#app/core/errors.ts';
import { paramMissing, schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';
import { featuresOf, connectedMetas, paramsSchema, parseFeature } from './choices.ts';

export type { FeatureSetParams } from './choices.ts';

export const definition = defineNode({
  type: 'data/feature-set',
  version: 1,
  title: 'Feature Set',
  summary: 'Takes features from the feature store: as they were known at the time of each row, or the latest of each key.',
  keywords: ['feature store', 'point in time', 'training set', 'historical features', 'online features', 'feast', 'tecton', 'lookup', 'as of', 'entity'],
  inputs: [
    { name: 'spine', title: 'Rows', kind: 'table', arity: 'optional', summary: 'Keys, time and label of each row. Without it: the latest features of each key.' },
    { name: 'views', title: 'Views', kind: 'table', arity: 'any', summary: 'Feature Views of this pipeline; all others are found in the project by name.' },
  ],
  outputs: [{ name: 'table', title: 'Features', kind: 'table', summary: 'The rows with their features; or one row for each key.' }],
  params: paramsSchema,
  describe: ({ features, time }, say) => {
    const named = features.flatMap(({ feature }) => parseFeature(feature) ?? []);
    if (named.length === 0) return say`no features yet`;
    const views = [...new Set(named.map(({ view }) => view))].join(', ');
    const count = named.length === 1 && named[0]?.column !== '*' ? say`${named[0]?.column ?? ''} of ${views}` : named.some(({ column }) => column === '*') ? say`features of ${views}` : say`${named.length} features of ${views}`;
    const line = time === '' ? say`latest ${count}` : say`${count} as of ${time}`;
    return line.length > 59 ? `${line.slice(0, 58)}…` : line;
  },
  configure: ({ inputs, params }) => {
    const diagnostics: Diagnostic[] = [];
    if (params.features.every(({ feature }) => feature.trim() === '')) diagnostics.push(paramMissing(['features'], 'No features are chosen.', 'Choose some of a feature view.'));
    if (inputs['spine'] !== undefined && params.time === '') diagnostics.push(paramMissing(['time'], 'The time of the rows is not chosen.', 'Choose the column that says when a prediction would be made.'));
    const strangers = (inputs['views'] ?? []).filter((meta) => meta.kind === 'table' && meta.schema !== null && meta.features === undefined).length;
    if (strangers > 0) diagnostics.push({ severity: 'warning', code: 'not-a-view', message: 'A table at the input “Views” is not the table of a Feature View, so nothing is taken from it.', remedy: 'Connect a Feature View directly.', place: { port: 'views' } });
    return { diagnostics };
  },
  suggest: (context) => {
    const { features, time } = context.params;
    const schema = schemaAt(context, 'spine');
    const times = time === '' ? schema?.find(({ type }) => type === 'timestamp' || type === 'date')?.name : undefined;
    const views = [...connectedMetas(context.inputs['views'] ?? []).values()];
    const chosen = features.length === 0 ? views.filter((view) => featuresOf(view).length > 0).map(({ about }) => ({ feature: `${about.view}:*`, as: '' })) : [];
    if (times === undefined && chosen.length === 0) return null;
    return { ...(times === undefined ? {} : { time: times }), ...(chosen.length === 0 ? {} : { features: chosen }) };
  },
});
