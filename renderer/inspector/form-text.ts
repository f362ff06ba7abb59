import { discriminated, withoutNull, words, type JsonSchema } from './form-model.ts';

/** Gives an English text of a node in the page's language; one that is not known stays as it is. */
export type Translate = (english: string) => string;

/**
 * A form's schema with every text that its controls show in another language. Titles and options that have no text of their own, and
 * are shown by their name in English ("Test size" for `testSize`), are texts, too, and written into the result.
 */
export function translateSchema(schema: JsonSchema, translate: Translate): JsonSchema {
  const { properties, items, anyOf, oneOf } = schema;
  return {
    ...own(schema, translate),
    ...(properties && { properties: Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, translateProperty(name, property, translate)])) }),
    ...(items && { items: translateSchema(items, translate) }),
    ...(anyOf && { anyOf: variants(schema, anyOf, translate) }),
    ...(oneOf && { oneOf: variants(schema, oneOf, translate) }),
  };
}

function translateProperty(name: string, property: JsonSchema, translate: Translate): JsonSchema {
  const { schema } = withoutNull(property);
  if (schema.control === 'hidden' || schema.const !== undefined) return property;
  const options = schema.enum ?? schema.items?.enum;
  return {
    ...translateSchema(property, translate),
    title: translate(schema.title ?? words(name)),
    ...(options && { labels: Object.fromEntries(options.map((option) => [String(option), translate(schema.labels?.[String(option)] ?? words(String(option)))])) }),
  };
}

/** Variants of a choice are named by a label, their title, or the constant that tells them apart: in the result always by their title. */
function variants(schema: JsonSchema, options: readonly JsonSchema[], translate: Translate): JsonSchema[] {
  const choice = discriminated(withoutNull(schema).schema);
  return options.map((option) => {
    const translated = translateSchema(option, translate);
    const constant = choice ? option.properties?.[choice.key] : undefined;
    if (!choice || constant === undefined) return translated;
    const key = String(constant.const);
    const { labels, ...rest } = constant;
    return { ...translated, title: translate(schema.labels?.[key] ?? labels?.[key] ?? option.title ?? words(key)), properties: { ...translated.properties, [choice.key]: rest } };
  });
}

function own(schema: JsonSchema, translate: Translate): JsonSchema {
  const text = (key: 'title' | 'description' | 'placeholder' | 'unit') => {
    const english = schema[key];
    return english ? { [key]: translate(english) } : {};
  };
  const labels = schema.labels && { labels: Object.fromEntries(Object.entries(schema.labels).map(([value, label]) => [value, translate(label)])) };
  return { ...schema, ...text('title'), ...text('description'), ...text('placeholder'), ...text('unit'), ...labels };
}
