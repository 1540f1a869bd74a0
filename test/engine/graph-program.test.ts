// What a program refuses while a step is captured, before TensorFlow is asked.
import { expect, it } from 'vitest';
import { createGraphWriter } from '../../src/engine/graph-def.js';
import { createGraphProgram } from '../../src/engine/graph-program.js';
import type { Tensor } from '../../src/engine/tensor.js';

const target = { device: 'cpu', deterministic: false, packs: [] } as const;
const known = { name: 'm', shape: [3], trainable: false };
const open = () => createGraphProgram(createGraphWriter(), 'step', target, new Set(['m']));

it('refuses a variable that is not declared', () => {
  expect(() => open().read({ ...known, name: 'n' })).toThrow('cannot use the variable n: it is not among the declared');
  expect(() => open().read(known)).not.toThrow();
});

it('refuses a value of another shape', () => {
  const program = open();
  const scalar = program.constant(Float32Array.of(1), { dtype: 'float32', shape: [] });
  expect(() => program.assign(known, scalar)).toThrow('cannot assign m: the value is float32[], expected float32[3]');
});

it('refuses a number in place of a value', () => {
  expect(() => open().assign(known, 2 as unknown as Tensor)).toThrow(
    'cannot assign m: the value is the number 2, expected float32[3]',
  );
});

it('tells -0 from 0 among constants', () => {
  const program = open();
  const of = (value: number) => program.constant(Float32Array.of(value), { dtype: 'float32', shape: [] }).handle;
  expect(of(0)).toBe(of(0));
  expect(of(-0)).not.toBe(of(0));
});
