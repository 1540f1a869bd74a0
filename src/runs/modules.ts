// Loads custom losses and networks, and requires that the user names the modules of a run folder's config.
import { z } from 'zod';
import { cannot } from '../common/errors.js';
import { kindOf } from '../common/kind-of.js';
import { callable, callOwn, makePart, useModule } from '../common/modules.js';
import { parseOverrides } from '../config/overrides.js';
import type { ExperimentConfig } from '../config/schema.js';
import { valueAt } from '../config/tree.js';
import { withoutGradient } from '../engine/gradients.js';
import { isTensor, type Tensor } from '../engine/tensor.js';
import { describeSpec } from '../engine/types.js';
import type { Loss, LossInputs, LossShape } from '../losses/loss.js';
import type { CustomLossOptions } from '../losses/custom.js';
import type { CustomModelOptions } from '../models/custom.js';
import type { InputShape, Network, NetworkOutputs } from '../models/network.js';
import type { TensorDeclaration } from '../nn/tensors.js';
import { kit, type LossModule, type NetworkModule } from './kit.js';

/** A name from which a column of metrics.csv is named. */
export const columnName = z
  .string()
  .regex(/^[a-z][A-Za-z0-9]*$/, 'expected letters and digits, starting with a lower-case letter');

/** Declared tensors, as returned by `kit.declare`. */
export const declarationsCheck = z.array(
  z.object({
    name: z.string().regex(/^[\w.][\w./>-]*$/, 'expected letters, digits and the signs . _ - / >'),
    role: z.enum(['parameter', 'frozen', 'statistic', 'state']),
    shape: z.array(z.int().min(1)),
    layout: z.enum(['conv', 'linear', 'plain']),
    initialize: callable,
  }),
);

const lossCheck = z.object({
  name: z.string(),
  tensors: declarationsCheck,
  scalars: z.record(z.string(), callable),
  recordedScalars: z.array(columnName).optional(),
  compute: callable,
});

const networkCheck = z.object({
  name: z.string(),
  classes: z.int(),
  featureSize: z.int(),
  tensors: declarationsCheck,
  classifier: z.object({ weight: z.object({}), bias: z.object({}) }),
  apply: callable,
});

/** Errors: a value is not a tensor, or has another number of axes. `what`: its name in the message. */
function requireTensor(what: string, value: unknown, axes: number): void {
  if (!isTensor(value)) throw new TypeError(`${what} is not a tensor`);
  const { shape } = value;
  if (shape.length === axes) return;
  const wanted = axes === 0 ? 'a scalar' : `${axes} axes`;
  throw new TypeError(`${what} is a tensor of shape [${shape.join(', ')}], expected ${wanted}`);
}

/** Errors: a scalar of a custom module is not a finite number. */
export function requireFinite(value: number): number {
  if (Number.isFinite(value)) return value;
  throw new TypeError(`the result is ${typeof value === 'number' ? value : kindOf(value)}, expected a finite number`);
}

/** Errors: a loss is not float32, or has no gradient with respect to the network. */
function requireGradient(value: Tensor, { logits, features, weight }: LossInputs): void {
  if (value.dtype !== 'float32')
    throw new TypeError(`the result of compute is ${describeSpec(value)}, expected float32[]`);
  const trains = [logits, features, weight].some((input) => input?.needsGradient);
  if (value.needsGradient || !trains) return;
  throw cannot(
    'differentiate',
    'the result of compute has no gradient with respect to the network, so nothing would be trained',
    {
      code: 'module/unusable',
      hint: withoutGradient,
    },
  );
}

/** Errors: two tensors of a network, its loss and its optimizer have the same name. */
export function requireDistinctNames(tensors: readonly Pick<TensorDeclaration, 'name'>[]): void {
  const names = tensors.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw cannot('build the network, the loss and the optimizer', `two of their tensors are called ${twice}`, {
    code: 'module/unusable',
    hint: 'each declared tensor needs a unique name',
  });
}

/** Errors: a recorded scalar does not exist, or would have two columns, which no reader of metrics.csv accepts. */
function requireRecordable({ recordedScalars = [], scalars }: Loss, module: string | undefined): void {
  const refuse = (reason: string): Error =>
    cannot('use the loss', `recordedScalars names ${reason}`, { code: 'module/unusable', place: module });
  const missing = recordedScalars.find((scalar) => !(scalar in scalars));
  if (missing !== undefined) throw refuse(`${missing}, which is not among its scalars`);
  const twice = recordedScalars.find((scalar, index) => recordedScalars.indexOf(scalar) !== index);
  if (twice !== undefined) throw refuse(`${twice} twice`);
}

/** Returns a custom loss whose errors name its file, or the loss itself if the file is not known. */
function checkedLoss(loss: Loss, module?: string): Loss {
  const { name, tensors, withoutBias, softTargets, recordedScalars } = loss;
  const called = module === undefined ? `loss ${name}` : `loss of ${module}`;
  requireRecordable(loss, module);
  const scalars = Object.entries(loss.scalars).map(([key, scalarAt]): [string, typeof scalarAt] => [
    key,
    (progress) =>
      callOwn(module, `compute the scalar ${key} of the ${called}`, () => requireFinite(scalarAt(progress))),
  ]);
  return {
    ...{ name, tensors, withoutBias, softTargets, recordedScalars, scalars: Object.fromEntries(scalars) },
    compute: (inputs) =>
      callOwn(module, `compute the ${called}`, () => {
        const value = loss.compute(inputs);
        requireTensor('the result of compute', value, 0);
        requireGradient(value, inputs);
        return value;
      }),
  };
}

