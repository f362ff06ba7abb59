import type { Dim, Value } from '../../autodiff/graph-builder.ts';
import { int, type LayerCall } from './layer-call.ts';

/** Steps of a sequence some of which are masked: as ONNX' recurrent operators know only lengths, the others are brought to the front. */
export class StepMask {
  readonly #call: LayerCall;
  /** 1 or 0, [rows, steps]. */
  readonly #mask: Value;
  readonly #steps: number;
  /** Steps that count, [rows, 1]. */
  readonly #counts: Value;
  /** How many count up to each step, with it, [rows, steps]. */
  readonly #upTo: Value;

  constructor(call: LayerCall, mask: Value) {
    this.#call = call;
    this.#mask = mask;
    this.#steps = call.sizes(mask)[0] ?? 1;
    this.#counts = call.op('ReduceSum', [mask, call.list([1])], ['rows', 1], { keepdims: int(1) });
    this.#upTo = call.op('CumSum', [mask, call.g.constant('int64', [], [1])], mask.shape);
  }

  /** int32 [rows]. At least 1, as ONNX Runtime wants it: see `onlyWhereAny`. */
  get lengths(): Value {
    const atLeastOne = this.#call.op('Max', [this.#counts, this.#call.constant([], [1])], ['rows', 1]);
    const flat = this.#call.op('Reshape', [atLeastOne, this.#call.list([-1])], ['rows']);
    return this.#call.g.node('Cast', [flat], { type: 'int32', shape: ['rows'] }, { to: int(6) });
  }

  /** The steps that count in their order, then the others: x [rows, steps, width]. */
  compact(x: Value): Value {
    const steps = this.#steps;
    // Larger the earlier, and larger than all where it counts.
    const places = this.#call.constant([1, steps], Array.from({ length: steps }, (_, step) => -step));
    const counted = this.#call.op('Mul', [this.#mask, this.#call.constant([], [2 * steps])], this.#mask.shape);
    const key = this.#call.op('Add', [counted, places], this.#mask.shape);
    const shape: Dim[] = ['rows', steps];
    const [, order] = this.#call.g.nodes('TopK', [key, this.#call.list([steps])], [{ type: 'float', shape }, { type: 'int64', shape }], { axis: int(1) }) as [Value, Value];
    return this.#pick(x, order);
  }

  /**
   * Outputs of the steps that count, [rows, steps, units] from the front, at their own places again. A masked step has the output of the step that
   * was gone through before it (0 where there was none), or 0 where `zeros`.
   */
  spread(outputs: Value, backwards: boolean, zeros: boolean): Value {
    const call = this.#call;
    // The place among those that count: of the last one up to here, or of the next one from here on.
    const place = call.op('Sub', [this.#upTo, backwards ? this.#mask : call.constant([], [1])], this.#mask.shape);
    const least = call.op('Max', [place, call.constant([], [0])], this.#mask.shape);
    const inside = call.op('Min', [least, call.constant([], [this.#steps - 1])], this.#mask.shape);
    const found = this.#pick(outputs, call.g.node('Cast', [inside], { type: 'int64', shape: this.#mask.shape }, { to: int(7) }));
    const isThere = zeros ? this.#mask : this.#truth(backwards ? 'Less' : 'GreaterOrEqual', place, backwards ? this.#counts : call.constant([], [0]));
    return call.op('Mul', [found, call.reshape(isThere, [this.#steps, 1])], outputs.shape);
  }

  /** 0 in rows in which no step counts. */
  onlyWhereAny(state: Value): Value {
    return this.#call.op('Mul', [state, this.#truth('Greater', this.#counts, this.#call.constant([], [0]))], state.shape);
  }

  #truth(op: string, a: Value, b: Value): Value {
    const truth = this.#call.g.node(op, [a, b], { type: 'bool', shape: a.shape });
    return this.#call.g.node('Cast', [truth], { type: 'float', shape: a.shape }, { to: int(1) });
  }

  /** In each row the steps at `places` [rows, steps]. */
  #pick(x: Value, places: Value): Value {
    const column = this.#call.g.node('Reshape', [places, this.#call.list([-1, this.#steps, 1])], { type: 'int64', shape: ['rows', this.#steps, 1] });
    return this.#call.op('GatherND', [x, column], x.shape, { batch_dims: int(1) });
  }
}
