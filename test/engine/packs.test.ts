// Packs: variables in one vector are read, written and updated like separate variables.
import { describe, expect, it } from 'vitest';
import { gradients } from '../../src/engine/gradients.js';
import { add, cast, mul, mulScalar, reshape, square, sum } from '../../src/engine/ops/index.js';
import { packed, packOf } from '../../src/engine/packs.js';
import { createTally } from '../../src/engine/tally-program.js';
import type { Pack, Program, Variable } from '../../src/engine/tensor.js';
import type { SessionFunction } from '../../src/engine/session.js';
import { testEngine } from '../support/engine.js';
import { executions } from '../support/run-once.js';

const engine = testEngine();
const variable = (name: string, ...shape: number[]): Variable => ({ name, shape, trainable: true });
const numbers = (count: number, first: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => first + i);

// Two of an aligned size, three that are not, one of them first; 16 + 32 + 3 + 1 + 5 = 57 values of 64 places.
const variables = [
  variable('odd', 3),
  variable('even', 2, 8),
  variable('one', 1),
  variable('wide', 4, 8),
  variable('rest', 5),
];
const alone = variable('alone', 2);
const values = new Map(
  variables.map(({ name, shape }, i) => [
    name,
    numbers(
      shape.reduce((a, b) => a * b, 1),
      100 * i,
    ),
  ]),
);

describe('packOf', () => {
  it('puts weights first, then others of an aligned size, and ends on the alignment', () => {
    const pack = packOf('pack', variables);
    expect(pack.parts.map(({ name }) => name)).toEqual(['wide', 'even', 'odd', 'one', 'rest']);
    expect(pack.shape).toEqual([64]);
    expect(packOf('pack', [variables[1], variables[3]]).shape).toEqual([48]);
    expect(packOf('pack', [variables[0], variables[2]]).shape).toEqual([16]);
  });
});

describe('weights of a pack in bfloat16', () => {
  const weights = [variable('first', 4, 8), variable('second', 2, 16), variable('small', 2, 8)];
  const pack = packOf('pack', weights);
  const inBfloat16 = (program: Program) => weights.map((one) => cast(program.read(one), 'bfloat16'));

  it('are cast together, except those whose size is not aligned', () => {
    const { program, operations } = createTally({ packs: [pack] });
    inBfloat16(program);
    inBfloat16(program);
    const casts = operations.filter(({ operation }) => operation === 'Cast');
    expect(casts.map(({ outputs }) => outputs[0].shape)).toEqual([[64], [2, 8], [2, 8]]);
  });

  it.each(executions)('and their gradients equal those of separate casts bit for bit, %s', (execution) => {
    const computed = (packs: readonly Pack[]) => {
      const step: SessionFunction = {
        name: 'step',
        inputs: {},
        build(_, program) {
          const cubes = inBfloat16(program).map((value) => mul(value, square(value)));
          const total = cubes.map((cube) => sum(cast(cube, 'float32'))).reduce((sums, one) => add(sums, one));
          const slopes = gradients(
            total,
            pack.parts.map((part) => program.read(part)),
          );
          const values = cast(add(cubes[0], reshape(cubes[1], [4, 8])), 'float32');
          return { values, slopes: packed(program, pack, slopes) };
        },
      };
      const session = engine.createSession(execution, weights, [step], packs);
      session.write(
        new Map(weights.map(({ name, shape }, k) => [name, numbers(shape[0] * shape[1], 0.123 + k).map(Math.sin)])),
      );
      const outputs = session.call('step', {});
      session.close();
      return outputs;
    };
    const alone = computed([]);
    expect(new Set(alone['slopes']).size).toBeGreaterThan(20);
    expect(computed([pack])).toEqual(alone);
  });
});

describe.each(executions)('a session with packs, %s', (execution) => {
  const open = (parts: readonly Variable[], ...functions: SessionFunction[]) =>
    engine.createSession(execution, [...variables, alone], functions, [packOf('pack', parts)]);

  it.each([
    ['all kinds of sizes', variables],
    ['aligned sizes', [variables[1], variables[3]]],
    ['other sizes', [variables[0], variables[4]]],
  ])('reads what was written, %s', (_, parts) => {
    const session = open(parts, {
      name: 'sums',
      inputs: {},
      build: (_, program) => Object.fromEntries([...variables, alone].map((one) => [one.name, sum(program.read(one))])),
    });
    session.write(new Map([...values, ['alone', Float32Array.of(7, 8)]]));
    const names = [...values.keys(), 'alone'];
    const read = session.read(names);
    expect([...read.keys()]).toEqual(names);
    for (const [name, expected] of values) expect(read.get(name), name).toEqual(expected);
    expect(session.read(['alone']).get('alone')).toEqual(Float32Array.of(7, 8));
    session.write(new Map([['odd', Float32Array.of(-1, -2, -3)]]));
    expect(session.read(['odd']).get('odd')).toEqual(Float32Array.of(-1, -2, -3));
    expect(session.read(['rest']).get('rest')).toEqual(values.get('rest'));
    const sums = session.call('sums', {});
    expect(sums['odd'][0]).toBe(-6);
    expect(sums['wide'][0]).toBe(values.get('wide')!.reduce((a, b) => a + b, 0));
    session.close();
  });

  it('gives gradients per part, and reads the values after an update of the vector', () => {
    const pack = packOf('pack', variables);
    const session = open(variables, {
      name: 'step',
      inputs: {},
      build(_, program) {
        // The sum of k x² for the k-th variable: its gradient is 2 k x.
        const squares = variables.map((one, k) => mulScalar(sum(square(program.read(one))), k + 1));
        const slopes = gradients(
          squares.reduce((total, part) => add(total, part)),
          pack.parts.map((part) => program.read(part)),
        );
        program.assign(pack, packed(program, pack, slopes));
        return { after: sum(program.read(variables[0])) };
      },
    });
    session.write(new Map([...values, ['alone', Float32Array.of(7, 8)]]));
    const { after } = session.call('step', {});
    const read = session.read([...values.keys()]);
    variables.forEach(({ name }, k) => {
      expect(read.get(name), name).toEqual(values.get(name)!.map((value) => 2 * (k + 1) * value));
    });
    expect(after[0]).toBe(2 * (0 + 1 + 2));
    session.close();
  });

  it('refuses to assign a part, and names or sizes that do not fit', () => {
    const session = open(variables);
    expect(() => session.write(new Map([['odd', new Float32Array(4)]]))).toThrow('got 4 values, expected float32[3]');
    expect(() => session.read(['pack'])).toThrow('the session has no such variable');
    session.close();
    const assigning = (): unknown =>
      open(variables, {
        name: 'assign',
        inputs: {},
        build(_, program) {
          program.assign(variables[0], program.constant(new Float32Array(3), { dtype: 'float32', shape: [3] }));
          return {};
        },
      }).call('assign', {});
    expect(assigning).toThrow('cannot assign odd: it is part of a pack');
  });
});
