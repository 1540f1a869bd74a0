// A network with its averaged weights.
import type { Network } from '../models/network.js';
import type { TensorDeclaration } from '../nn/tensors.js';
import { emaOf } from '../optimizers/ema.js';

/** Returns the tensors of a network that have an average: those that training changes. */
export const averagedTensors = ({ tensors }: Pick<Network, 'tensors'>): TensorDeclaration[] =>
  tensors.filter(({ role }) => role === 'parameter' || role === 'statistic');

/** Returns the same network, which reads `ema.<tensor>` for each tensor that has an average. */
export function averagedNetwork(network: Network): Network {
  const averages = new Map(averagedTensors(network).map((tensor) => [tensor.name, emaOf(tensor)]));
  return {
    ...network,
    apply(images, pass) {
      const { program } = pass;
      const read: typeof program.read = (variable) => program.read(averages.get(variable.name) ?? variable);
      return network.apply(images, { ...pass, program: { ...program, read } });
    },
  };
}
