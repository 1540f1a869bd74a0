// Computes a custom loss on given arrays, for users' own tests.
import { cannot } from '../common/errors.js';
import { orList } from '../common/format.js';
import { kindOf } from '../common/kind-of.js';
import { didYouMean } from '../common/nearest.js';
import type { Engine, EngineRequest, RequestedDevice } from '../engine/index.js';
import type { Execution } from '../engine/session.js';
import type { Shape } from '../engine/types.js';
import type { CustomLossOptions } from '../losses/custom.js';
import type { Loss } from '../losses/loss.js';
import { inputNames, openLossSession, type LossValues } from '../losses/loss-session.js';
import { initialValues } from '../nn/tensors.js';
import {
  columnsOf,
  fitting,
  readArray,
  wrongInput,
  type ArrayInput,
  type NamedArray,
  type ShapedArray,
} from './array-input.js';
import type { LossModule } from './kit.js';
import { buildLoss, requireDistinctNames } from './modules.js';

/** Inputs of a loss: N samples, A features, C classes. The logits are features · weight + bias. */
export interface ComputeLossOptions {
  /** Passed to `createLoss`; default: none. */
  readonly options?: CustomLossOptions['options'];
  /** [N, A] */
  readonly features: ArrayInput;
  /** Weight of the last fully connected layer, [A, C]: the transpose of PyTorch's. */
  readonly weight: ArrayInput;
  /** [C]; default: zeros. */
  readonly bias?: ArrayInput;
  /** [N], classes from 0. */
  readonly labels: ArrayLike<number>;
  /** Soft targets [N, C], for losses with `softTargets`; default: none, as for images that are not mixed. */
  readonly targets?: ArrayInput;
  /** Values of the loss's `scalars`. */
  readonly scalars?: Readonly<Record<string, number>>;
  /** Values of the loss's tensors before the step, by name; default: their initial values for `training.seed` 1. */
  readonly state?: Readonly<Record<string, ArrayInput>>;
  /** Seed of random numbers, two int32; default: zeros. */
  readonly seed?: readonly [number, number];
  /** Default: captured, as in a run. */
  readonly execution?: Execution;
  /** Default: cpu. A GPU computes without TF32. */
  readonly device?: RequestedDevice;
}

/** The known keys; without this list a mistyped key would be ignored silently. */
const keys: Readonly<Record<keyof ComputeLossOptions, true>> = {
  ...{ options: true, features: true, weight: true, bias: true, labels: true, targets: true, scalars: true },
  ...{ state: true, seed: true, execution: true, device: true },
};

export interface ComputedLoss {
  /** Result of `compute`. */
  readonly loss: number;
  /** Gradients of the loss, each in the shape of its input. */
  readonly gradients: {
    readonly features: ShapedArray;
    readonly weight: ShapedArray;
    readonly bias: ShapedArray;
    /** Gradients of the loss's tensors with the role `parameter`, by name. */
    readonly parameters: Readonly<Record<string, ShapedArray>>;
  };
  /** Values of the loss's tensors after the step, by name. Parameters are not updated, as there is no optimizer. */
  readonly state: Readonly<Record<string, ShapedArray>>;
}

/** Errors: a name is not one of `known`. */
function requireKnown(what: string, names: readonly string[], known: readonly string[]): void {
  const stray = names.find((name) => !known.includes(name));
  if (stray === undefined) return;
  const expected = known.length === 0 ? 'none' : orList(known);
  throw wrongInput(`the ${what} ${stray} is not known, expected ${expected}`, didYouMean(stray, known));
}

const isInt32 = (value: number): boolean => (value | 0) === value;

function labelsOf({ values }: NamedArray, classes: number): Int32Array {
  const wrong = values.find((label) => !(isInt32(label) && label >= 0 && label < classes));
  if (wrong === undefined) return Int32Array.from(values);
  throw wrongInput(`labels holds ${wrong}, expected classes from 0 to ${classes - 1}`);
}

