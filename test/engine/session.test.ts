// The contract of a session, held by captured and eager execution alike.
import { describe, expect, it } from 'vitest';
import { add, broadcastTo, cast, mul, mulScalar, square, sum } from '../../src/engine/ops/index.js';
import type { Variable } from '../../src/engine/program.js';
import type { SessionFunction } from '../../src/engine/session.js';
import { randomStream } from '../../src/common/random.js';
import { expectClose } from '../support/close.js';
import { testEngine } from '../support/engine.js';
import { executions } from '../support/run-once.js';

const engine = testEngine();
const a: Variable = { name: 'a', shape: [2, 2], trainable: true };
const b: Variable = { name: 'b.weight', shape: [3], trainable: false };
const scalar = { dtype: 'float32', shape: [] } as const;
const values = (...numbers: number[]): Float32Array => Float32Array.from(numbers);

describe.each(executions)('a session, %s', (execution) => {
  const open = (variables: readonly Variable[], ...functions: SessionFunction[]) =>
    engine.createSession(execution, variables, functions);

  it('reads what was written, as copies', () => {
    const session = open([a, b]);
    const written = values(1, 2, 3, 4);
    session.write(
      new Map([
        ['a', written],
        ['b.weight', values(5, 6, 7)],
      ]),
    );
    written.fill(9);
    const read = session.read(['b.weight', 'a']);
    expect([...read.keys()]).toEqual(['b.weight', 'a']);
    expect(read.get('a')).toEqual(values(1, 2, 3, 4));
    expect(read.get('b.weight')).toEqual(values(5, 6, 7));
    read.get('a')!.fill(0);
    expect(session.read(['a']).get('a')).toEqual(values(1, 2, 3, 4));
    session.write(new Map([['a', values(4, 3, 2, 1)]]));
    expect(session.read(['a']).get('a')).toEqual(values(4, 3, 2, 1));
    expect(session.read([])).toEqual(new Map());
    session.write(new Map());
    session.close();
  });

  it('gives outputs of every type that leaves the engine', () => {
    const session = open([], {
      name: 'echo',
      inputs: {
        float: { dtype: 'float32', shape: [2] },
        int: { dtype: 'int32', shape: [2] },
        byte: { dtype: 'uint8', shape: [3] },
        none: { dtype: 'float32', shape: [0] },
      },
      build: ({ float, int, byte }) => ({ float, int, flag: cast(byte, 'bool') }),
    });
    const inputs = {
      float: values(1.5, -2),
      int: Int32Array.of(-7, 2 ** 31 - 1),
      byte: Uint8Array.of(0, 255, 3),
      none: values(),
    };
    const { float, int } = inputs;
    expect(session.call('echo', inputs)).toEqual({ float, int, flag: Uint8Array.of(0, 1, 1) });
    session.close();
  });

  it('refuses outputs of types that stay in the engine', () => {
    const bytes: SessionFunction = {
      name: 'f',
      inputs: { x: { dtype: 'uint8', shape: [2] } },
      build: ({ x }) => ({ x }),
    };
    const run = (): unknown => open([], bytes).call('f', { x: Uint8Array.of(1, 2) });
    expect(run).toThrow('cannot give output x of f: it is uint8[2], which stays in the engine');
  });

  it('takes parts of larger arrays', () => {
    const session = open([], {
      name: 'echo',
      inputs: { x: { dtype: 'float32', shape: [2] }, bytes: { dtype: 'uint8', shape: [2] } },
      build: ({ x, bytes }) => ({ x, bytes: cast(bytes, 'int32') }),
    });
    const bytes = Uint8Array.of(1, 2, 3, 4).subarray(1, 3);
    expect(session.call('echo', { x: values(1, 2, 3, 4).subarray(2), bytes })).toEqual({
      x: values(3, 4),
      bytes: Int32Array.of(2, 3),
    });
    session.close();
  });

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

  it('keeps the last of several assignments, whatever their order costs', () => {
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

  it('replaces rows; rows named twice are equal', () => {
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

  it('shares variables between its functions', () => {
    const session = open(
      [a],
      {
        name: 'double',
        inputs: {},
        build(_, program) {
          program.assign(a, mulScalar(program.read(a), 2));
          return { old: program.read(a) };
        },
      },
      { name: 'total', inputs: {}, build: (_, program) => ({ total: sum(program.read(a)) }) },
    );
    session.write(new Map([['a', values(1, 2, 3, 4)]]));
    session.call('double', {});
    session.call('double', {});
    expect([...session.call('total', {})['total']]).toEqual([40]);
    session.close();
  });

  it('shares nothing with another session over variables of the same names', () => {
    const scale = (factor: number): SessionFunction => ({
      name: 'scale',
      inputs: {},
      build(_, program) {
        const next = mulScalar(program.read(a), factor);
        program.assign(a, next);
        return { next };
      },
    });
    const [first, second] = [open([a], scale(2)), open([a], scale(3))];
    first.write(new Map([['a', values(1, 1, 1, 1)]]));
    second.write(new Map([['a', values(10, 10, 10, 10)]]));
    expect(first.call('scale', {})['next'][0]).toBe(2);
    expect(second.call('scale', {})['next'][0]).toBe(30);
    first.close();
    expect(second.call('scale', {})['next'][0]).toBe(90);
    expect(second.read(['a']).get('a')![0]).toBe(90);
    second.close();
  });

  it('refuses unknown names and inputs of another length', () => {
    const session = open([a], {
      name: 'f',
      inputs: { x: { dtype: 'float32', shape: [2] } },
      build: ({ x }) => ({ y: mul(x, x) }),
    });
    session.write(new Map([['a', new Float32Array(4)]]));
    const refused = (run: () => unknown, message: string): void => expect(run).toThrow(message);
    refused(() => session.call('g', {}), 'cannot call g: the session has no such function');
    refused(() => session.call('f', {}), 'cannot call f: input x has no values, expected float32[2]');
    refused(() => session.call('f', { x: values(1) }), 'cannot call f: input x has 1 values, expected float32[2]');
    refused(() => session.read(['c']), 'cannot access variable c: the session has no such variable');
    refused(() => session.write(new Map([['c', values(1)]])), 'the session has no such variable');
    refused(
      () => session.write(new Map([['a', values(1)]])),
      'cannot write variable a: got 1 values, expected float32[2, 2]',
    );
    expect([...session.call('f', { x: values(2, 3) })['y']]).toEqual([4, 9]);
    session.close();
  });

  it('frees what it made: tensors of calls at once, its own on close', () => {
    const start = engine.liveTensors();
    const session = open([a], {
      name: 'step',
      inputs: { x: scalar },
      build({ x }, program) {
        const next = add(mulScalar(program.read(a), 0.5), x);
        program.assign(a, next);
        return { sum: sum(next) };
      },
    });
    session.write(new Map([['a', new Float32Array(4)]]));
    session.call('step', { x: values(1) });
    const open1 = engine.liveTensors();
    for (let call = 0; call < 100; call++) session.call('step', { x: values(1) });
    expect(() => session.call('step', {})).toThrow();
    session.read(['a']);
    session.write(new Map([['a', new Float32Array(4)]]));
    expect(engine.liveTensors()).toBe(open1);
    session.close();
    expect(engine.liveTensors()).toBe(start);
  });

  it('frees what a failed call made', () => {
    const broken: SessionFunction = {
      name: 'broken',
      inputs: {},
      build(_, program) {
        add(program.read(a), program.read(a));
        throw new Error('broken on purpose');
      },
    };
    const start = engine.liveTensors();
    const run = (): void => {
      const session = open([a], broken);
      try {
        session.write(new Map([['a', new Float32Array(4)]]));
        session.call('broken', {});
      } finally {
        session.close();
      }
    };
    expect(run).toThrow('broken on purpose');
    expect(engine.liveTensors()).toBe(start);
  });

  it('does not grow over 2000 calls', () => {
    const size = 64 * 1024;
    const big: Variable = { name: 'big', shape: [size], trainable: false };
    const session = open([big], {
      name: 'step',
      inputs: { x: { dtype: 'float32', shape: [size] } },
      build({ x }, program) {
        const next = add(mulScalar(program.read(big), 0.5), x);
        program.assign(big, next);
        return { next };
      },
    });
    session.write(new Map([['big', new Float32Array(size)]]));
    const x = new Float32Array(size);
    const run = (calls: number): void => {
      for (let call = 0; call < calls; call++) session.call('step', { x });
    };
    run(300);
    const before = process.memoryUsage().rss;
    run(2000);
    // Each call moves 512 KiB in and out: kept, they would come to 1 GB.
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(200);
    session.close();
  });
});
