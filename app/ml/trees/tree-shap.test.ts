import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TreeBuilder, predictRaw, type Tree, type TreeEnsemble } from './tree.ts';
import { expectedRaw, treeShap } from './tree-shap.ts';

const features = 4;

/** A random tree of some depth; `outputs` values a leaf. */
const treeArbitrary = (outputs: number): fc.Arbitrary<Tree> =>
  fc.infiniteStream(fc.record({ feature: fc.nat(features - 1), threshold: fc.integer({ min: -2, max: 2 }), missingLeft: fc.boolean(), stops: fc.nat(3), share: fc.integer({ min: 1, max: 9 }), value: fc.integer({ min: -20, max: 20 }), isSet: fc.nat(4) })).map((draws) => {
    const builder = new TreeBuilder(outputs);
    const next = () => draws.next().value;
    const grow = (node: number, cover: number, depth: number): void => {
      const { feature, threshold, missingLeft, stops, share, isSet } = next();
      if (depth === 4 || (depth > 0 && stops === 0)) {
        for (let k = 0; k < outputs; k += 1) builder.setValue(node, next().value / 4, k);
        return;
      }
      const part = (cover * share) / 10;
      const [left, right] = [builder.add(part), builder.add(cover - part)];
      builder.split(node, { feature, threshold, bin: 0, missingLeft, gain: 1, categories: isSet === 0 ? [threshold, 1] : undefined }, left, right);
      grow(left, part, depth + 1);
      grow(right, cover - part, depth + 1);
    };
    grow(builder.add(100), 100, 0);
    return builder.finish();
  });

const rowArbitrary = fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constant(Number.NaN)), { minLength: features, maxLength: features }).map((values) => Float32Array.from(values));

/** Mean of a tree's leaves for a row of which only some features are known, straight from the definition. */
function known(tree: Tree, row: Float32Array, has: (feature: number) => boolean, outputs: number, k: number, node = 0): number {
  const by = tree.feature[node] as number;
  if (by < 0) return tree.value[node * outputs + k] as number;
  const [left, right] = [tree.left[node] as number, tree.right[node] as number];
  const side = (child: number): number => known(tree, row, has, outputs, k, child);
  if (!has(by)) return (side(left) * (tree.cover[left] as number) + side(right) * (tree.cover[right] as number)) / (tree.cover[node] as number);
  const value = row[by] as number;
  const set = tree.categories.get(node);
  return side((set !== undefined ? set.includes(value) : Number.isNaN(value) ? tree.missingLeft[node] === 1 : value <= (tree.threshold[node] as number)) ? left : right);
}

/** Shapley's formula over all subsets. */
function byDefinition(tree: Tree, row: Float32Array, feature: number, outputs: number, k: number): number {
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  let sum = 0;
  for (let set = 0; set < 1 << features; set += 1) {
    if ((set >> feature) & 1) continue;
    const size = set.toString(2).replaceAll('0', '').length;
    const weight = (factorial(size) * factorial(features - size - 1)) / factorial(features);
    const value = (bits: number): number => known(tree, row, (j) => ((bits >> j) & 1) === 1, outputs, k);
    sum += weight * (value(set | (1 << feature)) - value(set));
  }
  return sum;
}

it('gives Shapley values by their definition', () => {
  fc.assert(
    fc.property(fc.constantFrom(1, 3).chain((outputs) => fc.tuple(fc.constant(outputs), treeArbitrary(outputs), rowArbitrary)), ([outputs, tree, row]) => {
      const out = new Float64Array(features * outputs);
      treeShap({ trees: [tree], leafValues: outputs, outputs, base: new Float64Array(outputs), combine: 'sum' }, row, 0, out);
      for (let j = 0; j < features; j += 1) for (let k = 0; k < outputs; k += 1) expect(out[j * outputs + k]).toBeCloseTo(byDefinition(tree, row, j, outputs, k), 8);
    }),
    { numRuns: 200 },
  );
});

it('adds up from the expectation to the prediction, for sums and means of trees', () => {
  fc.assert(
    fc.property(fc.array(treeArbitrary(1), { minLength: 2, maxLength: 6 }), fc.constantFrom('sum' as const, 'mean' as const), fc.constantFrom(1, 2), rowArbitrary, (trees, combine, outputs, row) => {
      const ensemble: TreeEnsemble = { trees, leafValues: 1, outputs, base: Float64Array.from({ length: outputs }, (_, k) => k + 0.5), combine };
      const out = new Float64Array(features * outputs);
      treeShap(ensemble, row, 0, out);
      const [raw, expected] = [predictRaw(ensemble, row, 1), expectedRaw(ensemble)];
      for (let k = 0; k < outputs; k += 1) {
        let sum = expected[k] as number;
        for (let j = 0; j < features; j += 1) sum += out[j * outputs + k] as number;
        expect(sum).toBeCloseTo(raw[k] as number, 6);
      }
    }),
    { numRuns: 200 },
  );
});
