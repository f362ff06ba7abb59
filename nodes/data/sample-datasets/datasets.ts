import type { ColumnType, Schema } from '#app/relation/types.ts';

export interface SampleDataset {
  readonly title: string;
  /** Under resources/samples/datasets. */
  readonly file: string;
  readonly summary: string;
  readonly schema: Schema;
}

const columns = (type: ColumnType, ...names: string[]): Schema => names.map((name) => ({ name, type }));

const nuclei = ['radius', 'texture', 'perimeter', 'area', 'smoothness', 'compactness', 'concavity', 'concave_points', 'symmetry', 'fractal_dimension'];

/** The bundled datasets with their schemas, so that a pipeline is configured without a look at the disk. Sources and licences lie beside the files. */
export const datasets = {
  penguins: {
    title: 'Palmer penguins',
    file: 'penguins.csv',
    summary: '344 penguins of three species, with missing values; predict species or sex',
    schema: [
      ...columns('string', 'species', 'island'),
      ...columns('float', 'bill_length_mm', 'bill_depth_mm'),
      ...columns('integer', 'flipper_length_mm', 'body_mass_g'),
      ...columns('string', 'sex'),
      ...columns('integer', 'year'),
    ],
  },
  cars: {
    title: 'Cars (fuel economy)',
    file: 'cars.csv',
    summary: '392 car models from 1970 to 1982; predict mpg',
    schema: [
      ...columns('string', 'name', 'origin'),
      ...columns('integer', 'model_year', 'cylinders'),
      ...columns('float', 'displacement'),
      ...columns('integer', 'horsepower', 'weight'),
      ...columns('float', 'acceleration', 'mpg'),
    ],
  },
  'breast-cancer': {
    title: 'Breast cancer (Wisconsin)',
    file: 'breast-cancer.csv',
    summary: '569 biopsies with 30 measurements; predict diagnosis',
    schema: [
      ...columns('string', 'diagnosis'),
      ...columns('float', ...nuclei.map((name) => `mean_${name}`), ...nuclei.map((name) => `${name}_error`), ...nuclei.map((name) => `worst_${name}`)),
    ],
  },
  'seattle-weather': {
    title: 'Seattle weather',
    file: 'seattle-weather.csv',
    summary: '1461 days from 2012 to 2015; predict temp_max or weather',
    schema: [...columns('date', 'date'), ...columns('float', 'precipitation', 'temp_max', 'temp_min', 'wind'), ...columns('string', 'weather')],
  },
} as const satisfies Record<string, SampleDataset>;

export type DatasetName = keyof typeof datasets;

export const datasetNames = Object.keys(datasets) as [DatasetName, ...DatasetName[]];
