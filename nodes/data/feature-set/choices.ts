import { z } from 'zod';
import { didYouMean, nameKey, RelationError } from '#app/relation/index.ts';
import type { FeatureTable, Relation, Schema } from '#app/relation/types.ts';
import { viewDefinitionSchema, featureTable } from '#app/sdk/features.ts';
import type { Facts } from '#app/sdk/node.ts';
import type { PortMeta } from '#app/sdk/ports.ts';

const choice = z.object({
  feature: z.string().default('').meta({ title: 'Feature', control: 'feature', placeholder: 'customers:spend_30d', description: 'VIEW:FEATURE. VIEW:* takes all of them; VIEW@3:FEATURE stays at version 3.' }),
  as: z.string().default('').meta({ title: 'Name', control: 'text', placeholder: 'as it is' }),
});

const keyPair = z.object({
  entity: z.string().default('').meta({ title: 'Key of the view', control: 'text', placeholder: 'customer_id' }),
  column: z.string().default('').meta({ title: 'Column of the rows', control: 'column', from: 'spine' }),
});

export const paramsSchema = z.object({
  features: z.array(choice).default([]).meta({ title: 'Features', control: 'rows' }),
  time: z.string().default('').meta({ title: 'Time of the rows', control: 'column', from: 'spine', types: ['timestamp', 'date'], description: 'When a prediction would have to be made for the row. Nothing that was known later is used.' }),
  keys: z.array(keyPair).default([]).meta({ title: 'Keys with another name', control: 'rows', advanced: true, description: 'Key columns are found by their name; name here those that are called otherwise in the rows.' }),
});
export type FeatureSetParams = z.output<typeof paramsSchema>;

/** A view that features can be taken from. */
export interface Available {
  readonly about: FeatureTable;
  readonly schema: Schema;
  readonly relation: Relation;
}

export interface ChosenFeature {
  readonly column: string;
  readonly as: string;
  /** Place in the params. */
  readonly index: number;
}

export interface ChosenView {
  readonly of: Available;
  readonly features: readonly ChosenFeature[];
}

const reference = /^\s*([A-Za-z][A-Za-z0-9_-]*)(?:@(\d{1,9}|latest))?\s*:\s*(.+?)\s*$/;

/** `VIEW:FEATURE`, `VIEW@3:FEATURE`, `VIEW:*`; null where it is none. */
export function parseFeature(text: string): { readonly view: string; readonly version: number | null; readonly column: string } | null {
  const match = reference.exec(text);
  if (match === null) return null;
  const version = match[2] === undefined || match[2] === 'latest' ? null : Number(match[2]);
  return { view: match[1] ?? '', version, column: match[3] ?? '' };
}

export const viewReference = (view: string, version: number | null): string => (version === null ? view : `${view}@${version}`);

/** Views that the params name, each once. */
export function viewsNamed({ features }: FeatureSetParams): { readonly view: string; readonly version: number | null }[] {
  const found = new Map<string, { view: string; version: number | null }>();
  for (const { feature } of features) {
    const parsed = parseFeature(feature);
    if (parsed !== null) found.set(viewReference(parsed.view, parsed.version), { view: parsed.view, version: parsed.version });
  }
  return [...found.values()];
}

export const factsSchema = z.object({
  views: z.record(z.string(), z.object({ version: z.number(), path: z.string(), definition: viewDefinitionSchema, schema: z.array(z.object({ name: z.string(), type: z.enum(['boolean', 'integer', 'float', 'string', 'date', 'time', 'timestamp', 'binary']) })) })),
  names: z.array(z.string()),
});

/** Views of connected tables, by name; tables that no view made are passed over. */
export function connectedViews(relations: readonly Relation[]): Map<string, Available> {
  const found = new Map<string, Available>();
  for (const relation of relations) {
    if (relation.op === 'scan' && relation.features !== undefined) found.set(relation.features.view, { about: relation.features, schema: relation.schema, relation });
  }
  return found;
}

