// A narrow generator and a small classifier with initial values, used as if they were trained.
import { randomStream } from '../../src/common/random.js';
import type { GanOptions } from '../../src/gan/options.js';
import { createNetwork } from '../../src/models/registry.js';
import { initialValues } from '../../src/nn/tensors.js';
import type { InversionProblem } from '../../src/visualize/inversion.js';
import { fresh, narrow } from '../gan/support.js';

const format = { height: 32, width: 32, mean: [125.3, 123, 113.9], std: [63, 62.1, 66.7] };

/** ResNet-8 for three classes, and its values. */
export function smallNetwork(seed = 1) {
  const network = createNetwork(
    { name: 'resnet', depth: 8, dropout: 0 },
    { height: 32, width: 32, channels: 3, classes: 3 },
  );
  return { network, format, values: initialValues(network.tensors, seed) };
}

/** A model of both, with a generator whose images are more varied than grey. */
export function smallModel(name: GanOptions['name'] = 'wgan') {
  const { network, values } = smallNetwork();
  const { generator, values: own } = fresh(narrow(name), 2);
  const wider = new Map(
    [...own].map(([key, array]) => [key, key.includes('deconv') ? array.map((v) => 20 * v) : array]),
  );
  return { generator, network, format, values: new Map([...values, ...wider]) };
}

export function smallProblem({ generator, network }: ReturnType<typeof smallModel>, count = 2): InversionProblem {
  const random = randomStream(3, 'problem');
  const numbers = (length: number, draw: () => number): Float32Array => Float32Array.from({ length }, draw);
  return {
    noise: numbers(count * generator.noise, () => random.normal()),
    labels: Int32Array.from({ length: count }, (_, index) => index % 3),
    features: numbers(count * network.featureSize, () => random.uniform()),
    images: numbers(count * 32 * 32 * 3, () => 2 * random.uniform() - 1),
  };
}
