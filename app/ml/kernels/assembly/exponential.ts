import { plusProduct } from './fused';

/** e^x for four float32 within 2 units in the last place (Cody and Waite's reduction, Cephes' polynomial); clamped to ±87. */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  // The forms that are one instruction; what is no number stays none.
  x = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-87)), f32x4.splat(87));
  // Added to 3 · 2^22, a number is rounded, and its lowest bits are those of the integer.
  const large = f32x4.splat(12582912);
  const rounded = f32x4.add(f32x4.mul(x, f32x4.splat(1.44269504)), large);
  const k = f32x4.sub(rounded, large);
  let r = f32x4.sub(x, f32x4.mul(k, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(k, f32x4.splat(-2.12194440e-4)));
  let p = f32x4.splat(1.9875691500e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  p = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), f32x4.splat(1));
  return f32x4.mul(p, i32x4.shl(i32x4.add(i32x4.sub(rounded, large), i32x4.splat(127)), 23));
}

/** The same for x ≤ 0, its products and sums in one instruction where there is one. */
// @ts-ignore: decorator
@inline
export function exp4Below(x: v128): v128 {
  x = f32x4.pmax(x, f32x4.splat(-87));
  const large = f32x4.splat(12582912);
  const rounded = plusProduct(large, x, f32x4.splat(1.44269504));
  const k = f32x4.sub(rounded, large);
  let r = plusProduct(x, k, f32x4.splat(-0.693359375));
  r = plusProduct(r, k, f32x4.splat(2.12194440e-4));
  let p = plusProduct(f32x4.splat(1.3981999507e-3), r, f32x4.splat(1.9875691500e-4));
  p = plusProduct(f32x4.splat(8.3334519073e-3), p, r);
  p = plusProduct(f32x4.splat(4.1665795894e-2), p, r);
  p = plusProduct(f32x4.splat(1.6666665459e-1), p, r);
  p = plusProduct(f32x4.splat(5.0000001201e-1), p, r);
  p = f32x4.add(plusProduct(r, p, f32x4.mul(r, r)), f32x4.splat(1));
  return f32x4.mul(p, i32x4.shl(i32x4.add(i32x4.sub(rounded, large), i32x4.splat(127)), 23));
}
