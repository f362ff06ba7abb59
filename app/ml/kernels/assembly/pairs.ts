/** Adds a pair of float64 to the one in memory. */
// @ts-ignore: decorator
@inline
export function addTo(bin: usize, pair: v128): void {
  v128.store(bin, f64x2.add(v128.load(bin), pair));
}
