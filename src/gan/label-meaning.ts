// The meaning of a generator's labels.
import type { Generator } from './generator.js';
import type { GanOptions } from './options.js';

/** `class`: a class of the data; `category`: a category found in training, unrelated to classes; `none`: no labels. */
export type LabelMeaning = 'class' | 'category' | 'none';

interface TrainedGenerator {
  readonly options: GanOptions;
  readonly generator: Pick<Generator, 'classes'>;
  /** The labels of the images that it was trained on. */
  readonly trainedClasses: readonly number[];
}

/** Returns the meaning of a generator's labels. */
export function labelMeaning({ options, generator, trainedClasses }: TrainedGenerator): LabelMeaning {
  if (generator.classes === 0) return 'none';
  // If all images belong to one class, every category belongs to this class.
  const areCategories = options.name === 'infogan' && !options.realLabels && trainedClasses.length > 1;
  return areCategories ? 'category' : 'class';
}

/** Whether the class of each generated image is known. */
export const makesKnownClasses = (trained: TrainedGenerator): boolean =>
  labelMeaning(trained) === 'class' || trained.trainedClasses.length === 1;
