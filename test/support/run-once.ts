// Runs operations once, without training, in either execution mode.
import type { Engine } from '../../src/engine/index.js';
import type { Execution } from '../../src/engine/session.js';
import type { Program, Tensor, Variable } from '../../src/engine/tensor.js';
import { sizeOf, type HostArray, type Shape } from '../../src/engine/types.js';

export const executions: readonly Execution[] = ['captured', 'eager'];

/** A float32 input that gradients can be computed for. */
export interface Leaf {
  readonly shape: Shape;
  readonly values: ArrayLike<number>;
}

type Build = (tensors: Readonly<Record<string, Tensor>>, program: Program) => Readonly<Record<string, Tensor>>;

/** Builds with leaves of these shapes as trainable variables; `run` returns the outputs for their values. */
export function openRuns(engine: Engine, execution: Execution, shapes: Readonly<Record<string, Shape>>, build: Build) {
  const variables = Object.entries(shapes).map(([name, shape]): Variable => ({ name, shape, trainable: true }));
  const session = engine.createSession(execution, variables, [
    {
      name: 'once',
      inputs: {},
      build: (_, program) =>
        build(Object.fromEntries(variables.map((variable) => [variable.name, program.read(variable)])), program),
    },
  ]);
  return {
    run(leaves: Readonly<Record<string, ArrayLike<number>>>): Readonly<Record<string, HostArray>> {
      session.write(new Map(Object.entries(leaves).map(([name, values]) => [name, Float32Array.from(values)])));
      return session.call('once', {});
    },
    close: () => session.close(),
  };
}

/** Builds with leaves as trainable variables, runs once, and returns the outputs. */
export function runOnce(
  engine: Engine,
  execution: Execution,
  leaves: Readonly<Record<string, Leaf>>,
  build: Build,
): Readonly<Record<string, HostArray>> {
  const of = <T>(value: (leaf: Leaf) => T): Record<string, T> =>
    Object.fromEntries(Object.entries(leaves).map(([name, leaf]) => [name, value(leaf)]));
  const shapes = of(({ shape }) => shape);
  const runs = openRuns(engine, execution, shapes, build);
  try {
    return runs.run(of(({ values }) => values));
  } finally {
    runs.close();
  }
}

export const filled = (shape: Shape, value: (index: number) => number): Leaf => ({
  shape,
  values: Array.from({ length: sizeOf(shape) }, (_, index) => value(index)),
});
