// Changes of a run's config that make another curve of its figure.
import { experimentSchema, namedSections, type ExperimentConfig } from '../../config/schema.js';
import { isWithin, settingsWithoutSeed } from '../../config/settings.js';
import { usualCovariance } from '../runs/names.js';
import type { FigureSpec } from './spec.js';

type Sections = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The loss of a config of the paper as it is on another data set. */
function lossOn({ dataset }: ExperimentConfig, { loss }: ExperimentConfig): ExperimentConfig['loss'] {
  return loss.name === 'isda' ? { ...loss, covariance: usualCovariance(dataset.name) } : loss;
}

/** The run's config with the values of `from` at `paths`; undefined if the run's network, loss or data forbid them. */
function withValues(
  run: ExperimentConfig,
  from: ExperimentConfig,
  paths: readonly string[],
): ExperimentConfig | undefined {
  const values = { ...from, loss: lossOn(run, from) } as unknown as Sections;
  const changed = paths.reduce(
    (config, path) => {
      const [section, key] = path.split('.');
      const value = key === undefined ? values[section] : { ...config[section], [key]: values[section][key] };
      return { ...config, [section]: value };
    },
    run as unknown as Sections,
  );
  return experimentSchema.safeParse(changed).data;
}

const subsetsOf = <Item>(items: readonly Item[]): readonly (readonly Item[])[] =>
  items.reduce<readonly (readonly Item[])[]>((sets, item) => [...sets, ...sets.map((set) => [...set, item])], [[]]);

/**
 * Returns a run's config with the method of `preset`, a config of the paper; undefined if there is none. Of the varied
 * settings besides the loss, it has those of `preset` in sections where the curve's name depends on them, so that what
 * the name does not tell (WRN's dropout, Cutout's length) is as in the run.
 */
export function withMethod(
  run: ExperimentConfig,
  preset: ExperimentConfig,
  { varied, nameOf }: FigureSpec,
): { readonly name: string; readonly config: ExperimentConfig } | undefined {
  const others = [...new Set(varied.map((path) => path.split('.')[0]))].filter((section) => section !== 'loss');
  const made = subsetsOf(others)
    .toSorted((a, b) => a.length - b.length)
    .flatMap((sections) => {
      const paths = varied.filter((path) => isWithin(path, ['loss', ...sections]));
      const config = withValues(run, preset, paths);
      const name = config && nameOf(config);
      return name === undefined ? [] : [{ name, config: config! }];
    });
  const wanted = made.at(-1)?.name;
  return made.find(({ name }) => name === wanted);
}

/** Returns the `KEY=VALUE` of each `--set` that turns `from` into `to`, which differ only at `paths`. */
export function changesBetween(
  from: ExperimentConfig,
  to: ExperimentConfig,
  paths: readonly string[],
): readonly string[] {
  const [before, after] = [from, to].map(settingsWithoutSeed);
  // Another name of a section drops its keys.
  const isRenamed = (key: string): boolean => {
    const [section] = key.split('.');
    const name = `${section}.name`;
    return namedSections.has(section) && before.get(name) !== after.get(name);
  };
  const set = [...after]
    .filter(([key, value]) => isWithin(key, paths) && (isRenamed(key) || before.get(key) !== value))
    .map(([key, value]) => `${key}=${value.replaceAll('"', '')}`);
  const keys = [...after.keys()];
  // A value replaces a map, and a map a value.
  const isReplaced = (key: string): boolean => keys.some((other) => isWithin(key, [other]) || isWithin(other, [key]));
  const dropped = [...before.keys()]
    .filter((key) => isWithin(key, paths) && !isRenamed(key) && !isReplaced(key))
    .map((key) => {
      const path = paths.find((each) => isWithin(key, [each]))!;
      return keys.some((other) => isWithin(other, [path])) ? key : path;
    });
  // A name precedes the keys that depend on it.
  const ordered = set.toSorted((a, b) => Number(b.includes('.name=')) - Number(a.includes('.name=')));
  return [...ordered, ...[...new Set(dropped)].map((key) => `${key}=null`)];
}
