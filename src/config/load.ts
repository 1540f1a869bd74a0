// A config from its YAML file, the files it extends and the command line's changes, checked and resolved.
import { basename, dirname, resolve } from 'node:path';
import { generatorChecksum } from '../gan/generator-files.js';
import { displayPath, findConfig, withoutExtension, type ConfigPlaces } from './find.js';
import { readConfigFiles } from './files.js';
import { parseOverrides } from './overrides.js';
import { configError } from './problems.js';
import { namedSections, type ExperimentConfig } from './schema.js';
import { merge, type MapTree } from './tree.js';
import { validate } from './validate.js';

export interface LoadOptions extends ConfigPlaces {
  /** Laid on the file's values, in order, as the rows of a study do; they come with their own places. */
  readonly changes?: readonly MapTree[];
  /** `KEY=VALUE` of each `--set`, in order; they come last. */
  readonly overrides?: readonly string[];
}

export interface LoadedConfig {
  readonly config: ExperimentConfig;
  /** Absolute paths of the files it came from: bases first, the config itself last. */
  readonly files: readonly string[];
}

/** `my-run` for `my run.yaml`: a file's name as the name of its experiment. */
function experimentOf(path: string): string {
  const name = withoutExtension(basename(path)).replaceAll(/[^A-Za-z0-9._-]+/g, '-');
  return name.replace(/^[^A-Za-z0-9]+/, '').slice(0, 200) || 'experiment';
}

function named(tree: MapTree, path: string): MapTree {
  if (tree.entries.has('experiment')) return tree;
  const entry = { key: tree.span, value: { kind: 'scalar', value: experimentOf(path), span: tree.span } } as const;
  return { ...tree, entries: new Map([...tree.entries, ['experiment', entry]]) };
}

/** Files of the user's own are named relative to the config; a run folder's config must find them too. */
function withModulePaths(config: ExperimentConfig, directory: string): ExperimentConfig {
  const absolute = <Section extends object>(section: Section): Section =>
    'module' in section && typeof section.module === 'string'
      ? { ...section, module: resolve(directory, section.module) }
      : section;
  return { ...config, dataset: absolute(config.dataset), model: absolute(config.model), loss: absolute(config.loss) };
}

/** Notes which generator the synthetic images come from, where it is trained already. */
function withGeneratorChecksum(config: ExperimentConfig, workingDirectory: string): ExperimentConfig {
  const { synthetic } = config.dataset;
  if (synthetic === undefined || synthetic.checksum !== undefined) return config;
  const checksum = generatorChecksum(resolve(workingDirectory, synthetic.generator));
  if (checksum === undefined) return config;
  return { ...config, dataset: { ...config.dataset, synthetic: { ...synthetic, checksum } } };
}

/**
 * Loads the config that `path` means (see `findConfig`). Bases named by `extends` come first, each later file over the
 * earlier ones, then `changes` and `overrides`. Maps merge key by key; lists and scalars are replaced; a new `name` of a model, loss or
 * schedule drops the keys of the old one.
 *
 * @throws IsdaError (usage) with up to ten problems, each with its place.
 */
export function loadConfig(path: string, options: LoadOptions): LoadedConfig {
  const file = findConfig(path, options);
  const name = displayPath(file, options.workingDirectory);
  const read = readConfigFiles(file, options.workingDirectory);
  const changes = parseOverrides(options.overrides ?? []);
  const problems = [...read.problems, ...changes.problems];
  if (read.tree === undefined || problems.length > 0) throw configError(name, problems);
  const layers = [...(options.changes ?? []), changes.tree];
  const tree = layers.reduce((base, over) => merge(base, over, namedSections), named(read.tree, file));
  const checked = validate(tree, [...read.sources, ...layers.map(({ span }) => span.source), ...changes.sources]);
  if ('problems' in checked) throw configError(name, checked.problems);
  const config = withGeneratorChecksum(checked.config, options.workingDirectory);
  return { config: withModulePaths(config, dirname(file)), files: read.paths };
}
