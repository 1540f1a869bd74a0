// Numbers of threads: read from the variables that TensorFlow reads, and refused where it would end the process.
import { describe, expect, it } from 'vitest';
import { checkThreadVariables, readThreads } from '../../src/engine/threads.js';

describe('checkThreadVariables', () => {
  it.each(['-1', 'abc', '1.5', ' ', '99999'])('refuses %j', (value) => {
    expect(() => checkThreadVariables({ TF_NUM_INTRAOP_THREADS: value })).toThrow(
      `cannot load the engine: the environment variable TF_NUM_INTRAOP_THREADS is ${value}, expected a number of threads`,
    );
    expect(() => checkThreadVariables({ TF_NUM_INTEROP_THREADS: value })).toThrow('TF_NUM_INTEROP_THREADS');
  });
  it.each([undefined, '', '0', '1', '64'])('takes %j', (value) => {
    checkThreadVariables({ TF_NUM_INTRAOP_THREADS: value, OMP_NUM_THREADS: value });
  });
});

describe('readThreads', () => {
  it('returns the requested numbers', () => {
    expect(readThreads({ TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '4' })).toEqual({
      intraOp: 1,
      interOp: 4,
    });
    expect(readThreads({ TF_NUM_INTRAOP_THREADS: '2', OMP_NUM_THREADS: '3' })).toEqual({ intraOp: 2 });
  });
  it.each([undefined, '', '0'])('gives none for %j, which leaves it to TensorFlow', (value) => {
    expect(readThreads({ TF_NUM_INTRAOP_THREADS: value, TF_NUM_INTEROP_THREADS: value })).toEqual({});
  });
});
