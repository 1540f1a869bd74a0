// A network with some tensors frozen in training.
import { cannot } from '../common/errors.js';
import { didYouMean } from '../common/nearest.js';
import type { TensorDeclaration } from '../nn/tensors.js';
import type { Network } from './network.js';

/**
 * Returns the test for a pattern: `layer1` matches that name and all names that continue it after a dot; `*` matches
 * any text.
 */
function matcherOf(pattern: string): (name: string) => boolean {
  const escaped = pattern.split('*').map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const expression = new RegExp(`^${escaped.join('.*')}(\\..*)?$`);
  return (name) => expression.test(name);
}

/** Returns the dot-separated prefixes of a name and the name itself: `layer1`, `layer1.0`, … */
const beginnings = (name: string): string[] =>
  name.split('.').map((_, index, parts) => parts.slice(0, index + 1).join('.'));

/** Returns the test for a running statistic that is frozen with the weight of its normalization, not on its own. */
function followsWeightIn(tensors: readonly TensorDeclaration[]): (tensor: TensorDeclaration) => boolean {
  const names = new Set(tensors.map(({ name }) => name));
  return ({ name, role }) => role === 'statistic' && names.has(name.replace(/[^.]*$/, 'weight'));
}

/**
 * Returns the names of the tensors that the patterns freeze. The last pattern that matches a name decides; `!fc`
 * excludes a name that an earlier pattern matched. Errors (usage): a pattern matches no tensor, or only statistics
 * that follow a weight; no parameter is left to train.
 */
function frozenNames(
  { tensors, classifier }: Pick<Network, 'tensors' | 'classifier'>,
  patterns: readonly string[],
): ReadonlySet<string> {
  const rules = patterns.map((pattern) => {
    const isException = pattern.startsWith('!');
    return { pattern, isException, matches: matcherOf(isException ? pattern.slice(1) : pattern) };
  });
  const refuse = (reason: string, hint: string | undefined): Error =>
    cannot('freeze tensors', reason, {
      code: 'config/invalid',
      kind: 'usage',
      place: 'model.freeze',
      ...(hint === undefined ? {} : { hint }),
    });
  const stray = rules.find(({ matches }) => !tensors.some(({ name }) => matches(name)));
  if (stray !== undefined) {
    const known = [...new Set(tensors.flatMap(({ name }) => beginnings(name)))];
    const tops = [...new Set(tensors.map(({ name }) => beginnings(name)[0]))];
    const hint = didYouMean(stray.pattern.replace(/^!/, ''), known) ?? `the network has ${tops.join(', ')}`;
    throw refuse(`the network has no tensor ${JSON.stringify(stray.pattern.replace(/^!/, ''))}`, hint);
  }
  const followsWeight = followsWeightIn(tensors);
  const idle = rules.find(({ matches }) => tensors.every((tensor) => !matches(tensor.name) || followsWeight(tensor)));
  if (idle !== undefined) {
    throw refuse(
      `${JSON.stringify(idle.pattern)} matches only running statistics`,
      'they are frozen exactly if the weight of their normalization is: name that weight',
    );
  }
  const isFrozen = ({ name }: TensorDeclaration): boolean =>
    rules.findLast(({ matches }) => matches(name))?.isException === false;
  const frozen = tensors.filter(isFrozen);
  if (!tensors.some((tensor) => tensor.role === 'parameter' && !isFrozen(tensor))) {
    const head = classifier.weight.name.replace(/\.[^.]*$/, '');
    throw refuse(
      `${patterns.join(', ')} leaves no parameter to train`,
      `the last layer is usually trained: add ${JSON.stringify(`!${head}`)}`,
    );
  }
  return new Set(frozen.map(({ name }) => name));
}

/**
 * Returns the same network with frozen tensors, which get no gradient, weight decay or update. A batch normalization
 * with a frozen weight works as in evaluation: it uses its running statistics and does not update them.
 */
export function withFrozen(network: Network, patterns: readonly string[]): Network {
  const names = frozenNames(network, patterns);
  const frozen = <Declaration extends TensorDeclaration>(tensor: Declaration): Declaration =>
    names.has(tensor.name) && tensor.role === 'parameter' ? { ...tensor, role: 'frozen', trainable: false } : tensor;
  const { name, classes, featureSize, tensors, classifier } = network;
  return {
    name,
    classes,
    featureSize,
    tensors: tensors.map(frozen),
    classifier: { weight: frozen(classifier.weight), bias: frozen(classifier.bias) },
    apply(images, pass) {
      const { program } = pass;
      const read: typeof program.read = (variable) =>
        program.read(names.has(variable.name) ? { ...variable, trainable: false } : variable);
      return network.apply(images, { ...pass, program: { ...program, read }, frozen: names });
    },
  };
}
