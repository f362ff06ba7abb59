import type { SyntheticSpec } from '#app/sdk/synthetic.ts';
import { columnsSql } from './columns.ts';
import { presetSql } from './presets.ts';

/** One query that gives the rows of a spec, the same on any machine. @throws PenstockError `synthetic-column`. */
export function syntheticSql(spec: SyntheticSpec): string {
  return spec.preset === null ? columnsSql(spec.rows, spec.seed, spec.columns) : presetSql(spec.rows, spec.seed, spec.preset);
}
