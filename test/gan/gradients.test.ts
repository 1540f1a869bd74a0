// Both losses of every kind: the slope along each tensor's gradient against differences of the loss.
import { describe, expect, it } from 'vitest';
import { gradients } from '../../src/engine/gradients.js';
import type { SessionFunction } from '../../src/engine/session.js';
import type { Tensor } from '../../src/engine/tensor.js';
import { createGan } from '../../src/gan/registry.js';
import {
  batchInputs,
  discriminatorObjective,
  generatorObjective,
  parametersOf,
  type GanParts,
} from '../../src/gan/steps.js';
import { initialValues, type TensorDeclaration } from '../../src/nn/tensors.js';
import { testEngine } from '../support/engine.js';
import { kinds, narrow, photos } from './support.js';

const engine = testEngine();

/** Loss and gradients of one of the two networks; the session's variables do not change. */
function slopes(
  parts: GanParts,
  network: 'discriminator' | 'generator',
  trained: readonly TensorDeclaration[],
): SessionFunction {
  const objective = network === 'discriminator' ? discriminatorObjective : generatorObjective;
  return {
    name: 'slopes',
    inputs: batchInputs(parts.batchSize),
    build(inputs, program) {
      const still = { ...program, assign: () => undefined };
      const { loss } = objective(parts, inputs, still);
      const found = gradients(
        loss,
        trained.map((parameter) => program.read(parameter)),
      );
      return {
        loss,
        ...(Object.fromEntries(found.map((slope, i) => [trained[i].name, slope])) as Record<string, Tensor>),
      };
    },
  };
}

describe.each(kinds)('%s', (name) => {
  it.each(['discriminator', 'generator'] as const)('slopes of the loss of its %s', (network) => {
    const gan = createGan(narrow(name), 3);
    const parts = { gan, classes: [0, 1, 2], batchSize: 6 };
    const tensors = [...gan.generator.tensors, ...gan.discriminator.tensors];
    const trained = parametersOf(gan[network]);
    const session = engine.createSession('captured', tensors, [slopes(parts, network, trained)]);
    const start = initialValues(tensors, 3);
    // Weights of size 1 / sqrt(inputs) instead of DCGAN's 0.02, so that the signal does not vanish in any layer.
    for (const { name: tensor, shape } of tensors) {
      if (shape.length === 4)
        start.set(
          tensor,
          start.get(tensor)!.map((value) => value * 10),
        );
    }
    const call = (values: ReadonlyMap<string, Float32Array>): Readonly<Record<string, Float32Array>> => {
      session.write(values);
      const outputs = session.call('slopes', { ...photos(6), seed: Int32Array.of(5, 7) });
      return outputs as Readonly<Record<string, Float32Array>>;
    };
    const here = call(start);
    const lengthOf = (tensor: string): number => Math.hypot(...here[tensor]);
    const largest = Math.max(...trained.map(({ name: tensor }) => lengthOf(tensor)));
    for (const { name: tensor } of trained) {
      const length = lengthOf(tensor);
      const moved = (by: number): number => {
        const values = start.get(tensor)!.map((value, i) => value + (by * here[tensor][i]) / length);
        return call(new Map([...start, [tensor, values]]))['loss'][0];
      };
      const step = 2.5e-4;
      const difference = (moved(step) - moved(-step)) / (2 * step);
      expect(Math.abs(difference - length) / largest, tensor).toBeLessThan(1e-2);
    }
    session.close();
  });
});
