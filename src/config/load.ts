// Loads a config from its YAML file, the files it extends and the command line's changes, and validates it.
import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { cannot } from '../common/errors.js';
import { fileSha256 } from '../common/checksum.js';
import { generatorChecksum } from '../gan/generator-files.js';
import { withDefaultSections } from './default-sections.js';
import { displayPath, findConfig, isFile, withoutExtension, type ConfigPlaces } from './find.js';
import { readConfigFiles } from './files.js';
import { ganConfigSchema, ganNamedSections, ganTree, type GanConfig } from './gan.js';
import { parseOverrides } from './overrides.js';
import { configError } from './problems.js';
import {
  experimentTree,
  maxExperimentLength,
  namedSections,
  type ExperimentConfig,
  type SchemaNode,
} from './schema.js';
import type { Source, Span } from './source.js';
import { isUnset, merge, valueAt, type MapTree, type NamedSections } from './tree.js';
import { checkTree, validate } from './validate.js';

export interface LoadOptions extends ConfigPlaces {
  /** Changes to the file's values, such as those of a study's row, in order, each with its own source. */
  readonly changes?: readonly MapTree[];
  /** `KEY=VALUE` of each `--set`, in order; applied last. */
  readonly overrides?: readonly string[];
}

export interface LoadedConfig {
  readonly config: ExperimentConfig;
  /** Absolute paths of its files: bases first, the config itself last. */
  readonly files: readonly string[];
}

const short = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);

/**
 * The name of an experiment from the name of its file: `my-run` for `my run.yaml`. A name that is not ASCII, or is cut,
 * gets a checksum of the whole name, so that the names of two files differ. A config from a pipe is named by its text.
 */
function experimentOf({ text, isPipe }: Source, path: string): string {
  if (isPipe === true) return `config-${short(text)}`;
  const whole = withoutExtension(basename(path));
  const letters = whole.normalize('NFKD').replaceAll(/\p{M}+/gu, '');
  const name = letters.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  const isWhole = /^[\x20-\x7e]+$/.test(whole) && name.length <= maxExperimentLength && /[A-Za-z0-9]/.test(name);
  return isWhole
    ? name
    : `${name.replace(/-+$/, '').slice(0, maxExperimentLength - 9) || 'experiment'}-${short(whole)}`;
}

/** Names an experiment that has no name; `at`: the place of the name in messages. */
function named(tree: MapTree, at: Span, path: string): MapTree {
  const own = tree.entries.get('experiment');
  if (own !== undefined && !isUnset(own.value)) return tree;
  const entry = { key: at, value: { kind: 'scalar', value: experimentOf(at.source, path), span: at } } as const;
  return { ...tree, entries: new Map([...tree.entries, ['experiment', entry]]) };
}

/** Makes paths of the user's files absolute: they are relative to the file that names them, not to the run folder. */
function withAbsolutePaths(config: ExperimentConfig, tree: MapTree, workingDirectory: string): ExperimentConfig {
  const absolute = <Section extends object>(section: Section, ...path: readonly string[]): Section => {
    const paths = Object.entries(section).flatMap(([key, value]: [string, unknown]) => {
      if (!['module', 'weights'].includes(key) || typeof value !== 'string') return [];
      const { directory = workingDirectory } = valueAt(tree, [...path, key])?.span.source ?? {};
      return [[key, resolve(directory, value)] as const];
    });
    return { ...section, ...Object.fromEntries(paths) };
  };
  const { dataset, augmentation, model, loss, optimizer, schedule, training } = config;
  const { custom } = augmentation;
  const { metrics } = training;
  return {
    ...config,
    dataset: absolute(dataset, 'dataset'),
    augmentation: custom ? { ...augmentation, custom: absolute(custom, 'augmentation', 'custom') } : augmentation,
    model: absolute(model, 'model'),
    loss: absolute(loss, 'loss'),
    optimizer: absolute(optimizer, 'optimizer'),
    schedule: absolute(schedule, 'schedule'),
    training: metrics ? { ...training, metrics: absolute(metrics, 'training', 'metrics') } : training,
  };
}

/** Adds the SHA-256 of the file of initial weights, if the file exists. */
function withWeightsDigest(config: ExperimentConfig): ExperimentConfig {
  const { model } = config;
  if (model.weights === undefined || model.weightsSha256 !== undefined || !isFile(model.weights)) return config;
  return { ...config, model: { ...model, weightsSha256: fileSha256(model.weights) } };
}