/** Returns the values of the loss's scalars and tensors. */
function ownValues(
  loss: Loss,
  { scalars = {}, state = {} }: ComputeLossOptions,
): Pick<LossValues, 'scalars' | 'state'> {
  const names = Object.keys(loss.scalars);
  requireKnown('scalar', Object.keys(scalars), names);
  const missing = names.find((name) => !Number.isFinite(scalars[name]));
  if (missing !== undefined) {
    const value = scalars[missing];
    const given = typeof value === 'number' ? value : kindOf(value);
    throw wrongInput(`scalars.${missing} is ${given}, expected a finite number`);
  }
  const tensors = loss.tensors.map(({ name }) => name);
  requireKnown('tensor', Object.keys(state), tensors);
  const given = loss.tensors
    .filter(({ name }) => name in state)
    .map(({ name, shape }) => [name, fitting(readArray(name, state[name]), shape)] as const);
  return { scalars, state: new Map([...initialValues(loss.tensors, 1), ...given]) };
}

/** Reads the inputs that do not depend on the loss. Errors: the shapes of the arrays do not match. */
function readInputs({ features: x, weight: w, bias: b, labels: y, targets: t, seed = [0, 0] }: ComputeLossOptions) {
  const [features, weight, labels] = [readArray('features', x), readArray('weight', w), readArray('labels', y)];
  const samples = labels.values.length;
  if (samples === 0 || (labels.shape?.length ?? 1) !== 1)
    throw wrongInput('labels is not a list of at least one class');
  const featureSize = columnsOf(features, samples);
  const bias = b === undefined ? undefined : readArray('bias', b);
  const classes = bias?.values.length ?? columnsOf(weight, featureSize);
  if (seed.length !== 2 || !seed.every(isInt32)) throw wrongInput('seed is not two int32 numbers');
  return {
    samples,
    shape: { classes, featureSize },
    values: {
      features: fitting(features, [samples, featureSize], 'it is [N, A], with as many rows as there are labels'),
      weight: fitting(weight, [featureSize, classes], "it is [A, C]: PyTorch's weight [C, A] is transposed first"),
      bias: bias === undefined ? new Float32Array(classes) : fitting(bias, [classes]),
      labels: labelsOf(labels, classes),
      ...(t !== undefined && { targets: fitting(readArray('targets', t), [samples, classes], 'it is [N, C]') }),
      seed,
    },
  };
}

/** Returns the values of tensors with their shapes, by name. */
const byName = (tensors: Loss['tensors'], values: ReadonlyMap<string, Float32Array>): Record<string, ShapedArray> =>
  Object.fromEntries(tensors.map(({ name, shape }) => [name, { shape, values: values.get(name)! }]));

/**
 * Runs one step of a custom loss on given arrays, without an optimizer. Errors: the shapes of the arrays do not match,
 * or the loss is refused as in a run.
 */
export async function computeLoss(
  createLoss: LossModule['createLoss'],
  given: ComputeLossOptions,
  context: { readonly openEngine: (request: EngineRequest) => Promise<Engine> },
): Promise<ComputedLoss> {
  requireKnown('input', Object.keys(given), Object.keys(keys));
  const { options = {}, execution = 'captured', device = 'cpu' } = given;
  requireKnown('execution', [execution], ['captured', 'eager']);
  requireKnown('device', [device], ['auto', 'cpu', 'cuda']);
  const { samples, shape, values } = readInputs(given);
  const loss = await buildLoss(createLoss, options, shape);
  requireDistinctNames([...Object.values(inputNames).map((name) => ({ name })), ...loss.tensors]);
  const targets = values.targets !== undefined;
  if (targets && loss.softTargets !== true) {
    const hint = 'docs/extending.md, "Soft targets", says how it can';
    throw cannot('compute the loss', `the loss ${loss.name} takes no soft targets`, { code: 'module/unusable', hint });
  }
  const own = ownValues(loss, given);
  const engine = await context.openEngine({ device, tf32: device === 'cpu', xla: false, deterministic: false });
  const session = openLossSession(engine, loss, { execution, shape, samples, targets });
  try {
    const { loss: value, gradients, state } = session.run({ ...values, ...own });
    const slope = (name: string, ofShape: Shape) => ({ shape: ofShape, values: gradients.get(name)! });
    const { classes, featureSize } = shape;
    return {
      loss: value,
      gradients: {
        features: slope(inputNames.features, [samples, featureSize]),
        weight: slope(inputNames.weight, [featureSize, classes]),
        bias: slope(inputNames.bias, [classes]),
        parameters: byName(
          loss.tensors.filter(({ trainable }) => trainable),
          gradients,
        ),
      },
      state: byName(loss.tensors, state),
    };
  } finally {
    session.close();
  }
}
