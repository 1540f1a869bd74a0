// The variables that a program may use while only its shapes are followed.
import { describe, expect, it } from 'vitest';
import { createTally } from '../../src/engine/tally-program.js';
import type { Program, Tensor, Variable } from '../../src/engine/tensor.js';

const known: Variable = { name: 'known', shape: [3, 2], trainable: true };
const other: Variable = { ...known, name: 'other' };

interface Values {
  readonly scalar: Tensor;
  readonly rows: Tensor;
  readonly indices: Tensor;
}

const step = (program: Program, { rows, scalar }: Values, parameter: Variable, velocity: Variable): void =>
  program.momentumStep({ parameter, velocity, gradient: rows, learningRate: scalar, momentum: 0.9, nesterov: false });

describe('createTally with the names of its variables', () => {
  const cases: Record<string, (program: Program, values: Values) => void> = {
    'reads it': (program) => program.read(other),
    'assigns it': (program, { rows }) => program.assign(other, rows),
    'assigns rows of it': (program, { indices, rows }) => program.assignRows(other, indices, rows),
    'steps it': (program, values) => step(program, values, other, known),
    'steps with it as velocity': (program, values) => step(program, values, known, other),
  };

  it.each(Object.entries(cases))('refuses another variable where the program %s', (_, use) => {
    const tally = createTally({ variables: new Set(['known']) });
    const values = {
      scalar: tally.input({ dtype: 'float32', shape: [] }),
      rows: tally.input({ dtype: 'float32', shape: [3, 2] }),
      indices: tally.input({ dtype: 'int32', shape: [3] }),
    };
    expect(() => use(tally.program, values)).toThrow(
      'cannot use the variable other: it is not among the declared tensors',
    );
    expect(() => step(tally.program, values, known, known)).not.toThrow();
  });
});
