// Loads a custom optimizer.
import { z } from 'zod';
import { callable, callOwn, useModule } from '../common/modules.js';
import { sameShape } from '../engine/types.js';
import type { TensorDeclaration } from '../nn/tensors.js';
import type { CustomOptimizerOptions, OwnOptimizer } from '../optimizers/custom.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import { kit, type OptimizerModule } from './kit.js';
import { declarationsCheck, requireFinite } from './modules.js';

const check = z.object({
  name: z.string(),
  update: callable,
  state: callable.optional(),
  scalars: z.record(z.string(), callable).optional(),
  elementwise: z.boolean().optional(),
});

/** Errors: `state` does not return a list of declarations, or, if elementwise, not in the parameter's shape. */
function requireState(state: unknown, { name, shape }: TensorDeclaration, elementwise: boolean): void {
  const parsed = declarationsCheck.safeParse(state);
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw new TypeError(`the result of state is not a list of declared tensors: ${[...path, message].join('.')}`);
  }
  const stray = elementwise ? parsed.data.find((each) => !sameShape(each.shape, shape)) : undefined;
  if (stray === undefined) return;
  const shapes = [stray.shape, shape].map((each) => `[${each.join(', ')}]`);
  throw new TypeError(
    `the state ${stray.name} of ${name} has the shape ${shapes[0]}, expected ${shapes[1]}, the shape of the parameter (elementwise: true)`,
  );
}

/**
 * Loads the optimizer of a custom module; errors in its functions name the file. Errors: the file cannot be loaded, or
 * does not return an optimizer; later, its state has a wrong shape, or an update does not assign the parameter.
 */
export async function loadOptimizer({ module, options, learningRate }: CustomOptimizerOptions): Promise<Optimizer> {
  const own = await useModule<OptimizerModule['createOptimizer'], OwnOptimizer>(
    module,
    'createOptimizer',
    check,
    (create) => create({ options, learningRate, kit }),
  );
  const { name, elementwise = false } = own;
  const scalars = Object.entries(own.scalars ?? {}).map(([key, valueAt]): [string, typeof valueAt] => [
    key,
    (moment) =>
      callOwn(module, `compute the scalar ${key} of the optimizer of ${module}`, () => requireFinite(valueAt(moment))),
  ]);
  return {
    ...{ name, learningRate, elementwise, scalars: Object.fromEntries(scalars) },
    state: (parameter) =>
      callOwn(module, `declare the state of the optimizer of ${module}`, () => {
        const state = own.state?.(parameter) ?? [];
        requireState(state, parameter, elementwise);
        return state;
      }),
    update: (update) =>
      callOwn(module, `update ${update.parameter.name} by the optimizer of ${module}`, () => {
        const { program, parameter, value } = update;
        own.update(update);
        if (program.read(parameter).handle !== value.handle) return;
        throw new TypeError('update does not assign the parameter, expected program.assign(parameter, value)');
      }),
  };
}