/** As `connectedViews`, of what is known before a run. */
export function connectedMetas(metas: readonly PortMeta[]): Map<string, Available> {
  return connectedViews(
    metas.flatMap((meta): Relation[] =>
      meta.kind === 'table' && meta.features !== undefined && meta.schema !== null ? [{ op: 'scan', source: { kind: 'named', name: meta.features.view }, schema: meta.schema, label: meta.features.view, features: meta.features }] : [],
    ),
  );
}

function stored(facts: Facts | null, view: string, version: number | null): Available | null {
  const parsed = factsSchema.safeParse(facts);
  const known = parsed.success ? parsed.data.views[viewReference(view, version)] : undefined;
  if (known === undefined) return null;
  const about = featureTable(view, known.version, known.definition);
  return { about, schema: known.schema, relation: { op: 'scan', source: { kind: 'parquet', paths: [known.path] }, schema: known.schema, label: `${view}@${known.version}`, features: about } };
}

/** The features of a view in order: what is neither key nor time. */
export function featuresOf({ about, schema }: Pick<Available, 'about' | 'schema'>): string[] {
  return schema.map(({ name }) => name).filter((name) => !about.keys.includes(name) && name !== about.time && name !== about.created);
}

/**
 * What is chosen, view by view in the order of their first feature.
 * @throws RelationError `feature-syntax`, `unknown-view`, `unknown-feature`, `feature-name`, each at its param.
 */
export function resolveChoices(params: FeatureSetParams, connected: ReadonlyMap<string, Available>, facts: Facts | null, taken: readonly string[]): ChosenView[] {
  const names = new Map(taken.map((name) => [nameKey(name), 'the rows']));
  const chosen = new Map<string, { of: Available; features: ChosenFeature[] }>();
  const known = factsSchema.safeParse(facts);
  const viewNames = [...new Set([...connected.keys(), ...(known.success ? known.data.names : [])])];
  params.features.forEach(({ feature, as }, index) => {
    if (feature.trim() === '') return;
    const place = { param: ['features', index, 'feature'] };
    const parsed = parseFeature(feature);
    if (parsed === null) throw new RelationError('feature-syntax', `“${feature}” is not the name of a feature.`, { remedy: 'Write VIEW:FEATURE, such as customers:spend.', place });
    const { view, version, column } = parsed;
    const of = (version === null ? connected.get(view) : undefined) ?? stored(facts, view, version);
    if (of === null) {
      const name = viewReference(view, version);
      throw new RelationError('unknown-view', `There is no feature view “${name}” with rows in this project.${didYouMean(view, viewNames)}`, {
        remedy: 'Run the pipeline that makes it, or connect its Feature View to the input “Views”.',
        place,
      });
    }
    const key = viewReference(view, version);
    const entry = chosen.get(key) ?? { of, features: [] };
    chosen.set(key, entry);
    const all = featuresOf(of);
    const columns = column === '*' ? all : [column];
    for (const one of columns) {
      if (!all.includes(one) && one !== of.about.time) throw new RelationError('unknown-feature', `The feature view “${view}” has no feature “${one}”.${didYouMean(one, all)}`, { remedy: `It has ${all.join(', ')}.`, place });
      const name = as.trim() === '' || column === '*' ? one : as.trim();
      const other = names.get(nameKey(name));
      if (other !== undefined) throw new RelationError('feature-name', `“${name}” is there already, from ${other}.`, { remedy: 'Give the feature another name.', place: { param: ['features', index, 'as'] } });
      names.set(nameKey(name), view);
      entry.features.push({ column: one, as: name, index });
    }
  });
  return [...chosen.values()];
}

/** Pairs of a view's keys and the columns of the rows that hold them. */
export function keyPairs({ keys }: FeatureSetParams, viewKeys: readonly string[]): { readonly feature: string; readonly spine: string }[] {
  return viewKeys.map((feature) => ({ feature, spine: keys.find(({ entity, column }) => entity === feature && column !== '')?.column ?? feature }));
}
