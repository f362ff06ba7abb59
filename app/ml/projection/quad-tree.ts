/** Points in the plane in nested squares, each with its centre of mass: far away many points count as one (Barnes and Hut 1986). */
export class QuadTree {
  readonly #rows: number;
  #size = 0;
  readonly #mass: Float64Array;
  readonly #x: Float64Array;
  readonly #y: Float64Array;
  readonly #width: Float64Array;
  /** First of four children, or 0. */
  readonly #child: Int32Array;
  readonly #middleX: Float64Array;
  readonly #middleY: Float64Array;
  readonly #stack = new Int32Array(512);

  constructor(rows: number) {
    this.#rows = rows;
    // Depth is bounded, so that a few cells a point are enough; equal points share a leaf.
    const cells = 8 * rows + 4 * deepest + 16;
    this.#mass = new Float64Array(cells);
    this.#x = new Float64Array(cells);
    this.#y = new Float64Array(cells);
    this.#width = new Float64Array(cells);
    this.#child = new Int32Array(cells);
    this.#middleX = new Float64Array(cells);
    this.#middleY = new Float64Array(cells);
  }

  /** @param at [rows × 2] */
  build(at: Float64Array): void {
    let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let i = 0; i < this.#rows; i++) {
      left = Math.min(left, at[2 * i] as number);
      right = Math.max(right, at[2 * i] as number);
      low = Math.min(low, at[2 * i + 1] as number);
      high = Math.max(high, at[2 * i + 1] as number);
    }
    this.#size = 0;
    this.#cell((left + right) / 2, (low + high) / 2, Math.max(right - left, high - low, 1e-12) * 1.0001);
    for (let i = 0; i < this.#rows; i++) this.#insert(at[2 * i] as number, at[2 * i + 1] as number);
  }

  #cell(x: number, y: number, width: number): number {
    const cell = this.#size++;
    this.#mass[cell] = 0;
    this.#x[cell] = 0;
    this.#y[cell] = 0;
    this.#child[cell] = 0;
    this.#middleX[cell] = x;
    this.#middleY[cell] = y;
    this.#width[cell] = width;
    return cell;
  }

  #quadrant(cell: number, x: number, y: number): number {
    return (this.#child[cell] as number) + (x > (this.#middleX[cell] as number) ? 1 : 0) + (y > (this.#middleY[cell] as number) ? 2 : 0);
  }

  #add(cell: number, x: number, y: number, mass: number): void {
    const all = (this.#mass[cell] as number) + mass;
    this.#x[cell] = (this.#x[cell] as number) + ((x - (this.#x[cell] as number)) * mass) / all;
    this.#y[cell] = (this.#y[cell] as number) + ((y - (this.#y[cell] as number)) * mass) / all;
    this.#mass[cell] = all;
  }

  #insert(x: number, y: number): void {
    let cell = 0;
    for (let depth = 0; ; depth++) {
      const before = this.#mass[cell] as number;
      const [oldX, oldY] = [this.#x[cell] as number, this.#y[cell] as number];
      this.#add(cell, x, y, 1);
      if (before === 0) return;
      if (this.#child[cell] === 0) {
        const same = oldX === x && oldY === y;
        if (same || depth >= deepest || this.#size + 4 > this.#mass.length) return;
        // A leaf with points becomes four; what it held moves down.
        const half = (this.#width[cell] as number) / 2;
        const [mx, my] = [this.#middleX[cell] as number, this.#middleY[cell] as number];
        this.#child[cell] = this.#size;
        for (let q = 0; q < 4; q++) this.#cell(mx + ((q & 1) === 1 ? half : -half) / 2, my + ((q & 2) === 2 ? half : -half) / 2, half);
        this.#add(this.#quadrant(cell, oldX, oldY), oldX, oldY, before);
      }
      cell = this.#quadrant(cell, x, y);
    }
  }

  /**
   * Repulsion on a point by Student's t kernel q = 1 / (1 + d²): adds Σ q² (point − other) to `force` at 2 · `row` and gives Σ q, the
   * point itself left out. A cell narrower than theta times its distance counts as one point.
   */
  repulsion(at: Float64Array, row: number, theta: number, force: Float64Array): number {
    const [x, y] = [at[2 * row] as number, at[2 * row + 1] as number];
    let [fx, fy, sum] = [0, 0, 0];
    let top = 0;
    this.#stack[top++] = 0;
    while (top > 0) {
      const cell = this.#stack[--top] as number;
      const mass = this.#mass[cell] as number;
      if (mass === 0) continue;
      const [dx, dy] = [x - (this.#x[cell] as number), y - (this.#y[cell] as number)];
      const d = dx * dx + dy * dy;
      const child = this.#child[cell] as number;
      const width = this.#width[cell] as number;
      if (child === 0 || width * width < theta * theta * d) {
        const q = 1 / (1 + d);
        // A leaf right here holds the point itself, which does not push.
        const count = child === 0 && d === 0 ? mass - 1 : mass;
        sum += count * q;
        fx += count * q * q * dx;
        fy += count * q * q * dy;
      } else for (let k = 0; k < 4; k++) this.#stack[top++] = child + k;
    }
    force[2 * row] = (force[2 * row] as number) + fx;
    force[2 * row + 1] = (force[2 * row + 1] as number) + fy;
    return sum;
  }
}

const deepest = 60;
