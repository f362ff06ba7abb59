/**
 * The least value of a function of few variables without gradients (Nelder & Mead 1965, with the usual 1, 2, ½, ½), from `start` with a
 * first simplex of width `step`. Ends after `most` values or when they lie within `tolerance` relative to each other.
 */
export function nelderMead(f: (x: Float64Array) => number, start: readonly number[], { step = 1, most = 400, tolerance = 1e-8 }: { readonly step?: number; readonly most?: number; readonly tolerance?: number } = {}): { readonly x: Float64Array; readonly value: number } {
  const size = start.length;
  if (size === 0) return { x: new Float64Array(), value: f(new Float64Array()) };
  let calls = 0;
  const point = (x: Float64Array): { x: Float64Array; value: number } => {
    calls++;
    const value = f(x);
    return { x, value: Number.isFinite(value) ? value : Number.POSITIVE_INFINITY };
  };
  const simplex = Array.from({ length: size + 1 }, (_, i) => point(Float64Array.from(start, (value, j) => value + (j === i - 1 ? step : 0))));
  const along = (from: Float64Array, to: Float64Array, by: number): Float64Array => from.map((value, j) => value + by * ((to[j] as number) - value));
  for (;;) {
    simplex.sort((a, b) => a.value - b.value);
    const [best, worst] = [simplex[0], simplex[size]];
    if (best === undefined || worst === undefined) break;
    if (calls >= most || Math.abs(worst.value - best.value) <= tolerance * (Math.abs(best.value) + tolerance)) return best;
    const centre = new Float64Array(size);
    for (const { x } of simplex.slice(0, size)) for (let j = 0; j < size; j++) centre[j] = (centre[j] as number) + (x[j] as number) / size;
    const mirrored = point(along(centre, worst.x, -1));
    if (mirrored.value < best.value) {
      const further = point(along(centre, worst.x, -2));
      simplex[size] = further.value < mirrored.value ? further : mirrored;
    } else if (mirrored.value < (simplex[size - 1]?.value ?? 0)) simplex[size] = mirrored;
    else {
      const inside = mirrored.value < worst.value ? point(along(centre, mirrored.x, 0.5)) : point(along(centre, worst.x, 0.5));
      if (inside.value < Math.min(mirrored.value, worst.value)) simplex[size] = inside;
      else for (let i = 1; i <= size; i++) simplex[i] = point(along(best.x, (simplex[i] ?? best).x, 0.5));
    }
  }
  throw new Error('nelderMead: no points');
}
