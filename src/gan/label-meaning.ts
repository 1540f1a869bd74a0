// What the labels that a generator takes mean.
import type { Generator } from './generator.js';
import type { GanOptions } from './options.js';

/**
 * `class`: a class of the data; `category`: one that training found, of no class in particular; `none`: it takes no
 * labels.
 */
export type LabelMeaning = 'class' | 'category' | 'none';

interface TrainedGenerator {
  readonly options: GanOptions;
  readonly generator: Pick<Generator, 'classes'>;
  /** The labels of the images it was trained on. */
  readonly trainedClasses: readonly number[];
}

/** What the labels mean that a generator takes. */
export function labelMeaning({ options, generator, trainedClasses }: TrainedGenerator): LabelMeaning {
  if (generator.classes === 0) return 'none';
  // All images of one class are of this class, whatever their category.
  const areCategories = options.name === 'infogan' && !options.realLabels && trainedClasses.length > 1;
  return areCategories ? 'category' : 'class';
}

/** Whether the class of each image that a generator makes is known. */
export const makesKnownClasses = (trained: TrainedGenerator): boolean =>
  labelMeaning(trained) === 'class' || trained.trainedClasses.length === 1;
