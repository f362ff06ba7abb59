import { col, named } from '#app/relation/build.ts';
import { atParam, nameKey, RelationError, schemaOf, typeOf } from '#app/relation/index.ts';
import type { Measure, Relation } from '#app/relation/types.ts';
import { tableInput } from '#app/sdk/configuration.ts';
import { measureName } from '#app/sdk/measures.ts';
import type { RelationFn } from '#app/sdk/node.ts';
import type { GroupByParams } from './node.ts';

export const relation: RelationFn<GroupByParams> = (inputs, params) => {
  const input = tableInput(inputs);
  const schema = schemaOf(input);
  for (const key of params.keys) atParam(['keys'], () => typeOf(col(key), schema));
  const keys = [...new Set(params.keys)].map((key) => named(key, col(key)));
  const taken = new Set(keys.map(({ name }) => nameKey(name)));
  const measures: Measure[] = [];
  params.measures.forEach((measure, i) => {
    const { fn, column, fraction } = measure;
    // Unfinished rows are left out; configure asks for what is missing.
    if (column === '' && fn !== 'count') return;
    const name = measureName(measure);
    const built: Measure = { name, fn, ...(column === '' ? {} : { arg: col(column) }), ...(fn === 'quantile' ? { fraction } : {}) };
    // Checked alone, so that a complaint names its row.
    atParam(['measures', i, 'column'], () => schemaOf({ op: 'aggregate', input, keys: [], measures: [built] }));
    if (taken.has(nameKey(name))) {
      throw new RelationError('duplicate-column', `There would be two columns “${name}”.`, { remedy: 'Name one of the measures differently.', place: { param: ['measures', i, 'name'], column: name } });
    }
    taken.add(nameKey(name));
    measures.push(built);
  });
  const aggregate: Relation = { op: 'aggregate', input, keys, measures };
  return keys.length === 0 && measures.length === 0 ? input : aggregate;
};
