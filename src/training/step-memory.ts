// Estimates the memory of a training step from its operations, without running them.
import { createTally, type TalliedOperation } from '../engine/tally-program.js';
import type { SessionFunction } from '../engine/session.js';
import type { Tensor, Variable } from '../engine/tensor.js';
import { sizeOf, type DType, type TensorSpec } from '../engine/types.js';
import {
  evaluatedTensors,
  evaluationStep,
  predictionStep,
  sessionTensors,
  trainingStep,
  type EvaluatedParts,
  type StepParts,
} from './step.js';

const bytesPerElement: Readonly<Record<DType, number>> = {
  float32: 4,
  bfloat16: 2,
  int32: 4,
  int64: 8,
  uint8: 1,
  bool: 1,
};

const bytesOf = ({ dtype, shape }: TensorSpec): number => bytesPerElement[dtype] * sizeOf(shape);

/** Operations whose result shares the memory of their first input. */
const views = new Set(['Identity', 'Reshape']);

/** Operations that may overwrite an input that is no longer needed. */
const inPlace = new Set([
  'Relu',
  'ReluGrad',
  'AddV2',
  'AddN',
  'Sub',
  'Mul',
  'RealDiv',
  'Neg',
  'Sigmoid',
  'SigmoidGrad',
]);

/** Lists operations in order with the memory blocks that they read and create; several tensors may share a block. */
function pieces(operations: readonly TalliedOperation[]) {
  const roots = new Map<number, number>();
  const root = ({ handle }: Tensor): number => roots.get(handle) ?? handle;
  return operations.map(({ operation, inputs, outputs }) => {
    if (views.has(operation)) {
      roots.set(outputs[0].handle, root(inputs[0]));
      return { operation, reads: [root(inputs[0])], makes: [] };
    }
    return { operation, reads: inputs.map(root), makes: outputs };
  });
}

/**
 * Returns the peak memory in bytes, without variables and inputs, when operations run one after the other: each result
 * is alive from the operation that creates it to the last that reads it.
 */
export function peakBytes(operations: readonly TalliedOperation[]): number {
  const steps = pieces(operations);
  const lastReads = new Map<number, number>();
  steps.forEach(({ reads }, index) => reads.forEach((piece) => lastReads.set(piece, index)));
  const alive = new Map<number, number>();
  let [now, peak] = [0, 0];
  const release = (piece: number): void => {
    now -= alive.get(piece) ?? 0;
    alive.delete(piece);
  };
  steps.forEach(({ operation, reads, makes }, index) => {
    const dying = reads.filter((piece) => lastReads.get(piece) === index);
    if (inPlace.has(operation)) {
      const reused = dying.find((piece) => alive.get(piece) === bytesOf(makes[0]));
      if (reused !== undefined) release(reused);
    }
    for (const made of makes) {
      alive.set(made.handle, bytesOf(made));
      now += bytesOf(made);
    }
    peak = Math.max(peak, now);
    dying.forEach(release);
    for (const { handle } of makes) if (!lastReads.has(handle)) release(handle);
  });
  return peak;
}

/**
 * Returns the bytes that one captured training step needs: the session's variables (parameters, momentum, statistics,
 * the loss's state), the batch, and the peak of intermediate values: activations kept for the backward pass and
 * gradients. Not counted: temporary memory of kernels, memory that the allocator reserves, the vector of joined
 * gradients (`src/optimizers/packs.ts`), and the program itself.
 */
export const stepMemory = (parts: StepParts, batchSize: number): number =>
  functionMemory(trainingStep(parts, batchSize), sessionTensors(parts));

/** Returns the bytes that an evaluation step needs, counted in the same way. */
export const evaluationMemory = (parts: EvaluatedParts, batchSize: number): number =>
  functionMemory(evaluationStep(parts, batchSize), evaluatedTensors(parts));

/** Returns the bytes that a batch of predictions needs, counted in the same way. */
export const predictionMemory = (parts: EvaluatedParts, batchSize: number): number =>
  functionMemory(predictionStep(parts, batchSize), parts.network.tensors);

function functionMemory(step: SessionFunction, kept: readonly Variable[]): number {
  const tally = createTally({ variables: new Set(kept.map(({ name }) => name)) });
  const tensors = Object.entries(step.inputs).map(([name, spec]) => [name, tally.input(spec)] as const);
  step.build(Object.fromEntries(tensors), tally.program);
  const specs = kept.map(({ shape }): TensorSpec => ({ dtype: 'float32', shape }));
  const total = [...specs, ...Object.values(step.inputs)].reduce((sum, spec) => sum + bytesOf(spec), 0);
  return total + peakBytes(tally.operations);
}
