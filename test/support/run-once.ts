// Runs operations once, outside any training, in either kind of execution.
import type { Engine } from '../../src/engine/index.js';
import type { Execution } from '../../src/engine/session.js';
import type { Program, Tensor, Variable } from '../../src/engine/tensor.js';
import { sizeOf, type HostArray, type Shape } from '../../src/engine/types.js';

export const executions: readonly Execution[] = ['captured', 'eager'];

/** A float32 input that a gradient can be asked for. */
export interface Leaf {
  readonly shape: Shape;
  readonly values: ArrayLike<number>;
}

/** Builds with leaves as trainable variables, runs once, and gives the outputs. */
export function runOnce(
  engine: Engine,
  execution: Execution,
  leaves: Readonly<Record<string, Leaf>>,
  build: (tensors: Readonly<Record<string, Tensor>>, program: Program) => Readonly<Record<string, Tensor>>,
): Readonly<Record<string, HostArray>> {
  const variables = Object.entries(leaves).map(([name, { shape }]): Variable => ({ name, shape, trainable: true }));
  const session = engine.createSession(execution, variables, [
    {
      name: 'once',
      inputs: {},
      build: (_, program) =>
        build(Object.fromEntries(variables.map((variable) => [variable.name, program.read(variable)])), program),
    },
  ]);
  try {
    session.write(new Map(Object.entries(leaves).map(([name, leaf]) => [name, Float32Array.from(leaf.values)])));
    return session.call('once', {});
  } finally {
    session.close();
  }
}

export const filled = (shape: Shape, value: (index: number) => number): Leaf => ({
  shape,
  values: Array.from({ length: sizeOf(shape) }, (_, index) => value(index)),
});
