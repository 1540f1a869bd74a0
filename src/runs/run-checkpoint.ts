// Opens a run folder to use what it has trained: its config and a checkpoint.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { isFolder } from '../config/find.js';
import { loadConfig } from '../config/load.js';
import { fingerprints } from '../config/fingerprint.js';
import type { ExperimentConfig } from '../config/schema.js';
import { cannot } from '../common/errors.js';
import { andList } from '../common/format.js';
import {
  keptEpochs,
  loadNewestCheckpoint,
  type CheckpointSelection,
  type LoadedCheckpoint,
} from '../records/checkpoints.js';
import { readInputs, type RunInputs } from '../records/inputs.js';
import { runFolder } from '../records/run-folder.js';
import { parseProgress } from '../training/state.js';
import { requireNamedModules, withNamedMetrics } from './modules.js';

export interface RunCheckpoint {
  readonly config: ExperimentConfig;
  readonly checkpoint: LoadedCheckpoint;
  /** What the run is made from; absent in runs of earlier versions. */
  readonly inputs?: RunInputs | undefined;
  /** Folder of other images to evaluate on, absolute; `config` has it as its `dataset.dir`. */
  readonly otherImages?: string | undefined;
  /** Whether the averages of the weights are in place of them. */
  readonly averaged?: boolean;
}

/** The names of the classes, in the order of the network's outputs; undefined where they are not known. */
export const classNamesOf = ({ checkpoint, inputs }: RunCheckpoint): readonly string[] | undefined =>
  parseProgress(checkpoint.progress, checkpoint.path).classNames ?? inputs?.data?.classNames;

/** What a run's config is read with. */
interface RunChanges {
  /** `KEY=VALUE`, for example a data folder. */
  readonly overrides: readonly string[];
  /** What relative paths in `overrides` start from. */
  readonly workingDirectory: string;
}

/**
 * Where a run found its images, as an override: relative folders and $ISDA_DATA may mean others here and now. Where the
 * folder is gone, it is still what messages name, unless the config's own leads to one from here.
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

/** The error of a run without the checkpoint that is asked for. */
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
 * The config of a run folder, with changes, and its newest whole checkpoint, or the one that is chosen. Errors: it is
 * no run folder; there is no checkpoint, or no whole one; its config names files of code that `overrides` does not
 * name.
 */
export async function openRunCheckpoint(
  directory: string,
  { overrides, workingDirectory }: RunChanges,
  selection: CheckpointSelection = 'newest',
): Promise<RunCheckpoint> {
  const folder = runFolder(directory);
  if (!existsSync(folder.config)) {
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
  // The checkpoints are those of the run as it was trained, whatever is changed for now.
  const checkpoint = await loadNewestCheckpoint(
    folder.checkpoints,
    { fingerprints: [...fingerprints(recorded), ...(inputs?.earlierSettings ?? [])] },
    purpose,
    selection,
  );
  if (checkpoint === undefined) throw await noCheckpoint(folder.checkpoints, selection);
  return { config: withNamedMetrics(config, overrides), checkpoint, inputs };
}
