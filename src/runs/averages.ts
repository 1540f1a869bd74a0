// Replaces the weights of a run's checkpoint by their averages.
import { cannot } from '../common/errors.js';
import { emaPrefix } from '../optimizers/ema.js';
import type { RunCheckpoint } from './run-checkpoint.js';

/** Whether a run keeps averages of its weights (`training.ema`). */
export const keepsAverages = ({ config }: Pick<RunCheckpoint, 'config'>): boolean => config.training.ema !== undefined;

/**
 * Returns the checkpoint with the averages (`training.ema`) as its network; tensors without an average, such as frozen
 * weights, are unchanged. Errors: the run keeps no averages. `action`: for the message, such as `export the averages`.
 */
export function withAverages(opened: RunCheckpoint, action: string): RunCheckpoint {
  const { config, checkpoint } = opened;
  const names = new Set(checkpoint.tensors.map(({ name }) => name));
  // A custom part may call a tensor of its own `ema.…`.
  const isAverage = ({ name }: { readonly name: string }): boolean =>
    name.startsWith(emaPrefix) && names.has(name.slice(emaPrefix.length));
  const averages = new Map(checkpoint.tensors.filter(isAverage).map((tensor) => [tensor.name, tensor]));
  if (!keepsAverages(opened) || averages.size === 0) {
    throw cannot(action, 'the run keeps no averages of its weights', {
      code: 'checkpoint/missing',
      place: checkpoint.path,
      hint: 'only runs with training.ema keep averages',
    });
  }
  const tensors = checkpoint.tensors
    .filter((tensor) => !isAverage(tensor))
    .map((tensor) => ({ ...(averages.get(`${emaPrefix}${tensor.name}`) ?? tensor), name: tensor.name }));
  // It is evaluated as a network without averages.
  const training = { ...config.training, ema: undefined };
  return { ...opened, averaged: true, config: { ...config, training }, checkpoint: { ...checkpoint, tensors } };
}
