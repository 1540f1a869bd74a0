// Inputs of every type and size reach a function as they were given, in both executions.
import { describe, expect, it } from 'vitest';
import { asWords } from '../../src/engine/function-inputs.js';
import { cast } from '../../src/engine/ops/index.js';
import type { HostArray, TensorSpec } from '../../src/engine/types.js';
import { testEngine } from '../support/engine.js';
import { executions } from '../support/run-once.js';

const engine = testEngine();

describe('asWords', () => {
  it('joins bytes and fills the last number with zeros', () => {
    const bytes = new Uint8Array(8).fill(9);
    bytes.set([1, 2, 3, 4, 5], 1);
    expect(new Uint8Array(asWords([bytes.subarray(1, 6)]).buffer)).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 0, 0, 0));
    expect(new Float32Array(asWords([Float32Array.of(1.5, -2), Float32Array.of(7)]).buffer)).toEqual(
      Float32Array.of(1.5, -2, 7),
    );
    const whole = Int32Array.of(1, -2);
    expect(asWords([whole])).toBe(whole);
  });
});

describe.each(executions)('inputs, %s', (execution) => {
  const spec = (dtype: TensorSpec['dtype'], ...shape: number[]): TensorSpec => ({ dtype, shape });

  it.each([
    [
      'all types',
      {
        a: spec('float32', 2),
        b: spec('uint8', 5),
        c: spec('int32', 2, 1),
        d: spec('float32'),
        e: spec('float32', 3, 1),
      },
    ],
    ['one float', { a: spec('float32') }],
    ['bytes in fours, three dimensions', { a: spec('uint8', 2, 3, 2) }],
    ['one byte', { a: spec('uint8', 1) }],
  ])('%s', (_, inputs: Readonly<Record<string, TensorSpec>>) => {
    const session = engine.createSession(
      execution,
      [],
      [
        {
          name: 'same',
          inputs,
          build: (tensors) =>
            Object.fromEntries(Object.entries(tensors).map(([name, x]) => [name, cast(x, 'float32')])),
        },
      ],
    );
    const given: Record<string, HostArray> = Object.fromEntries(
      Object.entries(inputs).map(([name, { dtype, shape }], at): [string, HostArray] => {
        const values: number[] = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => 250 - 3 * i - at);
        if (dtype === 'float32') return [name, Float32Array.from(values, (value) => value / 3)];
        return [name, dtype === 'uint8' ? Uint8Array.from(values) : Int32Array.from(values, (value) => -value)];
      }),
    );
    const found = session.call('same', given);
    for (const [name, values] of Object.entries(given)) expect(found[name], name).toEqual(Float32Array.from(values));
    session.close();
  });
});
