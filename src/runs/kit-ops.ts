// The operations of the kit: those of the engine, with checks of their arguments.
import { cannot } from '../common/errors.js';
import { kindOf } from '../common/kind-of.js';
import * as ops from '../engine/ops/index.js';
import { customGradient, detach, isTensor } from '../engine/tensor.js';

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
  ...{ conv2d: 'TT', conv2dTransposed: 'TT', maxPool2d: 'T', avgPool: 'TN', convAttributes: '', padsAsSame: '' },
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

const said = (value: unknown): string =>
  isTensor(value) ? 'a tensor' : typeof value === 'number' ? `the number ${value}` : kindOf(value);

const fits: Readonly<Record<string, (value: unknown) => boolean>> = {
  T: isTensor,
  L: (value) => Array.isArray(value) && value.every(isTensor),
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
