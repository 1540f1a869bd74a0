// The fingerprint of a config: one hash of the settings that determine its numbers.
import { createHash } from 'node:crypto';
import { isPlainObject } from '../common/plain-object.js';
import { chosen, propertyOf } from './describe.js';
import { ganConfigSchema, ganTree, type GanConfig } from './gan.js';
import { legacyFingerprint, legacyGanFingerprint } from './legacy-fingerprint.js';
import { experimentSchema, experimentTree, type ExperimentConfig, type SchemaNode } from './schema.js';

/** Plain values by section. */
type Sections = Readonly<Record<string, object>>;

/** The default `name` of each section. */
const defaultNames = namesOf(experimentSchema.parse({ experiment: 'x' }));

function namesOf(config: ExperimentConfig): ReadonlyMap<string, string> {
  const { dataset, model, loss, optimizer, schedule } = config;
  return new Map(Object.entries({ dataset, model, loss, optimizer, schedule }).map(([key, { name }]) => [key, name]));
}

/** By section and key: the value of an optional key that has the same effect as none. */
const sameAsNone: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  dataset: { orientation: 'ignore' },
  model: { head: 'stored' },
  optimizer: { headLearningRateFactor: 1 },
  schedule: { minLearningRate: 0, warmupEpochs: 0 },
  training: { accumulate: 1 },
};

/** Sections without the values that have the same effect as none. */
function withoutSameAsNone(sections: Sections): Sections {
  const kept = Object.entries(sections).map(([section, values]) => {
    const none = sameAsNone[section] ?? {};
    return [section, Object.fromEntries(Object.entries(values).filter(([key, value]) => value !== none[key]))] as const;
  });
  return Object.fromEntries(kept);
}

/**
 * The settings that determine a run's numbers: a config without the experiment's name, `output`, `slurm`,
 * `dataset.dir` (except for an `image-folder`, which only its folder identifies), `dataset.classes` (which the data
 * determines), `dataset.maxBroken`, `dataset.synthetic.generator` and `model.weights` (if their checksums are known),
 * `training.device`, `training.workers`, `training.readEvery` and `training.metrics`.
 */
export function decidingSettings(config: ExperimentConfig): Sections {
  const { dataset, augmentation, model, loss, optimizer, schedule, training } = experimentSchema.parse(config);
  const { synthetic } = dataset;
  return withoutSameAsNone({
    dataset: {
      ...dataset,
      dir: dataset.name === 'image-folder' ? dataset.dir : undefined,
      classes: undefined,
      maxBroken: undefined,
      synthetic: synthetic && {
        ...synthetic,
        generator: synthetic.checksum === undefined ? synthetic.generator : undefined,
      },
    },
    augmentation,
    model: {
      ...model,
      weights: model.weightsSha256 === undefined ? model.weights : undefined,
    },
    loss,
    optimizer,
    schedule,
    training: { ...training, device: undefined, workers: undefined, readEvery: undefined, metrics: undefined },
  });
}

/**
 * The settings that determine the numbers of a generator. `training.iterations` is left out, since no step depends on
 * it: a run can be extended. Of `output`, only `lossesEvery` is included, on which losses.csv depends.
 */
function decidingGanSettings(config: GanConfig): Sections {
  const { dataset, gan, training, output } = ganConfigSchema.parse(config);
  return {
    dataset: { ...dataset, dir: undefined },
    gan,
    training: { ...training, device: undefined, iterations: undefined },
    output: { lossesEvery: output.lossesEvery },
  };
}

/** JSON with the keys of every object sorted and absent values left out. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    isPlainObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}

/**
 * The part of a map that differs from the defaults of its schema. A key without a default is kept, as is a map that
 * differs from its default although all of its values are defaults: `cutout: {}` is not `cutout: false`.
 */
export function withoutDefaults(node: SchemaNode | undefined, value: object): Readonly<Record<string, unknown>> {
  const kept = Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    const below = node && propertyOf(chosen(node, value), key);
    if (
      inner === undefined ||
      (below?.default !== undefined && canonicalJson(inner) === canonicalJson(below.default))
    ) {
      return [];
    }
    return [[key, isPlainObject(inner) && below ? withoutDefaults(below, inner) : inner] as const];
  });
  return Object.fromEntries(kept);
}

/** Sections without values that are defaults, without default names, and without sections that are then empty. */
function differing(
  root: SchemaNode,
  sections: Sections,
  names = new Map<string, string>() as ReadonlyMap<string, string>,
) {
  const kept = Object.entries(sections).flatMap(([section, value]) => {
    const settings = withoutDefaults(propertyOf(root, section), value);
    const { name, ...others } = settings;
    const own = name === undefined || name === names.get(section) ? others : settings;
    return Object.keys(own).length === 0 ? [] : [[section, own] as const];
  });
  return Object.fromEntries(kept);
}

/** SHA-256 (hex) of settings. */
const hashOf = (settings: unknown): string => createHash('sha256').update(canonicalJson(settings)).digest('hex');

/** The settings that determine a run's numbers and differ from their defaults, by section: a later key adds nothing. */
export const changedSettings = (config: ExperimentConfig): Sections =>
  differing(experimentTree, decidingSettings(config), defaultNames);

/**
 * SHA-256 (hex) of the settings that determine a run's numbers and differ from their defaults: two configs with the
 * same fingerprint describe the same run, and a key that is added later changes no fingerprint. A default must never
 * change.
 */
export function fingerprint(config: ExperimentConfig): string {
  return hashOf(changedSettings(config));
}

/** As `fingerprint`, for a generator's config. */
export function ganFingerprint(config: GanConfig): string {
  return hashOf(differing(ganTree, decidingGanSettings(config)));
}

/** The fingerprints under which a config's runs may be stored, the current form first. */
export function fingerprints(config: ExperimentConfig): readonly string[] {
  const deciding = decidingSettings(config);
  return [fingerprint(config), ...legacyFingerprint(deciding, differing(experimentTree, deciding))];
}

/**
 * The fingerprint of an image folder's config without the folder's path, for finding runs on the same images;
 * undefined for other data sets, whose fingerprints do not include a folder.
 */
export function fingerprintAnywhere(config: ExperimentConfig): string | undefined {
  const { dataset } = config;
  return dataset.name === 'image-folder' ? fingerprint({ ...config, dataset: { ...dataset, dir: '/' } }) : undefined;
}

/** As `fingerprints`, for a generator's config. */
export function ganFingerprints(config: GanConfig): readonly string[] {
  const deciding = decidingGanSettings(config);
  return [ganFingerprint(config), ...legacyGanFingerprint(deciding, differing(ganTree, deciding))];
}

/** Whether a stored fingerprint, in the current or the previous form, is that of a config. */
export const isFingerprintOf = (config: ExperimentConfig, stored: string): boolean =>
  fingerprints(config).includes(stored);
