// The operations of the kit report arguments of the wrong type.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { gradients } from '../../src/engine/gradients.js';
import { createTally } from '../../src/engine/tally-program.js';
import type { Tensor } from '../../src/engine/tensor.js';
import { kitOps } from '../../src/runs/kit-ops.js';
import { testEngine } from '../support/engine.js';
import { executions, filled, runOnce } from '../support/run-once.js';

const tally = createTally();
const x = tally.input({ dtype: 'float32', shape: [2, 3] });

/** Users' files are JavaScript, so no types are checked. */
const call =
  (name: keyof typeof kitOps, ...values: unknown[]) =>
  () =>
    (kitOps[name] as (...values: unknown[]) => unknown)(...values);

describe('the operations of the kit', () => {
  it('are those of the engine', () => {
    expect(kitOps.add(x, x).shape).toEqual([2, 3]);
    expect(kitOps.mean(x, [1]).shape).toEqual([2]);
    expect(kitOps.concat([x, x], 0).shape).toEqual([4, 3]);
    expect(kitOps.floatScalar(x.program, 2).shape).toEqual([]);
    expect(kitOps.customGradient([x], (y) => ({ value: y, backward: () => [] })).shape).toEqual([2, 3]);
  });

  it('are listed in docs/extending.md', () => {
    const line = readFileSync('docs/extending.md', 'utf8')
      .split('\n')
      .find((each) => each.startsWith('`kit.ops`: '))!;
    const [, ...listed] = Array.from(line.matchAll(/`([^`]+)`/g), ([, name]) => name);
    expect(listed.toSorted()).toEqual(Object.keys(kitOps).toSorted());
  });

  it.each([
    ['mul', [x, 2], 'cannot compute mul: its second argument is the number 2, expected a tensor'],
    ['mean', [undefined], 'cannot compute mean: its first argument is undefined, expected a tensor'],
    ['mulScalar', [x, x], 'cannot compute mulScalar: its second argument is a tensor, expected a number'],
    ['addN', [[x, 3]], 'cannot compute addN: its first argument is a list, expected a list of tensors'],
    ['joinLast', [x], 'cannot compute joinLast: its first argument is a tensor, expected a list of tensors'],
    ['clamp', [x, 0, x], 'cannot compute clamp: its third argument is a tensor, expected a number'],
    ['floatScalar', [x.program, '1'], 'cannot compute floatScalar: its second argument is a string, expected a number'],
    ['relu', [{ shape: [1] }], 'cannot compute relu: its first argument is an object, expected a tensor'],
    ['concat', [[], 0], 'cannot compute concat: its first argument is an empty list, expected a list of tensors'],
  ] as const)('%s says which argument is wrong', (name, values, message) => {
    expect(call(name, ...values)).toThrow(message);
  });

  it('say what takes a number', () => {
    expect(call('sub', x, 1)).toThrow(expect.objectContaining({ hint: 'addScalar takes a number' }) as Error);
  });
});

describe('customGradient of the kit', () => {
  const { add, argMax, customGradient, detach, mul, mulScalar, oneHot, onesLike, softmax, square, sum } = kitOps;

  it.each(executions)('passes gradients on from a value that was made before its input (%s)', (execution) => {
    // A straight-through estimator: the gradient of the soft choice for the hard one.
    const found = runOnce(testEngine(), execution, { logits: filled([1, 3], (i) => i) }, ({ logits }, program) => {
      const hard = oneHot(argMax(logits), 3);
      const soft = softmax(logits);
      const weights = program.constant(Float32Array.of(1, 2, 3), { dtype: 'float32', shape: [3] });
      const slope = (choice: Tensor): Tensor => gradients(sum(mul(choice, weights)), [logits])[0];
      const through = customGradient([soft], () => ({ value: hard, backward: (gradient) => [gradient] }));
      return { value: through, slope: slope(through), expected: slope(soft) };
    });
    expect([...found.value]).toEqual([0, 0, 1]);
    expect(found.slope[2]).toBeGreaterThan(0.1);
    expect([...found.slope]).toEqual([...found.expected]);
  });

  it.each(executions)('keeps the gradients of one value for two inputs apart (%s)', (execution) => {
    const leaves = { a: filled([2], (i) => i), b: filled([2], (i) => i) };
    const found = runOnce(testEngine(), execution, leaves, ({ a, b }) => {
      const ones = onesLike(detach(a));
      const scaled = (x: Tensor, factor: number): Tensor =>
        customGradient([x], () => ({ value: ones, backward: (gradient) => [mulScalar(gradient, factor)] }));
      const [ofA, ofB] = gradients(sum(add(scaled(a, 2), scaled(b, 3))), [a, b]);
      return { ofA, ofB };
    });
    expect([...found.ofA, ...found.ofB]).toEqual([2, 2, 3, 3]);
  });

  it.each<[string, () => unknown]>([
    ['backward returns undefined, expected a list with a gradient for each input', () => undefined],
    ['backward returns a tensor, expected a list with a gradient for each input', () => x],
    ['element 0 of the result of backward is the number 2, expected a tensor', () => [2]],
    [
      'not today',
      () => {
        throw new RangeError('not today');
      },
    ],
  ])('reports that %s, with the place', (reason, backward) => {
    const leaf = tally.program.read({ name: 'leaf', shape: [2], trainable: true });
    const value = customGradient([leaf], (inner) => ({ value: square(inner), backward: backward as never }));
    expect(() => gradients(sum(value), [leaf])).toThrow(
      expect.objectContaining({
        message: `cannot compute the gradient of a customGradient: ${reason}`,
        code: 'module/unusable',
      }) as Error,
    );
  });

  it('refuses a function that returns no value', () => {
    expect(() => customGradient([x], (() => undefined) as never)).toThrow(
      'cannot compute customGradient: its function returns undefined, expected { value, backward }',
    );
  });
});
