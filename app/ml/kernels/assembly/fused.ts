/** In one instruction, rounded once, on processors of the last ten years; older ones multiply, round and add. */
// @ts-ignore: decorator
@inline
export function plusProduct(sum: v128, a: v128, b: v128): v128 {
  return f32x4.relaxed_madd(a, b, sum);
}
