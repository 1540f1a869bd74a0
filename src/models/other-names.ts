// Names of networks in other programs and papers, and the corresponding settings of a config.
import { knownNetworks } from './known.js';
import type { ModelInput } from './options.js';
import { createNetwork } from './registry.js';

/** `resnet50` for `ResNet-50`, `resnext5032x4d` for `resnext50_32x4d`. */
const plainName = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

const synonyms: readonly (readonly [RegExp, string])[] = [
  [/^(wideresnet|wideresnetcifar)(?=\d)/, 'wrn'],
  [/^densenet(?=\d)/, 'densenetbc'],
];

/** Returns the settings of the networks with such a name, the more common ones first; empty if there are none. */
export function networksNamed(word: string): readonly ModelInput[] {
  const name = synonyms.reduce((before, [pattern, own]) => before.replace(pattern, own), plainName(word));
  const known = knownNetworks.filter(({ model, input }) => plainName(createNetwork(model, input).name) === name);
  const depth = Number(/^resnet(\d+)$/.exec(name)?.[1]);
  const named = known.map((network) => network.named);
  const isCifar = depth >= 8 && (depth - 2) % 6 === 0 && !named.some((options) => options.name === 'resnet');
  return isCifar ? [...named, { name: 'resnet', depth }] : named;
}

/** Formats options for a command line: `model.name=resnet model.depth=32`. */
export const networkSettings = (options: ModelInput): string =>
  Object.entries(options)
    .map(([key, value]) => `model.${key}=${String(value)}`)
    .join(' ');
