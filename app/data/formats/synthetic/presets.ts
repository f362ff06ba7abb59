import type { SyntheticPreset } from '#app/sdk/synthetic.ts';
import { constantFraction, double, mixed, Stages } from './counter-hash.ts';
import { addAngle, addNormals } from './normal.ts';

/** Datasets to try learners on, after scikit-learn's make_moons, make_circles, make_blobs, make_classification and make_regression. Classes take turns, row by row. */
export function presetSql(rows: number, seed: number, preset: SyntheticPreset): string {
  switch (preset.kind) {
    case 'moons':
    case 'circles':
      return roundSql(rows, seed, preset);
    case 'blobs': {
      const centre = (k: number, j: number): number => -10 + 20 * constantFraction(seed, 101, k, j);
      return clusterSql(rows, seed, preset.features, preset.centres, (k, j) => centre(k, j), preset.deviation, 0);
    }
    case 'classification': {
      // Each class at a corner of a cube in the informative columns; corners differ while there are enough.
      const turn = mixed(seed, 102);
      const corner = (k: number, j: number): number => (j >= preset.informative ? 0 : (((k ^ turn) >>> (j % 31)) & 1) === 1 ? preset.separation : -preset.separation);
      return clusterSql(rows, seed, preset.features, preset.classes, corner, 1, preset.flipped);
    }
    case 'regression':
      return regressionSql(rows, seed, preset);
  }
}

const normalsOf = (stages: Stages, seed: number, count: number): void => {
  const streams = Array.from({ length: count }, (_, j) => ({ name: `n${j}`, key: [seed, j, 3] }));
  stages.uniforms(streams);
  addNormals(stages, streams.map(({ name }, j) => ({ name: `z${j}`, from: name })));
};

function roundSql(rows: number, seed: number, preset: SyntheticPreset & { kind: 'moons' | 'circles' }): string {
  const stages = new Stages(rows);
  stages.uniforms([{ name: 'turn', key: [seed, 0, 4] }]);
  normalsOf(stages, seed, 2);
  stages.add([{ name: 'inside', sql: 'i % 2 = 1' }]);
  const noise = (z: string): string => `${double(preset.noise)} * ${z}`;
  if (preset.kind === 'moons') {
    addAngle(stages, 'angle', 'turn');
    return stages.sql(
      `(case when inside then 1e0 - angle_cos else angle_cos end) + ${noise('z0')} as x, (case when inside then 0.5e0 - angle_sin else angle_sin end) + ${noise('z1')} as y, case when inside then 'inner' else 'outer' end as label`,
    );
  }
  // The whole circle is a half one and its mirror image.
  stages.add([{ name: 'half', sql: 'case when turn < 0.5e0 then 2e0 * turn else 2e0 * turn - 1e0 end' }, { name: 'side', sql: `(case when turn < 0.5e0 then 1e0 else -1e0 end) * (case when inside then ${double(preset.factor)} else 1e0 end)` }]);
  addAngle(stages, 'angle', 'half');
  return stages.sql(`side * angle_cos + ${noise('z0')} as x, side * angle_sin + ${noise('z1')} as y, case when inside then 'inner' else 'outer' end as label`);
}

function clusterSql(rows: number, seed: number, features: number, classes: number, centre: (k: number, j: number) => number, deviation: number, flipped: number): string {
  const stages = new Stages(rows);
  if (flipped > 0) stages.uniforms([{ name: 'flip', key: [seed, 0, 5] }, { name: 'other', key: [seed, 0, 6] }]);
  normalsOf(stages, seed, features);
  stages.add([{ name: 'k', sql: `i % ${classes}` }]);
  const at = (j: number): string => `case k ${Array.from({ length: classes }, (_, k) => `when ${k} then ${double(centre(k, j))}`).join(' ')} end`;
  const cells = Array.from({ length: features }, (_, j) => `(${at(j)}) + ${double(deviation)} * z${j} as x${j + 1}`);
  const label = flipped > 0 ? `case when flip < ${double(flipped)} then floor(other * ${double(classes)})::ubigint else k end` : 'k';
  return stages.sql(`${cells.join(', ')}, 'c' || ((${label}) + 1)::varchar as label`);
}

function regressionSql(rows: number, seed: number, preset: SyntheticPreset & { kind: 'regression' }): string {
  const stages = new Stages(rows);
  normalsOf(stages, seed, preset.features + 1);
  const weights = Array.from({ length: preset.features }, (_, j) => (j < preset.informative ? 100 * constantFraction(seed, 103, j) : 0));
  const sum = ['0e0', ...weights.flatMap((weight, j) => (weight === 0 ? [] : [`${double(weight)} * z${j}`])), `${double(preset.noise)} * z${preset.features}`].join(' + ');
  return stages.sql(`${weights.map((_, j) => `z${j} as x${j + 1}`).join(', ')}, ${sum} as y`);
}
