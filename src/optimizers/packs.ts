// Groups the parameters that an optimizer updates together as one vector.
import { cannot } from '../common/errors.js';
import { packOf } from '../engine/packs.js';
import type { Pack, Target } from '../engine/tensor.js';
import { sizeOf } from '../engine/types.js';
import type { TensorDeclaration } from '../nn/tensors.js';
import { vectorOf, type Optimizer } from './optimizer.js';

/**
 * Largest number of values of a parameter that is joined with others. On a GPU all parameters are joined, because each
 * kernel has a launch cost. On a CPU joining does not change the time, but all joined gradients are kept until the
 * last of them is computed: 0.5 GB more for WRN-28-10, and no more if only its small parameters are joined.
 */
export const packLimits: Readonly<Record<Target['device'], number>> = { cpu: 65_536, cuda: Infinity };

/**
 * Returns the packs of the parameters with at most `limit` values and of their optimizer state; the first contains the
 * parameters. Empty if there is nothing to join. `name` distinguishes the packs of a session's optimizers. Errors: the
 * optimizer has another number of state tensors for the vector than for a parameter.
 */
export function optimizerPacks(
  name: string,
  optimizer: Optimizer,
  parameters: readonly TensorDeclaration[],
  limit: number,
): Pack[] {
  if (optimizer.elementwise === false) return [];
  const isJoined = (parameter: TensorDeclaration): boolean =>
    sizeOf(parameter.shape) <= limit && optimizer.apart?.has(parameter.name) !== true;
  const joined = parameters.filter(isJoined);
  if (joined.length < 2) return [];
  const pack = packOf(`packed.${name}`, joined);
  const remembered = joined.map((parameter) => optimizer.state(parameter));
  const ofVector = optimizer.state(vectorOf(pack));
  const stray = joined.find((_, index) => remembered[index].length !== ofVector.length);
  if (stray !== undefined) {
    const counts = `${optimizer.state(stray).length} tensors for ${stray.name} and ${ofVector.length} for a vector`;
    throw cannot(`update parameters together by the optimizer ${optimizer.name}`, `its state has ${counts} of them`, {
      code: 'module/unusable',
      hint: 'the state may depend on the parameter only without `elementwise: true`',
    });
  }
  const states = ofVector.map((state, kind) =>
    packOf(
      state.name,
      remembered.map((tensors) => tensors[kind]),
    ),
  );
  return [pack, ...states];
}
