// The contract of a session, for captured and eager execution.
import { describe, expect, it } from 'vitest';
import { cast, mul, mulScalar, sum } from '../../src/engine/ops/index.js';
import type { Variable } from '../../src/engine/tensor.js';
import type { SessionFunction } from '../../src/engine/session.js';
import { testEngine } from '../support/engine.js';
import { executions } from '../support/run-once.js';

const engine = testEngine();
const a: Variable = { name: 'a', shape: [2, 2], trainable: true };
const b: Variable = { name: 'b.weight', shape: [3], trainable: false };
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
    expect(run).toThrow('cannot return output x of f: it is uint8[2], which cannot be read');
  });

  it('accepts views of larger arrays', () => {
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
});
