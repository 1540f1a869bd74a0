// What the labels that a generator takes mean.
import type { Generator } from './generator.js';
import type { GanOptions } from './options.js';

/** `class`: a class of the data; `category`: one that training found, of no class in particular; `none`: it takes no labels. */
export type LabelMeaning = 'class' | 'category' | 'none';

export function labelMeaning({
  options,
  generator,
}: {
  readonly options: GanOptions;
  readonly generator: Pick<Generator, 'classes'>;
}): LabelMeaning {
  if (generator.classes === 0) return 'none';
  return options.name === 'infogan' && !options.realLabels ? 'category' : 'class';
}
