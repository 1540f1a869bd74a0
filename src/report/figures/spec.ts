// Specification of the paper's figures: their runs, configs and curve styles.
import type { ExperimentConfig } from '../../config/schema.js';
import { cifarNames } from '../../data/datasets/cifar/format.js';
import { titleOf } from '../titles.js';
import { distinctStyle, styleOf, type SeriesStyle } from '../chart/style.js';
import type { ErrorField } from '../runs/average.js';
import type { SeedRuns } from '../runs/groups.js';
import { augmentationName, dropoutName, lossName } from '../runs/names.js';

export interface FigureSpec {
  readonly name: string;
  /** The figure's title; `images`: those that the runs were evaluated on, `test` or `holdout`. */
  readonly titleOf: (images: string) => string;
  readonly fields: readonly ErrorField[];
  /** The settings, besides the seed, in which the curves of one panel may differ. */
  readonly varied: readonly string[];
  /** The name of a run's curve; undefined if the run is not in the figure. */
  readonly nameOf: (config: ExperimentConfig) => string | undefined;
  /** The styles of all curves of a field by the figure's names, in their order. */
  readonly styles: (names: readonly string[], field: ErrorField) => readonly SeriesStyle[];
  /** The paper's panels, each as the names of its configs. */
  readonly paper: readonly (readonly string[])[];
  /** Configs of the same curves on data sets that the figure lacks, for their settings there (Cutout's length). */
  readonly otherData?: readonly string[];
}

/** One curve of a panel: the runs of one name. */
export interface FigureCurve {
  readonly name: string;
  /** `3 seeds`, or the progress of its runs. */
  readonly seeds: string;
  readonly experiment: SeedRuns;
}

/** One panel of a figure, made from stored runs. */
export interface FigurePanel {
  readonly title: string;
  /** Whether it has the settings of the paper's configs. */
  readonly paper: boolean;
  /** Key of its settings, equal to that of the presets of the same panel. */
  readonly key: string;
  readonly curves: readonly FigureCurve[];
}

/** `basic` or `ISDA`; undefined for a user's own loss, whatever the name of its file. */
const basicOrIsda = (config: ExperimentConfig): string | undefined =>
  config.loss.name === 'custom' ? undefined : ['basic', 'ISDA'].find((name) => name === lossName(config));

const augmentations = ['', ...['cutout', 'autoaugment'].map((name) => ` + ${titleOf.augmentation(name)}`)];
const paperNames = augmentations.flatMap((augmentation) => [`basic${augmentation}`, `ISDA${augmentation}`]);

/** One colour per method and augmentation; cross entropy is dashed, ISDA solid. */
function augmentedStyle(name: string): SeriesStyle {
  const augmentation = Math.max(
    0,
    augmentations.findIndex((word) => word !== '' && name.includes(word)),
  );
  const isda = name.startsWith('ISDA') ? 1 : 0;
  return { colour: 2 * augmentation + isda, dash: isda ? 0 : 1, marker: 2 * augmentation + isda };
}

/** The paper's names have the same style in every figure, the others one that none of them has. */
function augmentedStyles(names: readonly string[]): readonly SeriesStyle[] {
  const isPaper = (name: string): boolean => paperNames.includes(name);
  const styles = new Map(names.filter(isPaper).map((name) => [name, augmentedStyle(name)]));
  names.forEach((name, index) => {
    if (styles.has(name)) return;
    // Names with settings in parentheses are several of one kind.
    const preferred = name.includes('(') ? styleOf(index) : augmentedStyle(name);
    styles.set(name, distinctStyle(preferred, index, [...styles.values()]));
  });
  return names.map((name) => styles.get(name)!);
}

/** One colour per method; the training error is dashed, the error on other images solid. */
function errorStyle(index: number, field: ErrorField): SeriesStyle {
  const { colour, marker } = styleOf(index);
  const training = field === 'testError' ? 0 : 1;
  return { colour, dash: training, marker: 2 * marker + training };
}

const baselineConfigs = (dataset: string): readonly string[] => [
  ...['basic', 'basic-dropout', 'isda', 'isda-dropout', 'large-margin', 'disturb-label', 'focal', 'center', 'lq'].map(
    (method) => `resnet110-${dataset}-${method}`,
  ),
];

const augmentedConfigs = (dataset: string): readonly string[] =>
  ['', '-cutout', '-autoaugment'].flatMap((augmentation) =>
    ['basic', 'isda'].map((loss) => `wrn28-10-${dataset}${augmentation}-${loss}`),
  );

const capital = (text: string): string => `${text[0].toUpperCase()}${text.slice(1)}`;

/** Figures 2 and 3, and Figure 3 of the supplement. */
export const figureSpecs: readonly FigureSpec[] = [
  {
    name: '2',
    titleOf: (images) => `${capital(images)} error with and without ISDA`,
    fields: ['testError'],
    varied: ['loss', 'augmentation.cutout', 'augmentation.autoaugment'],
    nameOf: (config) => {
      const name = basicOrIsda(config);
      return name === undefined ? undefined : `${name}${augmentationName(config)}`;
    },
    styles: augmentedStyles,
    paper: [augmentedConfigs('cifar100')],
    otherData: augmentedConfigs('cifar10'),
  },
  {
    name: '3',
    titleOf: (images) => `Training and ${images} error with and without ISDA`,
    fields: ['trainError', 'testError'],
    varied: ['loss'],
    nameOf: basicOrIsda,
    styles: (names, field) => names.map((_, index) => errorStyle(index, field)),
    paper: [['resnet152-imagenet-basic', 'resnet152-imagenet-isda']],
  },
  {
    name: 'baselines',
    titleOf: (images) => `${capital(images)} error of ISDA and other methods`,
    fields: ['testError'],
    varied: ['loss', 'model.dropout', 'dataset.synthetic'],
    nameOf: (config) => `${lossName(config)}${dropoutName(config)}`,
    styles: (names) => names.map((_, index) => styleOf(index)),
    paper: cifarNames.map(baselineConfigs),
  },
];
