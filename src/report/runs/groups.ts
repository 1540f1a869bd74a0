// Groups runs that differ only in the seed into experiments, and experiments by protocol.
import { counted } from '../../common/format.js';
import { settingsKey, settingsOutside, settingsWithoutSeed, type Settings } from '../../config/settings.js';
import { metricsDigest } from '../../records/metrics-csv.js';
import { dataText, originKeys, weightsText } from '../../runs/origin.js';
import { datasetName, networkName, secondRunName, weightsName } from './names.js';
import { knownMetrics } from '../../training/metrics/registry.js';
import { isComplete, type RecordedRun } from './recorded-runs.js';
import { uniqueNames } from './unique-names.js';

/** Runs that differ only in their seed. */
export interface SeedRuns {
  readonly name: string;
  readonly settings: Settings;
  /** One run per seed, sorted by seed. */
  readonly runs: readonly RecordedRun[];
  /** Complete runs with the seed of one in `runs` but other metrics, which no mean includes. */
  readonly leftOut: readonly RecordedRun[];
}

/** Experiments that may be compared: they differ only in some sections of the config. */
export interface RunGroup {
  /** `ResNet-8, CIFAR-10 (5000 training images), 60 epochs`. */
  readonly title: string;
  /** Equal for runs of one protocol, also in different stores. */
  readonly key: string;
  /** In the order of discovery. */
  readonly experiments: readonly SeedRuns[];
}

/** The key of the first weights among the settings of a run, which are otherwise those of its config. */
const weightsKey = 'weights';

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}

/** Text that names a run of `leftOut`. */
export const secondRunText = (run: RecordedRun): string =>
  secondRunName(run, run.config.training.seed, 'other metrics');

const digestOf = ({ rows }: RecordedRun): string => metricsDigest(rows, knownMetrics);

/** Whether a run is preferred to another of its seed: only it is done, or it has completed more epochs. */
const isBetter = (run: RecordedRun, than: RecordedRun): boolean =>
  isComplete(run) === isComplete(than) ? run.rows.length > than.rows.length : isComplete(run);

/**
 * Selects one run per seed: one that is done, else the one with the most epochs, the first of equals. `leftOut` does
 * not include copies of it.
 */
function onePerSeed(runs: readonly RecordedRun[]): Pick<SeedRuns, 'runs' | 'leftOut'> {
  const bySeed = [...grouped(runs, ({ config }) => String(config.training.seed)).values()]
    .map((same) => ({ same, kept: same.reduce((best, run) => (isBetter(run, best) ? run : best)) }))
    .sort((a, b) => a.kept.config.training.seed - b.kept.config.training.seed);
  return {
    runs: bySeed.map(({ kept }) => kept),
    leftOut: bySeed.flatMap(({ same, kept }) =>
      same.filter((run) => run !== kept && isComplete(run) && digestOf(run) !== digestOf(kept)),
    ),
  };
}

/** For each run, the key of its images and first weights, by the data sets of the configs. */
function keysOf(runs: readonly RecordedRun[]): readonly string[] {
  const keys = new Map<RecordedRun, string>();
  for (const same of grouped(runs, ({ config }) => JSON.stringify(config.dataset)).values()) {
    const found = originKeys(
      same[0].config.dataset.name,
      same.map(({ origin = {} }) => origin),
    );
    same.forEach((run, index) => keys.set(run, found[index]));
  }
  return runs.map((run) => keys.get(run)!);
}

/** The settings of a run, with its images if they are not the usual ones, and its first weights. */
function settingsOfRun(
  { config, origin: { weights } = {} }: RecordedRun,
  key: string,
  texts: ReadonlyMap<string, string>,
): Settings {
  const settings = new Map(settingsWithoutSeed(config));
  const images = key.split('+')[0];
  if (images !== '') {
    // The same images are the same data, whatever their folder.
    settings.delete('dataset.dir');
    settings.set('data', texts.get(images) ?? images);
  }
  if (weights !== undefined) settings.set(weightsKey, weightsText(weights));
  return settings;
}

/**
 * Groups runs by all settings except those in `variedSections` (such as `loss`, `augmentation.cutout`) and the first
 * weights, in which the experiments of a group may differ. Runs on different images are in different groups. `nameOf`
 * names an experiment; the settings that differ are added to names and titles that occur twice, and to a name of
 * `known` whose settings are not those given there.
 */
export function groupRuns(
  runs: readonly RecordedRun[],
  variedSections: readonly string[],
  nameOf: (run: RecordedRun) => string,
  known: readonly { readonly name: string; readonly settings: Settings }[] = [],
): readonly RunGroup[] {
  const keys = keysOf(runs);
  const varied = [...variedSections, weightsKey, 'model.weights', 'model.weightsSha256', 'model.head'];
  const texts = new Map(
    runs.flatMap(({ origin }) => (origin?.data ? [[origin.data.checksum, dataText(origin.data)]] : [])),
  );
  const described = runs.map((run, index) => ({ run, settings: settingsOfRun(run, keys[index], texts) }));
  const groups = [...grouped(described, ({ settings }) => settingsKey(settings, varied))];
  const titles = uniqueNames(
    groups.map(([, [{ run, settings }]]) => ({
      name: `${networkName(run.config)}, ${datasetName(run.config, run.origin)}, ${counted(run.config.training.epochs, 'epoch')}`,
      settings: settingsOutside(settings, varied),
    })),
  );
  return groups.map(([key, members], index) => {
    const experiments = [...grouped(members, ({ settings }) => settingsKey(settings)).values()];
    const names = uniqueNames([
      ...experiments.map(([{ run, settings }]) => ({ name: `${nameOf(run)}${weightsName(run.origin)}`, settings })),
      ...known.filter(({ settings }) => settingsKey(settings, varied) === key),
    ]);
    return {
      title: titles[index],
      key,
      experiments: experiments.map((same, at) => ({
        name: names[at],
        settings: same[0].settings,
        ...onePerSeed(same.map(({ run }) => run)),
      })),
    };
  });
}
