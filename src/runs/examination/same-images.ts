// Checks that two runs were evaluated on the same images in the same order.
import { cannot } from '../../common/errors.js';
import type { ExaminedRun, RunEvaluation } from '../evaluate.js';

export interface EvaluatedRun {
  readonly evaluation: RunEvaluation;
  readonly examined: ExaminedRun;
}

const equalNumbers = (a: ArrayLike<number> | undefined, b: ArrayLike<number> | undefined): boolean =>
  a === b || (a?.length === b?.length && a !== undefined && Array.from(a).every((value, index) => value === b?.[index]));

/** Errors (usage): they are not, so that no image of one has its counterpart in the other. */
export function requireSameImages(first: EvaluatedRun, second: EvaluatedRun): void {
  const [one, other] = [first, second].map(({ examined }) => examined);
  const reason =
    one.data.checksum !== other.data.checksum
      ? 'their images are not the same data'
      : first.evaluation.part !== second.evaluation.part
        ? `one is evaluated on ${first.evaluation.part} images, the other on ${second.evaluation.part} images`
        : !equalNumbers(one.source.positions, other.source.positions) || one.source.count !== other.source.count
          ? 'they are evaluated on different parts of the data'
          : !equalNumbers(one.predictions.indices, other.predictions.indices)
            ? 'broken images were replaced by different ones'
            : undefined;
  if (reason === undefined) return;
  throw cannot('compare the runs', reason, {
    code: 'data/changed',
    kind: 'usage',
    place: [first.evaluation.checkpoint, second.evaluation.checkpoint].join('\n'),
    hint: '--data DIR evaluates both on the same folder; --set changes dataset.testSubset or dataset.holdout of both',
  });
}
