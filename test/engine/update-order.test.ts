import { expect, it } from 'vitest';
import type { Tensor, Variable } from '../../src/engine/tensor.js';
import { createUpdateOrder } from '../../src/engine/update-order.js';

const weight: Variable = { name: 'weight', shape: [2], trainable: true };
const value = (handle: number): Tensor => ({ handle }) as unknown as Tensor;

it('makes an update wait for the reading before it, and a reading for the update before it', () => {
  const order = createUpdateOrder();
  expect(order.beforeRead(weight)).toEqual([]);
  order.read('read_1', weight, value(1));
  expect(order.known(weight)).toEqual(value(1));
  expect(order.beforeUpdate(weight)).toEqual(['^read_1']);
  order.updated('update_1', weight);
  expect(order.known(weight)).toBeUndefined();
  expect(order.beforeRead(weight)).toEqual(['^update_1']);
  order.read('read_2', weight, value(2));
  expect(order.beforeUpdate(weight)).toEqual(['^read_2', '^update_1']);
});

it('uses an assigned value without another read', () => {
  const order = createUpdateOrder();
  order.updated('assign_1', weight, value(3));
  expect(order.known(weight)).toEqual(value(3));
  expect(order.beforeUpdate(weight)).toEqual(['^assign_1']);
});

it('lists a node that updates two variables once', () => {
  const order = createUpdateOrder();
  order.updated('momentum_1', weight);
  order.updated('momentum_1', { ...weight, name: 'velocity' });
  expect(order.updates).toEqual(['momentum_1']);
});
