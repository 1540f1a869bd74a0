// Checks that two runs were evaluated on the same images in the same order, with labels of the same meaning.
import { cannot } from '../../common/errors.js';
import { classDifference, lackNames } from '../../data/class-names.js';
import type { ExaminedRun, RunEvaluation } from '../evaluate.js';

export interface EvaluatedRun {
  readonly evaluation: Pick<RunEvaluation, 'checkpoint' | 'part'>;
  readonly examined: ExaminedRun;
}

const equalNumbers = (a: ArrayLike<number> | undefined, b: ArrayLike<number> | undefined): boolean =>
  a === b ||
  (a?.length === b?.length && a !== undefined && Array.from(a).every((value, index) => value === b?.[index]));

/**
 * Describes how the classes of two evaluations differ; undefined if they do not. Classes of image folders always have
 * names.
 */
function otherClasses(...examined: readonly [ExaminedRun, ExaminedRun]): string | undefined {
  const [first, second] = examined.map(({ predictions }) => predictions.classNames);
  const areNamed = examined.every(
    ({ data, predictions }) => data.official === undefined || !lackNames(predictions.classNames),
  );
  return classDifference({ classNames: first, owner: 'one' }, { classNames: second, owner: 'the other' }, areNamed);
}

/** Describes how the evaluated images differ; undefined if they do not. */
function otherImages(first: EvaluatedRun, second: EvaluatedRun): string | undefined {
  const [one, other] = [first, second].map(({ examined }) => examined);
  if (one.data.checksum !== other.data.checksum) return 'their images are not the same data';
  if (first.evaluation.part !== second.evaluation.part)
    return `one is evaluated on ${first.evaluation.part} images, the other on ${second.evaluation.part} images`;
  if (!equalNumbers(one.source.positions, other.source.positions) || one.source.count !== other.source.count)
    return 'they are evaluated on different parts of the data';
  if (equalNumbers(one.predictions.indices, other.predictions.indices)) return undefined;
  return 'different images were left out as broken';
}

/**
 * Errors (usage): the images differ, so that an image of one run has no counterpart in the other; the classes or their
 * order differ, so that a label has different meanings.
 */
export function requireSameImages(first: EvaluatedRun, second: EvaluatedRun): void {
  const classes = otherClasses(first.examined, second.examined);
  const reason = classes ?? otherImages(first, second);
  if (reason === undefined) return;
  throw cannot('compare the runs', reason, {
    code: 'data/changed',
    kind: 'usage',
    place: [first.evaluation.checkpoint, second.evaluation.checkpoint].join('\n'),
    hint:
      classes === undefined
        ? '--data DIR evaluates both on the same folder; --set changes dataset.testSubset or dataset.holdout of both'
        : 'only networks with the same classes in the same order can be compared image by image',
  });
}
