import type { ColumnType, Schema } from '#app/relation/types.ts';

/** What rows a Synthetic Data node makes; app/data/formats/synthetic turns it into one query. Plain JSON. */

export type Generator =
  | { readonly kind: 'id'; readonly start: number }
  | { readonly kind: 'normal'; readonly mean: number; readonly deviation: number }
  | { readonly kind: 'uniform'; readonly low: number; readonly high: number }
  | { readonly kind: 'integer'; readonly low: number; readonly high: number }
  | { readonly kind: 'category'; readonly values: readonly { readonly value: string; readonly weight: number }[] }
  | { readonly kind: 'boolean'; readonly share: number }
  | { readonly kind: 'date'; readonly from: string; readonly to: string }
  | { readonly kind: 'timestamp'; readonly from: string; readonly to: string }
  /** `#` a digit, `@` a capital letter, `?` a small letter, everything else as it is. */
  | { readonly kind: 'pattern'; readonly pattern: string }
  | { readonly kind: 'name' }
  /** intercept + Σ weight · column + noise · standard normal; `above` makes it true where the sum is greater than that. */
  | { readonly kind: 'linear'; readonly intercept: number; readonly terms: readonly { readonly column: string; readonly weight: number }[]; readonly noise: number; readonly above: number | null };

export interface SyntheticColumn {
  readonly name: string;
  /** Share of missing values, 0 to 1. */
  readonly missing: number;
  readonly generator: Generator;
}

export type SyntheticPreset =
  | { readonly kind: 'moons'; readonly noise: number }
  | { readonly kind: 'circles'; readonly noise: number; readonly factor: number }
  | { readonly kind: 'blobs'; readonly centres: number; readonly features: number; readonly deviation: number }
  | { readonly kind: 'classification'; readonly features: number; readonly informative: number; readonly classes: number; readonly separation: number; readonly flipped: number }
  | { readonly kind: 'regression'; readonly features: number; readonly informative: number; readonly noise: number };

export type SyntheticSpec =
  | { readonly rows: number; readonly seed: number; readonly columns: readonly SyntheticColumn[]; readonly preset: null }
  | { readonly rows: number; readonly seed: number; readonly columns: readonly []; readonly preset: SyntheticPreset };

const generatedType = (generator: Generator): ColumnType => {
  switch (generator.kind) {
    case 'id':
    case 'integer':
      return 'integer';
    case 'normal':
    case 'uniform':
      return 'float';
    case 'linear':
      return generator.above === null ? 'float' : 'boolean';
    case 'boolean':
    case 'date':
    case 'timestamp':
      return generator.kind;
    case 'category':
    case 'pattern':
    case 'name':
      return 'string';
  }
};

const features = (count: number): Schema => Array.from({ length: count }, (_, i) => ({ name: `x${i + 1}`, type: 'float' }));

/** The columns a spec gives, in order. */
export function syntheticSchema({ preset, columns }: Pick<SyntheticSpec, 'preset' | 'columns'>): Schema {
  switch (preset?.kind) {
    case undefined:
      return columns.map(({ name, generator }) => ({ name, type: generatedType(generator) }));
    case 'moons':
    case 'circles':
      return [{ name: 'x', type: 'float' }, { name: 'y', type: 'float' }, { name: 'label', type: 'string' }];
    case 'blobs':
    case 'classification':
      return [...features(preset.features), { name: 'label', type: 'string' }];
    case 'regression':
      return [...features(preset.features), { name: 'y', type: 'float' }];
  }
}
