// Searches that ended farther from their target than they had been, as with a learning rate that is too high.
import { counted, someNames } from '../common/format.js';
import type { Recorded } from './descent.js';
import type { Figure4 } from './figure4.js';

/** A search counts as lost if its objective ends this many times above its smallest value. */
const lostFactor = 2;

/** The positions of the pictures whose search is lost. `eta`: weight of the pixels in the objective. */
function lostOf(recorded: readonly Recorded[], eta: number): number[] {
  const objective = ({ feature, pixel }: Recorded, at: number): number => feature[at] + eta * pixel[at];
  const last = recorded[recorded.length - 1];
  return Array.from(last.feature, (_, at) => at).filter((at) => {
    const smallest = Math.min(...recorded.map((one) => objective(one, at)));
    return objective(last, at) > lostFactor * smallest;
  });
}

/** One note for each step in which searches were lost. `eta`: as in step I. */
export function lostSearchNotes({ images, columns, steps: [first, second] }: Figure4, eta: number): string[] {
  const note = (step: 1 | 2, what: string, lost: readonly number[], imageOf: (at: number) => number): string[] => {
    if (lost.length === 0) return [];
    const numbers = [...new Set(lost.map((at) => String(images[imageOf(at)].index)))];
    const of = `${counted(lost.length, what)} (of ${numbers.length === 1 ? 'image' : 'images'} ${someNames(numbers)})`;
    return [
      `step ${'I'.repeat(step)} had come closer to ${of} than it ended, as numbers.csv shows; a smaller --rate${step} may help`,
    ];
  };
  return [
    ...note(1, 'reconstruction', lostOf(first, eta), (at) => at),
    ...note(2, 'augmentation', lostOf(second, 0), (at) => Math.floor(at / columns.length)),
  ];
}
