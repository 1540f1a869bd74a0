// Compares an operation's value with a float64 reference, and its gradients with central differences of the reference.
import { randomStream } from '../../src/common/random.js';
import { gradients } from '../../src/engine/gradients.js';
import type { Engine } from '../../src/engine/index.js';
import { mul, sum } from '../../src/engine/ops/index.js';
import type { Execution } from '../../src/engine/session.js';
import type { Program, Tensor } from '../../src/engine/tensor.js';
import type { Shape } from '../../src/engine/types.js';
import { expectClose } from './close.js';
import { filled, runOnce, type Leaf } from './run-once.js';

/** Normal numbers with absolute values of at least `distance`, for operations with a kink or a pole at 0. */
export function randomLeaf(shape: Shape, key: string, distance = 0): Leaf {
  const random = randomStream(1, 'leaf', key);
  return filled(shape, () => {
    const value = random.normal();
    return Math.fround(value < 0 ? value - distance : value + distance);
  });
}

export const positiveLeaf = (shape: Shape, key: string): Leaf => {
  const { values } = randomLeaf(shape, key, 0.2);
  return filled(shape, (index) => Math.abs(values[index]));
};

interface OperationCheck {
  readonly leaves: Readonly<Record<string, Leaf>>;
  readonly build: (tensors: Readonly<Record<string, Tensor>>, program: Program) => Tensor;
  /** Computes the value, row-major, from the leaves' values. */
  readonly reference: (values: Readonly<Record<string, readonly number[]>>) => readonly number[];
  /** Leaves whose gradients are compared; default: all. */
  readonly differentiated?: readonly string[];
}

/** Weights the value's elements with random numbers, so that the differentiated scalar depends on each of them. */
export function checkOperation(engine: Engine, execution: Execution, check: OperationCheck): void {
  const { leaves, build, reference, differentiated = Object.keys(leaves) } = check;
  const inputs = Object.fromEntries(Object.entries(leaves).map(([name, leaf]) => [name, Array.from(leaf.values)]));
  const expected = reference(inputs);
  const probe = randomLeaf([expected.length], 'probe').values;
  const scalar = (values: typeof inputs): number =>
    reference(values).reduce((sum, value, index) => sum + value * probe[index], 0);
  const observed = runOnce(engine, execution, leaves, (tensors, program) => {
    const value = build(tensors, program);
    const weights = program.constant(Float32Array.from(probe), { dtype: 'float32', shape: value.shape });
    const slopes = gradients(
      sum(mul(value, weights)),
      differentiated.map((name) => tensors[name]),
    );
    return { value, ...Object.fromEntries(differentiated.map((name, index) => [`gradient_${name}`, slopes[index]])) };
  });
  expectClose(observed['value'], expected, 'value');
  for (const name of differentiated) {
    const step = 1e-4;
    const slope = inputs[name].map((value, index) => {
      const moved = (by: number): number => scalar({ ...inputs, [name]: inputs[name].with(index, value + by) });
      return (moved(step) - moved(-step)) / (2 * step);
    });
    expectClose(observed[`gradient_${name}`], slope, `gradient of ${name}`);
  }
}
