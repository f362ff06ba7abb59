import type { Schema } from '#app/relation/types.ts';

/** Names that people give to a number of a row's own. */
const keyNames = /^(row|record)?[ _-]?(id|key|uuid|guid|nr|no|number|index)$|^pk$/i;

/** The column that likely tells a row from all others; undefined where none is called so. */
export function likelyKey(schema: Schema | null): string | undefined {
  return schema?.find(({ name, type }) => keyNames.test(name) && (type === 'integer' || type === 'string'))?.name;
}
