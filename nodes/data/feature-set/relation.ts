import { col, limit, named, project } from '#app/relation/build.ts';
import { atParam, commonType, latestFeatures, pointInTime, RelationError, schemaOf, typeOf, typeTitles } from '#app/relation/index.ts';
import type { Relation, Schema } from '#app/relation/types.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import { connectedViews, keyPairs, resolveChoices, type ChosenView, type FeatureSetParams } from './choices.ts';

export const relation: RelationFn<FeatureSetParams> = (inputs, params, facts) => {
  const spine = inputs['spine']?.[0];
  const schema = spine === undefined ? [] : schemaOf(spine);
  const views = resolveChoices(params, connectedViews(inputs['views'] ?? []), facts, schema.map(({ name }) => name));
  if (spine === undefined) return latest(views);
  // Until there is a time the columns are known, but no rows: configure asks for it.
  if (params.time === '') return limit(spine, 0);
  const type = atParam(['time'], () => typeOf(col(params.time), schema));
  if (type !== 'timestamp' && type !== 'date') {
    throw new RelationError('asof-time', `“${params.time}” is ${typeTitles[type]}, not a time.`, { remedy: 'Choose a date or a date with time; text can be parsed with Date and Time.', place: { param: ['time'], column: params.time } });
  }
  let joined = spine;
  for (const view of views) joined = pointInTime(joined, view.of.relation, view.of.about, pairsOf(view, params, schema), params.time, view.features);
  return joined;
};

function pairsOf({ of, features }: ChosenView, params: FeatureSetParams, schema: Schema): { feature: string; spine: string }[] {
  const place = { param: ['features', features[0]?.index ?? 0, 'feature'] };
  return keyPairs(params, of.about.keys).map(({ feature, spine }) => {
    const left = schema.find(({ name }) => name === spine);
    const right = of.schema.find(({ name }) => name === feature);
    if (left === undefined) {
      throw new RelationError('feature-key', `The rows have no column “${spine}”, which is the key of “${of.about.view}”.`, { remedy: 'Name the column that holds it under “Keys with another name”.', place });
    }
    if (right === undefined || commonType(left.type, right.type) === null) {
      throw new RelationError('feature-key', `“${spine}” is ${typeTitles[left.type]} in the rows and ${right === undefined ? 'not there' : typeTitles[right.type]} in “${of.about.view}”, so they cannot be equal.`, { remedy: 'Retype the column first.', place });
    }
    return { feature, spine };
  });
}

/** One row for each key that any of the views has. */
function latest(views: readonly ChosenView[]): Relation {
  const [first, ...more] = views.map((view) => ({ view, relation: latestFeatures(view.of.relation, view.of.about, view.features) }));
  if (first === undefined) throw new RelationError('param-missing', 'No features are chosen.', { remedy: 'Choose some of a feature view.', place: { param: ['features'] } });
  const keys = first.view.of.about.keys;
  let joined = first.relation;
  for (const { view, relation: right } of more) {
    const { keys: own, view: name } = view.of.about;
    if (own.length !== keys.length || own.some((key) => !keys.includes(key))) {
      throw new RelationError('feature-key', `“${name}” is about ${own.join(', ')} and “${first.view.of.about.view}” about ${keys.join(', ')}, so there is no one row for each key.`, {
        remedy: 'Connect rows that have all the keys and a time, or take features of one kind of key.',
        place: { param: ['features', view.features[0]?.index ?? 0, 'feature'] },
      });
    }
    joined = { op: 'join', kind: 'full', left: joined, right, on: keys.map((key) => ({ left: key, right: key })), rightSuffix: '_' };
  }
  return more.length === 0 ? joined : project(joined, schemaOf(joined).map(({ name }) => named(name, col(name))));
}
