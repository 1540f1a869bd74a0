// Constants whose values do not match their spec, in every kind of program.
import { describe, expect, it } from 'vitest';
import { floatScalar } from '../../src/engine/ops/index.js';
import { createTally } from '../../src/engine/tally-program.js';
import type { Program } from '../../src/engine/tensor.js';
import { testEngine } from '../support/engine.js';
import { executions, runOnce } from '../support/run-once.js';

const engine = testEngine();
const vector = { dtype: 'float32', shape: [3] };

type Use = (use: (program: Program) => void) => void;

const programs: Readonly<Record<string, Use>> = {
  tally: (use) => use(createTally().program),
  ...Object.fromEntries(
    executions.map((execution): [string, Use] => [
      execution,
      (use) =>
        void runOnce(engine, execution, {}, (_, program) => {
          use(program);
          return { done: floatScalar(program, 1) };
        }),
    ]),
  ),
};

describe.each(Object.entries(programs))('%s', (_, inProgram) => {
  it.each<[unknown, unknown, string]>([
    [[1, 2, 3], vector, 'its values are a list, expected Float32Array(3) for float32[3]'],
    [Float64Array.of(1, 2, 3), vector, 'its values are Float64Array(3), expected Float32Array(3)'],
    [Float32Array.of(1, 2), vector, 'its values are Float32Array(2), expected Float32Array(3)'],
    [1, { dtype: 'float32', shape: [] }, 'its values are a number, expected Float32Array(1) for float32[]'],
    [
      Float32Array.of(1),
      { dtype: 'int32', shape: [1] },
      'its values are Float32Array(1), expected Int32Array(1) for int32[1]',
    ],
    [Float32Array.of(1), { dtype: 'float', shape: [1] }, 'the type of float[1] is not one of float32, int32, uint8'],
    [Float32Array.of(1), undefined, 'its second argument is not an object { dtype, shape }'],
    [Float32Array.of(1), [1], 'its second argument is not an object { dtype, shape }'],
  ])('refuses %o as %o', (values, spec, reason) => {
    expect(() => inProgram((program) => void program.constant(values as never, spec as never))).toThrow(
      `cannot create a constant: ${reason}`,
    );
  });

  it('accepts matching values', () => {
    inProgram((program) => {
      expect(program.constant(Float32Array.of(1, 2, 3), { dtype: 'float32', shape: [3] }).shape).toEqual([3]);
    });
  });
});
