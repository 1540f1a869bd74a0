// Opens the config and a checkpoint of a run folder, to use the trained network.
import { resolve } from 'node:path';
import { isFolder } from '../config/find.js';
import { loadConfig } from '../config/load.js';
import { fingerprints } from '../config/fingerprint.js';
import type { ExperimentConfig } from '../config/schema.js';
import { cannot } from '../common/errors.js';
import { pathExists } from '../common/path-status.js';
import { andList } from '../common/format.js';
import { keptEpochs } from '../records/checkpoint-names.js';
import { loadNewestCheckpoint, type CheckpointSelection, type LoadedCheckpoint } from '../records/checkpoints.js';
import { readInputs, type RunInputs } from '../records/inputs.js';
import { runFolder } from '../records/run-folder.js';
import { parseProgress } from '../training/state.js';
import { requireNamedModules, withNamedMetrics } from './modules.js';

export interface RunCheckpoint {
  readonly config: ExperimentConfig;
  readonly checkpoint: LoadedCheckpoint;
  /** The inputs of the run; absent in runs of earlier versions. */
  readonly inputs?: RunInputs | undefined;
  /** Folder of other images to evaluate on, absolute; also the `dataset.dir` of `config`. */
  readonly otherImages?: string | undefined;
  /** Whether the weights were replaced by their averages. */
  readonly averaged?: boolean;
}

/** Returns the names of the classes, in the order of the network's outputs; undefined if they are not known. */
export const classNamesOf = ({ checkpoint, inputs }: RunCheckpoint): readonly string[] | undefined =>
  parseProgress(checkpoint.progress, checkpoint.path).classNames ?? inputs?.data?.classNames;

/** Changes to a run's config. */
interface RunChanges {
  /** `KEY=VALUE`, for example a data folder. */
  readonly overrides: readonly string[];
  /** Base of relative paths in `overrides`. */
  readonly workingDirectory: string;
}

/**
 * Returns the recorded image folder of a run as an override: relative folders and $ISDA_DATA may mean others now. If
 * it no longer exists, it is still used, for messages, unless the config's own folder exists or is not set.
 */
function recordedFolder(
  { dataset }: ExperimentConfig,
  inputs: RunInputs | undefined,
  workingDirectory: string,
): readonly string[] {
  const folder = inputs?.data?.folder;
  if (folder === undefined || dataset.name === 'custom') return [];
  const isElsewhere = dataset.dir === undefined || isFolder(resolve(workingDirectory, dataset.dir));
  return !isFolder(folder) && isElsewhere ? [] : [`dataset.dir=${JSON.stringify(folder)}`];
}

/** Returns the error for a run without the requested checkpoint. */
async function noCheckpoint(folder: string, selection: CheckpointSelection): Promise<Error> {
  const refuse = (reason: string, hint: string): Error =>
    cannot('read the run', reason, { code: 'checkpoint/missing', place: folder, hint });
  if (selection === 'best') {
    return refuse(
      'it has no best checkpoint',
      'it comes with the first epoch that is evaluated; --checkpoint newest takes the newest',
    );
  }
  const kept = await keptEpochs(folder);
  if (typeof selection === 'object' && 'epoch' in selection && kept.length > 0) {
    const reason = `it has no checkpoint of epoch ${selection.epoch}, but of ${andList(kept.map(String))}`;
    return refuse(reason, 'output.keepCheckpoints says how many a run keeps beside the best');
  }
  return refuse('it has no checkpoint yet', '`isda train` writes them at the end of epochs');
}

/**
 * Reads the config of a run folder, with changes, and its newest valid checkpoint, or the selected one. Errors: it is
 * not a run folder; there is no checkpoint, or no valid one; its config has custom modules that `overrides` does not
 * name.
 */
export async function openRunCheckpoint(
  directory: string,
  { overrides, workingDirectory }: RunChanges,
  selection: CheckpointSelection = 'newest',
): Promise<RunCheckpoint> {
  const folder = runFolder(directory);
  if (!(await pathExists(folder.config))) {
    throw cannot('read the run', 'there is no config.yaml', {
      code: 'run/missing',
      place: directory,
      hint: '--run takes a run folder, which `isda train` makes',
    });
  }
  const load = (changes: readonly string[]): ExperimentConfig =>
    loadConfig(folder.config, { configsDirectory: directory, workingDirectory, overrides: changes }).config;
  const inputs = await readInputs(folder.inputs);
  const recorded = load([]);
  const config = load([...recordedFolder(recorded, inputs, workingDirectory), ...overrides]);
  requireNamedModules(config, overrides, folder.config);
  const purpose = { action: 'read the run', hint: '`isda train` with the same config writes checkpoints' };
  // The checkpoints belong to the config as it was trained, without the changes.
  const checkpoint = await loadNewestCheckpoint(
    folder.checkpoints,
    { fingerprints: [...fingerprints(recorded), ...(inputs?.earlierSettings ?? [])] },
    purpose,
    selection,
  );
  if (checkpoint === undefined) throw await noCheckpoint(folder.checkpoints, selection);
  return { config: withNamedMetrics(config, overrides), checkpoint, inputs };
}
