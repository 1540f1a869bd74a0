// Environment variables of TensorFlow with invalid values.
import { describe, expect, it } from 'vitest';
import { checkVariables } from '../../src/engine/environment.js';

describe('the variables that are switches', () => {
  it.each(['abc', '2', '-1', 'yes', ' '])('refuses %j', (value) => {
    for (const name of ['TF_DETERMINISTIC_OPS', 'TF_ENABLE_ONEDNN_OPTS', 'NVIDIA_TF32_OVERRIDE'])
      expect(() => checkVariables({ [name]: value })).toThrow(
        `cannot load the engine: the environment variable ${name} is ${value}, expected 0 or 1`,
      );
  });
  it.each([undefined, '', '0', '1', 'true', 'FALSE'])('takes %j', (value) => {
    checkVariables({ TF_DETERMINISTIC_OPS: value, TF_FORCE_GPU_ALLOW_GROWTH: value });
  });
});

describe('the variables with flags', () => {
  it.each(['nonsense', '-v', '--a b', '--tf_xla_auto_jit=2 yes', '2'])('refuses %j', (value) => {
    for (const name of ['TF_XLA_FLAGS', 'XLA_FLAGS'])
      expect(() => checkVariables({ [name]: value })).toThrow(`the environment variable ${name} contains `);
  });
  it.each([undefined, '', ' ', '--tf_xla_auto_jit=2', '--a=1  --b', "--a='b c' --d", '/dev/null'])(
    'takes %j',
    (value) => {
      checkVariables({ TF_XLA_FLAGS: value });
    },
  );
});
