// The learning-rate schedules by name. A new one is one file, its options in options.ts, and one line here.
import { createConstant } from './constant.js';
import { createCosine } from './cosine.js';
import type { ScheduleOptions } from './options.js';
import type { Schedule } from './schedule.js';
import { createStep } from './step.js';
import { withWarmup } from './warmup.js';

type OptionsByName = { readonly [Options in ScheduleOptions as Options['name']]: Options };
type Name = keyof OptionsByName;

const schedules: { readonly [Key in Name]: (options: OptionsByName[Key], learningRate: number) => Schedule } = {
  step: createStep,
  cosine: createCosine,
  constant: createConstant,
};

function build<Key extends Name>(name: Key, options: OptionsByName[Key], learningRate: number): Schedule {
  return schedules[name](options, learningRate);
}

/** Creates the schedule selected by a config's `schedule` section; `learningRate`: the optimizer's initial rate. */
export function createSchedule(options: ScheduleOptions, learningRate: number): Schedule {
  return withWarmup(build(options.name, options, learningRate), options.warmupEpochs ?? 0);
}
