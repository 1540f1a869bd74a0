// Keeps the runs of two config files apart whose names give them one run folder.
import { existsSync, realpathSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { cannot } from '../common/errors.js';
import { shellWord } from '../common/shell.js';
import type { RunInputs } from '../records/inputs.js';
import type { RunFolder } from '../records/run-folder.js';
import type { RunOptions } from './run-context.js';

const realPath = (path: string): string => (existsSync(path) ? realpathSync(path) : path);

/** The config file that made a folder's run, absolute; undefined where it is not known, or no longer there. */
function recordedFile({ root }: RunFolder, inputs: RunInputs | undefined): string | undefined {
  const path = inputs?.configFile && resolve(root, inputs.configFile);
  return path && existsSync(path) ? realPath(path) : undefined;
}

/** What inputs.json keeps of the config file that a run is made by; nothing of the folder's own config.yaml. */
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
 * Errors: the folder, which nobody named, is that of another config file's run, whose settings differ. `changes`: how
 * they do, in words; empty where they do not.
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
  const reason = `it is that of ${recorded}, another config (${changes})`;
  const folder = shellWord(paths.root);
  throw cannot('use the run folder', reason, {
    code: 'run/exists',
    kind: 'usage',
    place: paths.root,
    hint: `give the run another folder with --out, or the config another name with \`experiment: NAME\`; --out ${folder} means that run`,
  });
}
