// The step schedule: the rate is multiplied by a factor at each milestone.
import { counted } from '../../common/format.js';
import type { StepOptions } from './options.js';
import type { Schedule, ScheduleMoment } from './schedule.js';

/** A milestone is the first epoch, counted from 1, with the lower rate (paper, supplement B). */
export function createStep({ milestones, factor }: StepOptions, learningRate: number): Schedule {
  const valueFrom =
    (initial: number) =>
    ({ epoch }: ScheduleMoment): number => {
      const passed = milestones.filter((milestone) => epoch >= milestone).length;
      // 0.1 * 0.1 is not exactly 0.01 in binary; twelve digits are exact for the step's float32.
      return Number((initial * factor ** passed).toPrecision(12));
    };
  return {
    rateAt: valueFrom(learningRate),
    factorAt: valueFrom(1),
    warnings: (epochs) => {
      const late = milestones.filter((milestone) => milestone > epochs);
      if (late.length === 0) return [];
      const [which, they] =
        late.length === 1 ? [`milestone ${late[0]}`, 'is'] : [`milestones ${late.join(', ')}`, 'are'];
      return [
        `schedule.${which} ${they} beyond the ${counted(epochs, 'epoch')} of the run: the rate is not lowered there`,
      ];
    },
  };
}