/** Adds the checksum of the generator of synthetic images, if it is already trained. */
function withGeneratorChecksum(config: ExperimentConfig, workingDirectory: string): ExperimentConfig {
  const { synthetic } = config.dataset;
  if (synthetic === undefined || synthetic.checksum !== undefined) return config;
  const checksum = generatorChecksum(resolve(workingDirectory, synthetic.generator));
  if (checksum === undefined) return config;
  return { ...config, dataset: { ...config.dataset, synthetic: { ...synthetic, checksum } } };
}

/** A config tree before validation, and the sources of its values. */
interface ReadConfig {
  readonly tree: MapTree;
  readonly sources: readonly Source[];
  /** The config's path for messages. */
  readonly label: string;
  readonly files: readonly string[];
}

/** A kind of config: its schema, and the sections whose keys depend on their `name`. */
interface ConfigKind {
  readonly root: SchemaNode;
  readonly sections: NamedSections;
}

const experimentKind: ConfigKind = { root: experimentTree, sections: namedSections };
const ganKind: ConfigKind = { root: ganTree, sections: ganNamedSections };

/** Reads the config that `path` means and applies all changes. */
function readConfig(path: string, options: LoadOptions, kind: ConfigKind): ReadConfig {
  const { sections } = kind;
  const file = findConfig(path, options);
  const label = displayPath(file, options.workingDirectory);
  const read = readConfigFiles(file, options, sections);
  const changes = parseOverrides(options.overrides ?? []);
  const problems = [...read.problems, ...changes.problems];
  if (read.tree === undefined || problems.length > 0) throw configError(label, problems);
  const layers = [...(options.changes ?? []), changes.tree];
  const merged = layers.reduce((base, over) => merge(base, over, sections), read.tree);
  const tree = named(withDefaultSections(merged, read.tree, kind), read.tree.span, file);
  const sources = [...read.sources, ...layers.map(({ span }) => span.source), ...changes.sources];
  return { tree, sources, label, files: read.paths };
}

/**
 * Loads the config that `path` means (see `findConfig`). The files named by `extends` are merged first, in order, then
 * the file itself, `changes` and `overrides`. Maps are merged key by key; lists and scalars are replaced; a new `name`
 * of a model, loss, optimizer or schedule drops the keys of the old one. `null` drops an inherited value.
 *
 * @throws IsdaError (usage) with up to ten problems, each with its place.
 */
export function loadConfig(path: string, options: LoadOptions): LoadedConfig {
  const { tree, sources, label, files } = readConfig(path, options, experimentKind);
  if (isGan(tree)) throw wrongKind(label, 'it is the config of a generator', 'train it with `isda gan train`');
  const checked = validate(tree, sources);
  if ('problems' in checked) throw configError(label, checked.problems);
  const { workingDirectory } = options;
  const config = withGeneratorChecksum(checked.config, workingDirectory);
  return { config: withWeightsDigest(withAbsolutePaths(config, tree, workingDirectory)), files };
}

/** A config with the section `gan` is that of a generator. */
function isGan({ entries }: MapTree): boolean {
  const section = entries.get('gan')?.value;
  return section !== undefined && !isUnset(section);
}

/**
 * Whether the config that `path` means is that of a generator; the rest is not validated. Errors: as `loadConfig`.
 */
export function isGanConfig(path: string, options: LoadOptions): boolean {
  return isGan(readConfig(path, options, experimentKind).tree);
}

const wrongKind = (label: string, reason: string, hint: string): Error =>
  cannot(`use config ${label}`, reason, { code: 'config/kind', kind: 'usage', hint });

export interface LoadedGanConfig extends Pick<LoadedConfig, 'files'> {
  readonly config: GanConfig;
}

/** As `loadConfig`, for the config of a generator. */
export function loadGanConfig(path: string, options: LoadOptions): LoadedGanConfig {
  const { tree, sources, label, files } = readConfig(path, options, ganKind);
  if (!isGan(tree)) throw wrongKind(label, 'it has no section gan', 'configs of generators are under configs/gan/');
  const checked = checkTree({ schema: ganConfigSchema, root: ganTree }, tree, sources);
  if ('problems' in checked) throw configError(label, checked.problems);
  return { config: checked.value, files };
}

/** Loads a config of either kind: of a generator or of an experiment. */
export function loadAnyConfig(path: string, options: LoadOptions): GanConfig | ExperimentConfig {
  return (isGanConfig(path, options) ? loadGanConfig(path, options) : loadConfig(path, options)).config;
}
