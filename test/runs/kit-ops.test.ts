// The operations of the kit report arguments of the wrong type.
import { describe, expect, it } from 'vitest';
import { createTally } from '../../src/engine/tally-program.js';
import { kitOps } from '../../src/runs/kit-ops.js';

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

  it.each([
    ['mul', [x, 2], 'cannot compute mul: its second argument is the number 2, expected a tensor'],
    ['mean', [undefined], 'cannot compute mean: its first argument is undefined, expected a tensor'],
    ['mulScalar', [x, x], 'cannot compute mulScalar: its second argument is a tensor, expected a number'],
    ['addN', [[x, 3]], 'cannot compute addN: its first argument is a list, expected a list of tensors'],
    ['joinLast', [x], 'cannot compute joinLast: its first argument is a tensor, expected a list of tensors'],
    ['clamp', [x, 0, x], 'cannot compute clamp: its third argument is a tensor, expected a number'],
    ['floatScalar', [x.program, '1'], 'cannot compute floatScalar: its second argument is a string, expected a number'],
    ['relu', [{ shape: [1] }], 'cannot compute relu: its first argument is an object, expected a tensor'],
  ] as const)('%s says which argument is wrong', (name, values, message) => {
    expect(call(name, ...values)).toThrow(message);
  });

  it('say what takes a number', () => {
    expect(call('sub', x, 1)).toThrow(expect.objectContaining({ hint: 'addScalar takes a number' }) as Error);
  });
});
