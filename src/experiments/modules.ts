// A user's own files: loaded because a config names them, and checked before they are used.
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { cannot, reasonOf } from '../common/errors.js';
import type { Loss, LossShape } from '../losses/loss.js';
import type { CustomLossOptions } from '../losses/custom.js';
import type { CustomModelOptions } from '../models/custom.js';
import type { InputShape, Network } from '../models/network.js';
import { kit, type LossModule, type NetworkModule } from './kit.js';

const callable = z.custom<(...args: never[]) => unknown>((value) => typeof value === 'function', 'expected a function');

const lossCheck = z.object({
  name: z.string(),
  tensors: z.array(z.object({ name: z.string(), shape: z.array(z.int()) })),
  scalars: z.record(z.string(), callable),
  compute: callable,
});

const networkCheck = z.object({
  name: z.string(),
  classes: z.int(),
  featureSize: z.int(),
  tensors: z.array(z.object({ name: z.string(), shape: z.array(z.int()) })),
  classifier: z.object({ weight: z.object({}), bias: z.object({}) }),
  apply: callable,
});

/** Imports a file and calls one of its exports; what it gives must pass the check. */
async function make<Result>(
  path: string,
  factory: string,
  check: z.ZodType,
  call: (exports: Readonly<Record<string, unknown>>) => unknown,
): Promise<Result> {
  const fail = (reason: string, cause?: unknown): Error =>
    cannot(`use the module ${path}`, reason, { cause, hint: 'docs/extending.md shows a whole one' });
  let exports: Readonly<Record<string, unknown>>;
  try {
    exports = (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw fail(reasonOf(error).split('\n')[0], error);
  }
  if (typeof exports[factory] !== 'function') throw fail(`it does not export a function ${factory}`);
  let made: unknown;
  try {
    made = call(exports);
  } catch (error) {
    throw fail(`${factory} failed: ${reasonOf(error)}`, error);
  }
  const checked = check.safeParse(made);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    throw fail(`what ${factory} gives is not complete: ${issue.path.join('.')}: ${issue.message}`);
  }
  return made as Result;
}

/** The loss of a user's file. Errors: the file cannot be loaded, or does not give a loss. */
export function loadLoss({ module, options }: CustomLossOptions, shape: LossShape): Promise<Loss> {
  return make<Loss>(module, 'createLoss', lossCheck, (exports) =>
    (exports as unknown as LossModule).createLoss({ options, shape, kit }),
  );
}

/** The network of a user's file. Errors: the file cannot be loaded, or does not give a network. */
export function loadNetwork({ module, options }: CustomModelOptions, input: InputShape): Promise<Network> {
  return make<Network>(module, 'createNetwork', networkCheck, (exports) =>
    (exports as unknown as NetworkModule).createNetwork({ options, input, kit }),
  );
}
