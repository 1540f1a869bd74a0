// The data sets by name: what their images look like, and how their parts are loaded and split.
import { loadCifar } from './cifar.js';
import { cifarChannels, cifarFormats, cifarMean, cifarSide, cifarStd } from './cifar-format.js';
import type { ImageFormat } from './dataset.js';
import { locateDataset } from './locate.js';
import type { DatasetOptions } from './options.js';
import { buildSplits, type Splits } from './split.js';

export interface DatasetShape extends ImageFormat {
  readonly classes: number;
}

/** The shape of a data set's images and its number of classes, known without its files. */
export function datasetShape(name: DatasetOptions['name']): DatasetShape {
  const { classes } = cifarFormats[name].label;
  return {
    classes,
    height: cifarSide,
    width: cifarSide,
    channels: cifarChannels,
    mean: cifarMean,
    std: cifarStd,
  };
}

/** Where data sets are looked for when a config does not say. */
export interface DataPlaces {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
}

/** Loads a data set and splits it as its config section says. Errors: missing or damaged files, too large subsets. */
export async function loadSplits(options: DatasetOptions, places: DataPlaces): Promise<Splits> {
  const directory = await locateDataset(options.name, { dir: options.dir, ...places });
  const [train, test] = await Promise.all(
    (['train', 'test'] as const).map((part) => loadCifar({ name: options.name, directory, part })),
  );
  return buildSplits(options, train, test);
}
