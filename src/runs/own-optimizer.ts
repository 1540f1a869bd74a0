// Loads a custom optimizer.
import { z } from 'zod';
import { cannot } from '../common/errors.js';
import { callable, callOwn, useModule } from '../common/modules.js';
import { sameShape } from '../engine/types.js';
import type { TensorDeclaration } from '../nn/tensors.js';
import type { CustomOptimizerOptions, OwnOptimizer } from '../optimizers/custom.js';
import { emaPrefix } from '../optimizers/ema.js';
import { headPrefix } from '../optimizers/head-rate.js';
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

/** Errors: a scalar is called like those that `optimizer.headLearningRateFactor` and `training.ema` add. */
function requireOwnNames(names: readonly string[], module: string): void {
  const reserved = [headPrefix, emaPrefix];
  const stray = names.find((name) => reserved.some((prefix) => name.startsWith(prefix)));
  if (stray === undefined) return;
  throw cannot(`use the module ${module}`, `the scalar ${stray} of its optimizer has a reserved name`, {
    code: 'module/unusable',
    hint: `choose a name that does not begin with ${reserved.join(' or ')}`,
  });
}

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
 * does not return an optimizer, or one with a scalar of a reserved name; later, its state has a wrong shape, or an
 * update does not assign the parameter.
 */
export async function loadOptimizer({ module, options, learningRate }: CustomOptimizerOptions): Promise<Optimizer> {
  const own = await useModule<OptimizerModule['createOptimizer'], OwnOptimizer>(
    module,
    'createOptimizer',
    check,
    (create) => create({ options, learningRate, kit }),
  );
  const { name, elementwise = false } = own;
  requireOwnNames(Object.keys(own.scalars ?? {}), module);
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
        let isAssigned = false;
        const assign: typeof program.assign = (variable, next) => {
          isAssigned ||= variable.name === parameter.name;
          program.assign(variable, next);
        };
        own.update({ ...update, program: { ...program, assign } });
        if (isAssigned || program.read(parameter).handle !== value.handle) return;
        throw new TypeError('update does not assign the parameter, expected program.assign(parameter, value)');
      }),
  };
}
