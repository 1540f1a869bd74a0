// Exponential moving average (EMA) of the weights.
import { add, mul, sub } from '../engine/ops/index.js';
import type { Program, Tensor } from '../engine/tensor.js';
import { declare, type TensorDeclaration } from '../nn/tensors.js';
import type { Optimizer } from './optimizer.js';

/** `training.ema` of a config. */
interface EmaOptions {
  /** Share of the average that an update keeps. */
  readonly decay: number;
  /** Whether the first updates keep less: min(decay, (1 + t) / (10 + t)) after t updates. */
  readonly warmup: boolean;
}

/** The scalar of a step that says what share of the new weights the average takes: 1 − decay. */
export const emaShare = 'ema.share';

/** What the names of averages begin with. */
export const emaPrefix = 'ema.';

/** The average of a tensor, which begins with the tensor's own first values: `ema.<tensor>`. */
export const emaOf = (tensor: TensorDeclaration): TensorDeclaration => ({
  ...declare(`${emaPrefix}${tensor.name}`, 'state', tensor.shape, tensor.initialize, tensor.layout),
  startsAs: tensor.name,
});

/** average += share (value − average): a value that does not change is its own average, bit by bit. */
export function moveAverage(program: Program, tensor: TensorDeclaration, share: Tensor): void {
  const average = emaOf(tensor);
  const before = program.read(average);
  program.assign(average, add(before, mul(sub(program.read(tensor), before), share)));
}

/** The same optimizer, which also moves the average of each parameter after its update. */
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
