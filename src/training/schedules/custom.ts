// Custom schedules: the config section with the module's path, and the interface of the module.
import { z } from 'zod';
import { moduleOptions } from '../../common/modules.js';
import type { TrainingProgress } from '../../losses/loss.js';
import { commonOptions } from './options.js';

/** `schedule: {name: custom, module: ./my-schedule.js, options: {…}}` */
export const customScheduleOptions = z.strictObject({
  name: z.literal('custom'),
  ...moduleOptions('createSchedule'),
  ...commonOptions,
});
export type CustomScheduleOptions = z.output<typeof customScheduleOptions>;

/** The argument of `createSchedule` in a user's file. */
export interface ScheduleRequest {
  readonly options: CustomScheduleOptions['options'];
  /** The optimizer's initial learning rate. */
  readonly learningRate: number;
}

/** The progress of training that a learning rate may depend on. Iterations and epochs count from 0. */
export type ScheduleProgress = Omit<TrainingProgress, 'learningRateFactor'>;

/** The return value. */
export interface OwnSchedule {
  /**
   * Returns the learning rate of a step divided by the initial one, 0 or more. The result must depend on `progress`
   * alone, since a resumed run does not call it for earlier steps.
   */
  learningRateFactor(progress: ScheduleProgress): number;
}

/** Exports of a custom schedule module. */
export interface ScheduleModule {
  readonly createSchedule: (request: ScheduleRequest) => OwnSchedule;
}
