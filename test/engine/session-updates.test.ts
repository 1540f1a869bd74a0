// Updates of variables within a call: assignments, rows, momentum steps, and their order.
import { describe, expect, it } from 'vitest';
import { add, broadcastTo, mulScalar, square, sum } from '../../src/engine/ops/index.js';
import { withoutUpdates, type Variable } from '../../src/engine/tensor.js';
import type { SessionFunction } from '../../src/engine/session.js';
import { randomStream } from '../../src/common/random.js';
import { expectClose } from '../support/close.js';
import { testEngine } from '../support/engine.js';
import { executions } from '../support/run-once.js';

const engine = testEngine();
const a: Variable = { name: 'a', shape: [2, 2], trainable: true };
const scalar = { dtype: 'float32', shape: [] } as const;
const values = (...numbers: number[]): Float32Array => Float32Array.from(numbers);

describe.each(executions)('updates, %s', (execution) => {
  const open = (variables: readonly Variable[], ...functions: SessionFunction[]) =>
    engine.createSession(execution, variables, functions);

  it('reads assigned values in the same call and keeps them', () => {
    const session = open([a], {
      name: 'advance',
      inputs: { by: scalar },
      build({ by }, program) {
        const before = program.read(a);
        program.assign(a, add(before, by));
        return { before, after: program.read(a), sum: sum(before) };
      },
    });
    session.write(new Map([['a', values(1, 2, 3, 4)]]));
    const found = session.call('advance', { by: values(10) });
    expect(found['before']).toEqual(values(1, 2, 3, 4));
    expect(found['after']).toEqual(values(11, 12, 13, 14));
    expect([...found['sum']]).toEqual([10]);
    expect(session.call('advance', { by: values(1) })['after']).toEqual(values(12, 13, 14, 15));
    expect(session.read(['a']).get('a')).toEqual(values(12, 13, 14, 15));
    session.close();
  });

  it('withoutUpdates ignores every kind of update', () => {
    const velocity: Variable = { name: 'velocity', shape: [2, 2], trainable: false };
    const session = open([a, velocity], {
      name: 'evaluate',
      inputs: { x: scalar },
      build({ x }, program) {
        const reading = withoutUpdates(program);
        const indices = program.constant(Int32Array.of(0), { dtype: 'int32', shape: [1] });
        const gradient = broadcastTo(x, [2, 2]);
        reading.assign(a, gradient);
        reading.assignRows(a, indices, broadcastTo(x, [1, 2]));
        reading.momentumStep({ parameter: a, velocity, gradient, learningRate: x, momentum: 0.5, nesterov: false });
        return { after: reading.read(a) };
      },
    });
    session.write(new Map([['a', values(1, 2, 3, 4)], ['velocity', values(5, 6, 7, 8)]])); // prettier-ignore
    expect(session.call('evaluate', { x: values(10) })['after']).toEqual(values(1, 2, 3, 4));
    const kept = session.read(['a', 'velocity']);
    expect([kept.get('a'), kept.get('velocity')]).toEqual([values(1, 2, 3, 4), values(5, 6, 7, 8)]);
    session.close();
  });

  it('keeps the last of several assignments, even if an earlier one takes longer', () => {
    const large: Variable = { name: 'large', shape: [512, 512], trainable: false };
    const session = open([large], {
      name: 'twice',
      inputs: { x: scalar },
      build({ x }, program) {
        // The first value takes far longer to compute than the second.
        let slow = add(program.read(large), x);
        for (let i = 0; i < 20; i++) slow = add(mulScalar(slow, 0.5), x);
        program.assign(large, slow);
        program.assign(large, broadcastTo(x, [512, 512]));
        return { x };
      },
    });
    session.write(new Map([['large', new Float32Array(512 * 512)]]));
    for (let call = 1; call <= 20; call++) {
      session.call('twice', { x: values(call) });
      expect(
        session
          .read(['large'])
          .get('large')!
          .every((value) => value === call),
      ).toBe(true);
    }
    session.close();
  });

  it('does all updates before outputs are given, and reads before updates', () => {
    const session = open([a], {
      name: 'swap',
      inputs: { x: { dtype: 'float32', shape: [2, 2] } },
      build({ x }, program) {
        program.assign(a, x);
        return { x };
      },
    });
    session.write(new Map([['a', values(0, 0, 0, 0)]]));
    for (let call = 0; call < 50; call++) {
      const x = values(call, call + 1, call + 2, call + 3);
      session.call('swap', { x });
      expect(session.read(['a']).get('a')).toEqual(x);
    }
    session.close();
  });

  it('reads what updates in place have left, and keeps their order', () => {
    const table: Variable = { name: 'table', shape: [3, 1], trainable: false };
    const velocity: Variable = { name: 'velocity', shape: [3, 1], trainable: false };
    const session = open([table, velocity], {
      name: 'rows',
      inputs: { x: { dtype: 'float32', shape: [3, 1] } },
      build({ x }, program) {
        const index = program.constant(Int32Array.of(1), { dtype: 'int32', shape: [1] });
        const row = program.constant(Float32Array.of(5), { dtype: 'float32', shape: [1, 1] });
        const learningRate = program.constant(Float32Array.of(1), { dtype: 'float32', shape: [] });
        const before = program.read(table);
        program.assign(table, x);
        program.assignRows(table, index, row);
        const between = program.read(table);
        const oldVelocity = program.read(velocity);
        program.momentumStep({
          parameter: table,
          velocity,
          gradient: x,
          learningRate,
          momentum: 0.5,
          nesterov: false,
        });
        return { before, between, oldVelocity, after: program.read(table), velocity: program.read(velocity) };
      },
    });
    session.write(
      new Map([
        ['table', values(0, 0, 0)],
        ['velocity', values(2, 2, 2)],
      ]),
    );
    const found = session.call('rows', { x: values(1, 2, 3) });
    expect(found).toEqual({
      before: values(0, 0, 0),
      between: values(1, 5, 3),
      oldVelocity: values(2, 2, 2),
      velocity: values(2, 3, 4),
      after: values(-1, 2, -1),
    });
    expect(session.read(['table', 'velocity'])).toEqual(
      new Map([
        ['table', values(-1, 2, -1)],
        ['velocity', values(2, 3, 4)],
      ]),
    );
    session.close();
  });

  it('replaces rows, also if a row is given twice', () => {
    const table: Variable = { name: 'table', shape: [4, 2], trainable: false };
    const session = open([table], {
      name: 'rows',
      inputs: { indices: { dtype: 'int32', shape: [3] }, rows: { dtype: 'float32', shape: [3, 2] } },
      build({ indices, rows }, program) {
        const before = program.read(table);
        program.assignRows(table, indices, rows);
        return { before };
      },
    });
    session.write(new Map([['table', values(0, 1, 2, 3, 4, 5, 6, 7)]]));
    const found = session.call('rows', { indices: Int32Array.of(3, 0, 3), rows: values(-1, -2, -3, -4, -1, -2) });
    expect(found['before']).toEqual(values(0, 1, 2, 3, 4, 5, 6, 7));
    expect(session.read(['table']).get('table')).toEqual(values(-3, -4, 2, 3, 4, 5, -1, -2));
    session.close();
  });

  it.each([true, false])("takes PyTorch's momentum steps with a changing learning rate, Nesterov: %s", (nesterov) => {
    const [w, v]: Variable[] = [
      { name: 'w', shape: [5], trainable: true },
      { name: 'v', shape: [5], trainable: false },
    ];
    const session = open([w, v], {
      name: 'step',
      inputs: { learningRate: scalar, gradient: { dtype: 'float32', shape: [5] } },
      build({ learningRate, gradient }, program) {
        const before = sum(square(program.read(w)));
        program.momentumStep({ parameter: w, velocity: v, gradient, learningRate, momentum: 0.9, nesterov });
        return { before };
      },
    });
    const random = randomStream(5, 'momentum');
    const draw = (): number[] => Array.from({ length: 5 }, () => random.normal());
    let [weights, velocity] = [draw(), [0, 0, 0, 0, 0]];
    session.write(
      new Map([
        ['w', Float32Array.from(weights)],
        ['v', new Float32Array(5)],
      ]),
    );
    for (const learningRate of [0.1, 0.1, 0.01, 0.5, 0.001]) {
      const gradient = draw();
      const { before } = session.call('step', {
        learningRate: values(learningRate),
        gradient: Float32Array.from(gradient),
      });
      expectClose(before, [weights.reduce((total, x) => total + x * x, 0)], 'the value before the step', 1e-6);
      velocity = velocity.map((old, i) => 0.9 * old + gradient[i]);
      weights = weights.map((old, i) => {
        return old - learningRate * (nesterov ? gradient[i] + 0.9 * velocity[i] : velocity[i]);
      });
      const read = session.read(['w', 'v']);
      expectClose(read.get('w')!, weights, 'weights', 1e-6);
      expectClose(read.get('v')!, velocity, 'velocity', 1e-6);
    }
    session.close();
  });
});
