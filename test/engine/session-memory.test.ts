// Tensors that a session holds and frees.
import { describe, expect, it } from 'vitest';
import { add, mulScalar, sum } from '../../src/engine/ops/index.js';
import type { Variable } from '../../src/engine/tensor.js';
import type { SessionFunction } from '../../src/engine/session.js';
import { testEngine } from '../support/engine.js';
import { executions } from '../support/run-once.js';

const engine = testEngine();
const a: Variable = { name: 'a', shape: [2, 2], trainable: true };
const scalar = { dtype: 'float32', shape: [] } as const;
const values = (...numbers: number[]): Float32Array => Float32Array.from(numbers);

describe.each(executions)('memory, %s', (execution) => {
  const open = (variables: readonly Variable[], ...functions: SessionFunction[]) =>
    engine.createSession(execution, variables, functions);

  it('frees tensors of a call after the call, and its own on close', () => {
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
    const held = engine.liveTensors();
    for (let call = 0; call < 100; call++) session.call('step', { x: values(1) });
    expect(() => session.call('step', {})).toThrow();
    session.read(['a']);
    session.write(new Map([['a', new Float32Array(4)]]));
    expect(engine.liveTensors()).toBe(held);
    session.close();
    expect(engine.liveTensors()).toBe(start);
  });

  it('frees the tensors of a failed call', () => {
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
