/** p = 1 / (1 + exp(slope · decision + offset)) */
export interface Sigmoid {
  readonly slope: number;
  readonly offset: number;
}

/**
 * Probabilities for decision values (Platt 2000) by Newton's method with a line search, in the form of Lin, Lin and Weng (2007). The
 * targets are smoothed by the numbers of rows, so that decisions that part the classes give no certainty.
 * @param weights [rows]
 */
export function fitSigmoid(decisions: Float64Array, positive: Uint8Array, weights: Float64Array): Sigmoid {
  let yes = 0;
  let no = 0;
  for (let i = 0; i < decisions.length; i++) {
    if (positive[i] === 1) yes += weights[i] as number;
    else no += weights[i] as number;
  }
  const [high, low] = [(yes + 1) / (yes + 2), 1 / (no + 2)];
  const loss = (slope: number, offset: number): number => {
    let sum = 0;
    for (let i = 0; i < decisions.length; i++) {
      const f = (decisions[i] as number) * slope + offset;
      const t = positive[i] === 1 ? high : low;
      sum += (weights[i] as number) * (f >= 0 ? t * f + Math.log1p(Math.exp(-f)) : (t - 1) * f + Math.log1p(Math.exp(f)));
    }
    return sum;
  };
  let slope = 0;
  let offset = Math.log((no + 1) / (yes + 1));
  let value = loss(slope, offset);
  for (let iteration = 0; iteration < 100; iteration++) {
    let [h11, h22, h21, g1, g2] = [1e-12, 1e-12, 0, 0, 0];
    for (let i = 0; i < decisions.length; i++) {
      const d = decisions[i] as number;
      const w = weights[i] as number;
      const f = d * slope + offset;
      const p = f >= 0 ? Math.exp(-f) / (1 + Math.exp(-f)) : 1 / (1 + Math.exp(f));
      const curve = w * p * (1 - p);
      h11 += d * d * curve;
      h22 += curve;
      h21 += d * curve;
      const off = w * ((positive[i] === 1 ? high : low) - p);
      g1 += d * off;
      g2 += off;
    }
    if (Math.abs(g1) < 1e-5 && Math.abs(g2) < 1e-5) break;
    const determinant = h11 * h22 - h21 * h21;
    const [stepSlope, stepOffset] = [-(h22 * g1 - h21 * g2) / determinant, -(-h21 * g1 + h11 * g2) / determinant];
    const along = g1 * stepSlope + g2 * stepOffset;
    let length = 1;
    let moved = false;
    for (; length >= 1e-10 && !moved; length /= 2) {
      const next = loss(slope + length * stepSlope, offset + length * stepOffset);
      if (next >= value + 1e-4 * length * along) continue;
      slope += length * stepSlope;
      offset += length * stepOffset;
      value = next;
      moved = true;
    }
    if (!moved) break;
  }
  return { slope, offset };
}

/** The probability of a decision. */
export const probabilityOf = ({ slope, offset }: Sigmoid, decision: number): number => 1 / (1 + Math.exp(slope * decision + offset));