/**
 * Loads the loss of a custom module; its functions add the file's name to their errors. Errors: the file cannot be
 * loaded, or does not return a loss.
 */
export async function loadLoss({ module, options }: CustomLossOptions, shape: LossShape): Promise<Loss> {
  const loss = await useModule<LossModule['createLoss'], Loss>(module, 'createLoss', lossCheck, (create) =>
    create({ options, shape, kit }),
  );
  return checkedLoss(loss, module);
}

/** As `loadLoss`, for a user's function whose file is not known. */
export async function buildLoss(
  createLoss: LossModule['createLoss'],
  options: CustomLossOptions['options'],
  shape: LossShape,
): Promise<Loss> {
  const factory = { factory: 'createLoss', action: 'use the loss' };
  return checkedLoss(await makePart<Loss>(factory, lossCheck, () => createLoss({ options, shape, kit })));
}

/** Errors (usage): images are mixed, but the custom loss does not support soft targets. */
export function requireSoftTargets(loss: Loss, options: ExperimentConfig['loss']): void {
  if (loss.softTargets === true) return;
  throw cannot('mix images', `the loss ${loss.name} takes no soft targets`, {
    code: 'module/unusable',
    place: 'module' in options ? options.module : undefined,
    hint: 'docs/extending.md, "Soft targets", explains how to support them; or leave out augmentation.mixup and augmentation.cutmix',
    kind: 'usage',
  });
}

/** Errors: a network has other classes than the images, so that its outputs would be read as those of other classes. */
function requireClasses(what: string, classes: number, { classes: expected }: Pick<InputShape, 'classes'>): void {
  if (classes !== expected) throw new TypeError(`${what} ${classes} classes, but the images have ${expected}`);
}

/** Errors: the outputs of a network do not have one row for each image, or its features another number than it says. */
function requireRows({ features, logits }: NetworkOutputs, images: number, featureSize: number): void {
  for (const [what, { shape }] of Object.entries({ features, logits })) {
    if (shape[0] === images) continue;
    throw new TypeError(`\`${what}\` of the result of apply has ${shape[0]} rows, but there are ${images} images`);
  }
  const [, columns] = features.shape;
  if (columns === featureSize) return;
  throw new TypeError(`\`features\` of the result of apply has ${columns} columns, but featureSize is ${featureSize}`);
}

/** As `loadLoss`, for a network. Errors: also if it has other classes than the images. */
export async function loadNetwork({ module, options }: CustomModelOptions, input: InputShape): Promise<Network> {
  const network = await useModule<NetworkModule['createNetwork'], Network>(
    module,
    'createNetwork',
    networkCheck,
    (create) => create({ options, input, kit }),
  );
  const { name, classes, featureSize, tensors, classifier } = network;
  callOwn(module, `use the network of ${module}`, () => requireClasses('it has', classes, input));
  return {
    ...{ name, classes, featureSize, tensors, classifier },
    apply: (images, pass) =>
      callOwn(module, `apply the network of ${module}`, () => {
        const outputs: unknown = network.apply(images, pass);
        const { features, logits } = (outputs ?? {}) as Partial<NetworkOutputs>;
        requireTensor('`features` of the result of apply', features, 2);
        requireTensor('`logits` of the result of apply', logits, 2);
        requireClasses('`logits` of the result of apply are of', logits!.shape[1], input);
        requireRows(outputs as NetworkOutputs, images.shape[0], featureSize);
        return outputs as NetworkOutputs;
      }),
  };
}

/** Returns a run folder's config without custom metrics that `overrides` does not name; they are not needed. */
export function withNamedMetrics(config: ExperimentConfig, overrides: readonly string[]): ExperimentConfig {
  const { tree } = parseOverrides(overrides);
  if (valueAt(tree, ['training', 'metrics', 'module']) !== undefined) return config;
  return { ...config, training: { ...config.training, metrics: undefined } };
}

/**
 * Errors (usage): a run folder's config has a custom module that `overrides` (`KEY=VALUE`) does not name. A run folder
 * may come from anywhere, and using its weights does not mean to trust its code. Only data set and network are
 * checked: loss, optimizer and augmentation are not run.
 */
export function requireNamedModules(
  { dataset, model }: ExperimentConfig,
  overrides: readonly string[],
  place: string,
): void {
  const { tree } = parseOverrides(overrides);
  const unnamed = Object.entries({ dataset, model }).flatMap(([section, options]) =>
    'module' in options && valueAt(tree, [section, 'module']) === undefined
      ? [`${section}.module=${options.module}`]
      : [],
  );
  if (unnamed.length === 0) return;
  throw cannot('use the run', `its config contains custom modules: ${unnamed.join(', ')}`, {
    code: 'module/unnamed',
    place,
    hint: `if you trust them, name them: ${unnamed.map((each) => `--set ${each}`).join(' ')}`,
    kind: 'usage',
  });
}
