// Which entries of `model.freeze` are refused, and the hints.
import { expect, it } from 'vitest';
import { withFrozen } from '../../src/models/frozen.js';
import type { Network } from '../../src/models/network.js';
import { createNetwork } from '../../src/models/registry.js';
import { declare, filledWith } from '../../src/nn/tensors.js';

const network = createNetwork(
  { name: 'resnet', depth: 8, dropout: 0 },
  { height: 8, width: 8, channels: 3, classes: 2 },
);
const rolesOf = ({ tensors }: Network): ReadonlyMap<string, string> =>
  new Map(tensors.map(({ name, role }) => [name, role]));

it.each([
  [['*.running_*'], '*.running_*'],
  [['layer1', '!layer1.0.bn1.running_mean'], '!layer1.0.bn1.running_mean'],
])('%j is refused: running statistics follow the weight of their normalization', (patterns, entry) => {
  expect(() => withFrozen(network, patterns)).toThrow(
    expect.objectContaining({
      message: `cannot freeze tensors: "${entry}" matches only running statistics`,
      place: 'model.freeze',
      hint: 'they are frozen exactly if the weight of their normalization is: name that weight',
    }),
  );
});

it('the hint for a network without a parameter to train names its last layer', () => {
  const [weight, bias] = ['weight', 'bias'].map((part) => declare(`head.${part}`, 'parameter', [2], filledWith(0)));
  for (const [own, layer] of [
    [network, 'fc'],
    [{ ...network, tensors: [weight, bias], classifier: { weight, bias } }, 'head'],
  ] as const) {
    const hint = `the last layer is usually trained: add "!${layer}"`;
    expect(() => withFrozen(own, ['*'])).toThrow(expect.objectContaining({ hint }));
    expect(rolesOf(withFrozen(own, ['*', `!${layer}`])).get(`${layer}.weight`)).toBe('parameter');
  }
});

it('running statistics may be among what an entry matches', () => {
  const roles = rolesOf(withFrozen(network, ['layer1', '!layer1.0.bn1']));
  expect(roles.get('layer1.0.conv1.weight')).toBe('frozen');
  expect(roles.get('layer1.0.bn1.weight')).toBe('parameter');
});

it("a custom network's statistic without a weight may be named alone", () => {
  const alone = declare('whitening.covariance', 'statistic', [2, 2], filledWith(0));
  const own: Network = { ...network, tensors: [...network.tensors, alone] };
  expect(() => withFrozen(own, ['whitening.covariance'])).not.toThrow();
});
