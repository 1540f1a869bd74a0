// The learning rate of an epoch.
import type { ScheduleOptions } from './options.js';

/**
 * The learning rate of an epoch, counted from 1. `step`: a milestone is the first epoch with the lower rate.
 * `cosine`: 0.5 lr (1 + cos(pi e / T)) (paper, supplement B, and its released code).
 */
export function learningRateOf(schedule: ScheduleOptions, base: number, epoch: number, epochs: number): number {
  switch (schedule.name) {
    case 'step': {
      const passed = schedule.milestones.filter((milestone) => epoch >= milestone).length;
      // 0.1 * 0.1 is not 0.01 in binary; the step takes float32, to which twelve digits are exact.
      return Number((base * schedule.factor ** passed).toPrecision(12));
    }
    case 'cosine':
      return 0.5 * base * (1 + Math.cos((Math.PI * epoch) / epochs));
    case 'constant':
      return base;
  }
}
