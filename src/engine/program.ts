// What executes operations: either at once (eager) or by adding them to a graph (captured).
import type { Attributes } from './attributes.js';
import type { Device } from './devices.js';
import type { Tensor } from './tensor.js';
import type { HostArray, Shape, TensorSpec } from './types.js';

/** State that outlives a call: parameters, momentum, statistics, a loss's own state. Always float32. */
export interface Variable {
  readonly name: string;
  readonly shape: Shape;
  /** Whether the optimizer trains it, so that a gradient is asked for. */
  readonly trainable: boolean;
}

/** One step of SGD with momentum on one parameter, in PyTorch's form: v = mu v + g; w -= lr (g + mu v) or lr v. */
export interface MomentumStep {
  readonly parameter: Variable;
  readonly velocity: Variable;
  readonly gradient: Tensor;
  /** Scalar. */
  readonly learningRate: Tensor;
  readonly momentum: number;
  readonly nesterov: boolean;
}

export interface Program {
  /** What the operations run on: some have a faster form on one or the other. */
  readonly device: Device['kind'];
  /** Runs one TensorFlow operation. `outputs` says what it gives: TensorFlow itself is not asked. */
  execute(
    operation: string,
    attributes: Attributes,
    inputs: readonly Tensor[],
    outputs: readonly TensorSpec[],
  ): readonly Tensor[];
  /** The same value, which a captured step makes available only once `earlier` is there: order, nothing else. */
  after(value: Tensor, earlier: Tensor): Tensor;
  constant(values: HostArray, spec: TensorSpec): Tensor;
  /** The value of a variable: what was assigned in this call, else what it was before. */
  read(variable: Variable): Tensor;
  assign(variable: Variable, value: Tensor): void;
  /** Replaces the rows `indices` (int32 [K]) of a variable. Rows named twice must be equal. */
  assignRows(variable: Variable, indices: Tensor, rows: Tensor): void;
  momentumStep(step: MomentumStep): void;
}
