// The operations of the kit: those of the engine, with checks of their arguments.
import { cannot } from '../common/errors.js';
import { kindOf } from '../common/kind-of.js';
import { callOwn } from '../common/modules.js';
import * as ops from '../engine/ops/index.js';
import { customGradient as engineGradient, detach, identity, isTensor } from '../engine/tensor.js';

const gradientOfOwn = 'compute the gradient of a customGradient';

/** Errors: the result of a user's backward pass is not a list of tensors, or undefined, one for each input. */
function requireGradients(gradients: unknown): void {
  const refuse = (reason: string): Error => cannot(gradientOfOwn, reason, { code: 'module/unusable' });
  if (!Array.isArray(gradients))
    throw refuse(`backward returns ${said(gradients)}, expected a list with a gradient for each input`);
  const stray = gradients.findIndex((gradient) => gradient !== undefined && !isTensor(gradient));
  if (stray === -1) return;
  throw refuse(`element ${stray} of the result of backward is ${said(gradients[stray])}, expected a tensor`);
}

/** The engine's `customGradient` for users' functions: their results are checked, and errors name the user's file. */
const customGradient: typeof engineGradient = (inputs, compute) =>
  engineGradient(inputs, (...detached) => {
    const made = compute(...detached) as Partial<ReturnType<typeof compute>> | undefined;
    const { value, backward } = made ?? {};
    if (!isTensor(value) || typeof backward !== 'function') {
      const reason = `its function returns ${said(made)}, expected { value, backward }`;
      throw cannot('compute customGradient', reason, { code: 'module/unusable' });
    }
    return {
      // Gradients follow the order of the handles: a value made before its inputs would come too late for them.
      value: identity(value),
      backward(gradient, wanted) {
        const gradients = callOwn(undefined, gradientOfOwn, () => backward(gradient, wanted));
        requireGradients(gradients);
        return gradients;
      },
    };
  });

const all = { ...ops, customGradient, detach };

/** Kinds of the first arguments of each operation: T a tensor, L a list of tensors, N a number, a dot anything. */
const signatures = {
  ...{ add: 'TT', sub: 'TT', mul: 'TT', div: 'TT', maximum: 'TT', minimum: 'TT', pow: 'TT', addN: 'L' },
  ...{ greater: 'TT', greaterEqual: 'TT', less: 'TT', lessEqual: 'TT', equal: 'TT', where: 'TTT' },
  ...{
    addScalar: 'TN',
    mulScalar: 'TN',
    maximumScalar: 'TN',
    minimumScalar: 'TN',
    powScalar: 'TN',
    clamp: 'TNN',
    floatScalar: '.N',
  },
  ...{ abs: 'T', sign: 'T', erf: 'T', gelu: 'T', silu: 'T', softmax: 'T', max: 'T', min: 'T', logSumExp: 'T' },
  ...{ layerNorm: 'T' },
  ...{ neg: 'T', square: 'T', exp: 'T', expm1: 'T', log: 'T', sqrt: 'T', cast: 'T', detach: 'T', customGradient: 'L' },
  ...{ relu: 'T', leakyRelu: 'TN', sigmoid: 'T', tanh: 'T', softplus: 'T', zerosLike: 'T', onesLike: 'T' },
  ...{ softmaxCrossEntropy: 'TT', softTargetCrossEntropy: 'TT', logSoftmax: 'T', oneHot: 'TN' },
  ...{ sum: 'T', mean: 'T', argMax: 'T', inTopK: 'TTN', matMul: 'TT', gatherRows: 'TT' },
  ...{ conv2d: 'TT', conv2dTransposed: 'TT', maxPool2d: 'T', avgPool: 'TN' },
  ...{ batchNormTraining: 'T', batchNormInference: 'T', statelessUniform: 'T', statelessNormal: 'T' },
  ...{ reshape: 'T', transpose: 'T', broadcastTo: 'T', broadcastShape: '', sumTo: 'T', pad: 'T', slice: 'T' },
  ...{ concat: 'LN', joinLast: 'L', splitLast: 'TN', splitVector: 'T' },
} as const satisfies Record<keyof typeof all, string>;

/** Hints for a number given as the second tensor. */
const withNumber: Readonly<Record<string, string>> = {
  add: 'addScalar takes a number',
  sub: 'addScalar takes a number',
  mul: 'mulScalar takes a number',
  div: 'mulScalar takes a number',
  maximum: 'maximumScalar takes a number',
  minimum: 'minimumScalar takes a number',
  pow: 'powScalar takes a number',
};

const places = ['first', 'second', 'third'];

function said(value: unknown): string {
  if (isTensor(value)) return 'a tensor';
  if (Array.isArray(value) && value.length === 0) return 'an empty list';
  return typeof value === 'number' ? `the number ${value}` : kindOf(value);
}

const fits: Readonly<Record<string, (value: unknown) => boolean>> = {
  T: isTensor,
  L: (value) => Array.isArray(value) && value.length > 0 && value.every(isTensor),
  N: (value) => typeof value === 'number',
  '.': () => true,
};
const expected: Readonly<Record<string, string>> = { T: 'a tensor', L: 'a list of tensors', N: 'a number' };

function checkArguments(name: string, signature: string, values: readonly unknown[]): void {
  [...signature].forEach((kind, index) => {
    if (fits[kind](values[index])) return;
    const hint = kind === 'T' && typeof values[index] === 'number' ? withNumber[name] : undefined;
    const reason = `its ${places[index]} argument is ${said(values[index])}, expected ${expected[kind]}`;
    throw cannot(`compute ${name}`, reason, { code: 'module/unusable', hint });
  });
}

type Operations = typeof all;

/** All operations by name. Errors: an argument is of another kind than the operation takes. */
export const kitOps = Object.fromEntries(
  Object.entries(all).map(([name, operation]) => [
    name,
    (...values: unknown[]): unknown => {
      checkArguments(name, signatures[name as keyof Operations], values);
      return (operation as (...values: unknown[]) => unknown)(...values);
    },
  ]),
) as unknown as Operations;
