// Prevents two config files with the same name from sharing one run folder.
import { existsSync, realpathSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { cannot } from '../common/errors.js';
import { shellWord } from '../common/shell.js';
import type { RunInputs } from '../records/inputs.js';
import { runFolder, type RunFolder } from '../records/run-folder.js';
import type { RunOptions } from './run-context.js';

const realPath = (path: string): string => (existsSync(path) ? realpathSync(path) : path);

/** Returns the config file of a folder's run, absolute; undefined if it is unknown or no longer exists. */
function recordedFile({ root }: RunFolder, inputs: RunInputs | undefined): string | undefined {
  const path = inputs?.configFile && resolve(root, inputs.configFile);
  return path && existsSync(path) ? realPath(path) : undefined;
}

/** Returns a run's config file for inputs.json; the folder's own config.yaml keeps the previous entry. */
export function configFileEntry(
  { root, config }: RunFolder,
  { configFile }: RunOptions,
  inputs: RunInputs | undefined,
): Pick<RunInputs, 'configFile'> {
  const isOwn = configFile === undefined || realPath(configFile) === realPath(config);
  const kept = isOwn ? inputs?.configFile : relative(realPath(root), realPath(configFile));
  return kept === undefined ? {} : { configFile: kept };
}

/**
 * Errors: the folder was not given by the user and belongs to the run of another config file with other settings.
 * `changes`: description of the differences; empty if there are none.
 */
export function requireOwnConfig(
  paths: RunFolder,
  { configFile, isNamed }: RunOptions,
  inputs: RunInputs | undefined,
  changes: string,
): void {
  if (configFile === undefined || isNamed === true || changes === '') return;
  const recorded = recordedFile(paths, inputs);
  const [given, own] = [configFile, paths.config].map(realPath);
  if (recorded === undefined || given === own || [given, own].includes(recorded)) return;
  const reason = `it belongs to the run of another config, ${recorded} (${changes})`;
  const folder = shellWord(paths.root);
  throw cannot('use the run folder', reason, {
    code: 'run/exists',
    kind: 'usage',
    place: paths.root,
    hint: `give the run another folder with --out, or the config another name with \`experiment: NAME\`; --out ${folder} uses the folder of that run`,
  });
}

/**
 * Returns the note for a new run whose config file is the config.yaml of another run, such as a moved one: it does not
 * resume that run. None if the user named the folder of the new run.
 */
export function otherRunNotes({ config }: RunFolder, { configFile, isNamed }: RunOptions): readonly string[] {
  if (configFile === undefined || isNamed === true) return [];
  const other = runFolder(dirname(realPath(configFile)));
  const isOther = realPath(configFile) === other.config && other.config !== realPath(config);
  if (!isOther || !existsSync(other.checkpoints)) return [];
  return [
    `note: this is a new run; the config is that of the run in ${other.root}, which --out ${shellWord(other.root)} resumes`,
  ];
}
