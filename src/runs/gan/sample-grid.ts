// Images of a run's generators as a grid, one row per class.
import { cannot } from '../../common/errors.js';
import type { Engine } from '../../engine/index.js';
import { labelMeaning, makesKnownClasses } from '../../gan/label-meaning.js';
import { openSampler } from '../../gan/sampler.js';
import { loadGenerators, type LoadedGenerator } from '../../gan/stored.js';
import type { ImageGrid } from '../image-grid.js';
import { classNumber } from './classes.js';
import { gridOf, imageRows, labelsOf, rowsOf, type Shown } from './samples.js';

interface SampleGridOptions {
  /** Number of images per row. */
  readonly count: number;
  /** The only class to show, by name or number. */
  readonly only?: string;
  readonly seed: number;
}

/** Returns the rows of a generator: one per class that it was trained on, if the class of its images is known. */
function shownRows(stored: LoadedGenerator, shown: Shown, only: number | undefined): readonly (number | undefined)[] {
  const { trainedClasses } = stored;
  const known = makesKnownClasses(stored);
  if (!known && only !== undefined) {
    const reason = shown.labels === 'none' ? 'it takes no labels' : 'its categories are not the classes';
    throw cannot('show one class', `the generator was trained on several classes, and ${reason}`, {
      code: 'option/conflict',
      kind: 'usage',
      place: stored.path,
      hint: 'leave out --class',
    });
  }
  if (!known) return rowsOf(shown);
  return only === undefined ? trainedClasses : trainedClasses.filter((label) => label === only);
}

/** Generates images with all generators of a run folder. Errors: there are none; none was trained on the class. */
export async function sampleGrid(
  engine: Engine,
  run: string,
  { count, only, seed }: SampleGridOptions,
): Promise<{ readonly grid: ImageGrid; readonly generators: readonly string[] }> {
  const generators = await loadGenerators(run);
  const [first] = generators;
  const wanted = only === undefined ? undefined : classNumber(only, { name: first.dataset, ...first });
  const rows = generators.flatMap((stored) => {
    const shown = { ...stored, labels: labelMeaning(stored) };
    const labels = shownRows(stored, shown, wanted);
    if (labels.length === 0) return [];
    const sampler = openSampler(engine, stored, count);
    try {
      const images = sampler.sample(labelsOf(labels, count, shown), seed, 0);
      return imageRows(labels, count, images, shown);
    } finally {
      sampler.close();
    }
  });
  if (rows.length === 0) {
    throw cannot(`show class ${only}`, 'no generator of the run was trained on it', {
      code: 'option/conflict',
      kind: 'usage',
      place: run,
    });
  }
  const name = `${first.options.name}, ${first.dataset}, seed ${seed}`;
  return { grid: gridOf(name, rows), generators: generators.map(({ path }) => path) };
}
