// Exponential moving average (EMA) of the weights.
import { add, mul, sub } from '../engine/ops/index.js';
import type { Program, Tensor } from '../engine/tensor.js';
import { declare, type TensorDeclaration } from '../nn/tensors.js';
import type { Optimizer } from './optimizer.js';

/** `training.ema` of a config. */
interface EmaOptions {
  /** Weight of the old average in an update. */
  readonly decay: number;
  /** Whether the decay is lower at first: min(decay, (1 + t) / (10 + t)) in update t, from 1. */
  readonly warmup: boolean;
}

/** The step's scalar for the weight of the new values in the average: 1 − decay. */
export const emaShare = 'ema.share';

/** Prefix of the names of averages. */
export const emaPrefix = 'ema.';

/** Declares the average of a tensor, `ema.<tensor>`, which starts with the tensor's initial values. */
export const emaOf = (tensor: TensorDeclaration): TensorDeclaration => ({
  ...declare(`${emaPrefix}${tensor.name}`, 'state', tensor.shape, tensor.initialize, tensor.layout),
  startsAs: tensor.name,
});

/** average += share (value − average): a constant value equals its average, bit by bit. */
export function moveAverage(program: Program, tensor: TensorDeclaration, share: Tensor): void {
  const average = emaOf(tensor);
  const before = program.read(average);
  program.assign(average, add(before, mul(sub(program.read(tensor), before), share)));
}

/** Returns the same optimizer, which also updates the average of each parameter after its update. */
export function withEma(optimizer: Optimizer, { decay, warmup }: EmaOptions): Optimizer {
  const decayAt = (update: number): number => (warmup ? Math.min(decay, (1 + update) / (10 + update)) : decay);
  return {
    ...optimizer,
    state: (parameter) => [...optimizer.state(parameter), emaOf(parameter)],
    scalars: { ...optimizer.scalars, [emaShare]: ({ step }) => 1 - decayAt(step) },
    update(update) {
      optimizer.update(update);
      moveAverage(update.program, update.parameter, update.scalars[emaShare]);
    },
  };
}
