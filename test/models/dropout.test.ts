// Dropout in every family that has it: random in training, determined by the seed, absent in evaluation.
import { describe, expect, it } from 'vitest';
import type { SessionFunction } from '../../src/engine/session.js';
import type { ModelOptions } from '../../src/models/options.js';
import { createNetwork } from '../../src/models/registry.js';
import { initialValues } from '../../src/nn/tensors.js';
import { testEngine } from '../support/engine.js';
import { filled } from '../support/run-once.js';

const engine = testEngine();
const input = { height: 8, width: 8, channels: 3, classes: 5 };
const images = Float32Array.from(filled([2, 8, 8, 3], (i) => Math.sin(i)).values);

/** Logits in training for a seed, and in evaluation. */
function logitsOf(options: ModelOptions) {
  const network = createNetwork(options, input);
  const modes = [true, false].map((training): SessionFunction => ({
    name: training ? 'training' : 'evaluation',
    inputs: { images: { dtype: 'float32', shape: [2, 8, 8, 3] }, seed: { dtype: 'int32', shape: [2] } },
    build: (inputs, program) => ({
      logits: network.apply(inputs.images, { program, training, seed: inputs.seed }).logits,
    }),
  }));
  const session = engine.createSession('captured', network.tensors, modes);
  return {
    run: (mode: 'training' | 'evaluation', seed: number): number[] => {
      session.write(initialValues(network.tensors, 1));
      return [...session.call(mode, { images, seed: Int32Array.of(seed, 0) }).logits].map(Number);
    },
    close: () => session.close(),
  };
}

const families: readonly (readonly [string, (dropout: number) => ModelOptions])[] = [
  ['resnet', (dropout) => ({ name: 'resnet', depth: 8, dropout })],
  ['se-resnet', (dropout) => ({ name: 'se-resnet', depth: 8, dropout })],
  ['wrn', (dropout) => ({ name: 'wrn', depth: 10, width: 1, dropout })],
  ['densenet-bc', (dropout) => ({ name: 'densenet-bc', depth: 10, growth: 4, dropout, recompute: false })],
];

const difference = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, index) => Math.abs(value - b[index])));
const none = 1e-5;
const clear = 1e-3;

describe.each(families)('dropout in %s', (_, options) => {
  it('differs between seeds, and is active only in training', () => {
    const { run, close } = logitsOf(options(0.3));
    expect(difference(run('training', 1), run('training', 1))).toBeLessThan(none);
    expect(difference(run('training', 1), run('training', 2))).toBeGreaterThan(clear);
    expect(difference(run('evaluation', 1), run('evaluation', 2))).toBeLessThan(none);
    close();
  });

  it('is absent at rate 0', () => {
    const without = logitsOf(options(0));
    const some = logitsOf(options(0.3));
    expect(difference(without.run('training', 1), without.run('training', 2))).toBeLessThan(none);
    expect(difference(without.run('evaluation', 1), some.run('evaluation', 1))).toBeLessThan(none);
    without.close();
    some.close();
  });
});
