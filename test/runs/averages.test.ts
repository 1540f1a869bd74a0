// Which tensors of a checkpoint are averages of its weights.
import { expect, it } from 'vitest';
import { experimentSchema } from '../../src/config/schema.js';
import { withAverages } from '../../src/runs/averages.js';
import type { RunCheckpoint } from '../../src/runs/run-checkpoint.js';

/** A checkpoint with a weight, its average, and state of a custom loss that has a similar name. */
const openedWith = (training: object): RunCheckpoint => ({
  config: experimentSchema.parse({ experiment: 'own', training }),
  checkpoint: {
    ...{ path: 'run/checkpoints/x', warnings: [], epoch: 1, step: 1, progress: {}, fingerprint: '' },
    tensors: [
      { name: 'weight', shape: [1], data: Float32Array.of(1) },
      { name: 'ema.centres', shape: [1], data: Float32Array.of(2) },
      ...('ema' in training ? [{ name: 'ema.weight', shape: [1], data: Float32Array.of(3) }] : []),
    ],
  },
});

it('takes the averages of weights, and keeps state of a loss that is called `ema.…`', () => {
  const { tensors } = withAverages(openedWith({ ema: {} }), 'evaluate').checkpoint;
  expect(tensors.map(({ name, data }) => [name, data[0]])).toEqual([
    ['weight', 3],
    ['ema.centres', 2],
  ]);
});

it('refuses a run without averages', () => {
  expect(() => withAverages(openedWith({}), 'evaluate')).toThrow(
    'cannot evaluate: the run keeps no averages of its weights',
  );
});
