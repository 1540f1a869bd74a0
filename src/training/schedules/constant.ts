// The constant schedule.
import type { ConstantOptions } from './options.js';
import type { Schedule } from './schedule.js';

export const createConstant = (_options: ConstantOptions, learningRate: number): Schedule => ({
  rateAt: () => learningRate,
  factorAt: () => 1,
});
