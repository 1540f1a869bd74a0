// The config section `schedule`: the learning rate over the epochs, which count from 1.
import { z } from 'zod';

/** The keys of every schedule. */
export const commonOptions = {
  // Without a default, so that an absent key does not change the fingerprints of other runs.
  warmupEpochs: z
    .number()
    .min(0)
    .optional()
    .describe(
      'number of epochs (may be fractional) over which the rate grows linearly to the scheduled rate; no warm-up if 0 or not given',
    ),
};

const stepOptions = z.strictObject({
  name: z.literal('step'),
  milestones: z
    .array(z.int().min(1))
    .refine((epochs) => epochs.every((epoch, index) => index === 0 || epoch > epochs[index - 1]), {
      error: 'expected epochs in increasing order',
    })
    .describe('epochs, counted from 1, at the start of which the rate is lowered'),
  factor: z.number().positive().lt(1).default(0.1).describe('factor that multiplies the rate at each milestone'),
  ...commonOptions,
});
export type StepOptions = z.output<typeof stepOptions>;

const cosineOptions = z.strictObject({
  name: z.literal('cosine'),
  minLearningRate: z.number().min(0).optional().describe('rate of the last epoch; 0 if not given, as in the paper'),
  ...commonOptions,
});
export type CosineOptions = z.output<typeof cosineOptions>;

const constantOptions = z.strictObject({ name: z.literal('constant'), ...commonOptions });
export type ConstantOptions = z.output<typeof constantOptions>;

/** `schedule`, by its `name`. */
export const scheduleOptions = z.discriminatedUnion('name', [stepOptions, cosineOptions, constantOptions]);
export type ScheduleOptions = z.output<typeof scheduleOptions>;
