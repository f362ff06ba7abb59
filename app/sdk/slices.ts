import { z } from 'zod';

/** Params of evaluate nodes that can look for the parts of a table where predictions fail worst. */
const shown = { param: 'slices', in: [true] };

export const sliceTypes = ['boolean', 'integer', 'float', 'string'] as const;

export const sliceParams = {
  slices: z.boolean().default(false).meta({ title: 'Where does it fail worst?', description: 'Looks for values and ranges of columns whose rows are predicted worse than the rest.', control: 'switch' }),
  sliceColumns: z.array(z.string()).max(100).default([]).meta({ title: 'Columns to look at', description: 'None chosen: all but the target and the predictions.', control: 'columns', from: 'table', types: [...sliceTypes], visibleWhen: shown }),
  slicePairs: z.boolean().default(true).meta({ title: 'Two columns together', control: 'switch', visibleWhen: shown }),
  sliceRows: z.int().min(5).max(1_000_000).default(30).meta({ title: 'Fewest rows of a part', description: 'Smaller parts are not looked at.', control: 'number', min: 5, max: 1_000_000, advanced: true, visibleWhen: shown }),
};

export interface SliceParams {
  readonly slices: boolean;
  readonly sliceColumns: readonly string[];
  readonly slicePairs: boolean;
  readonly sliceRows: number;
}
