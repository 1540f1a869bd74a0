// Decides whether a run may resume with settings that differ from those of its checkpoints.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cannot } from '../common/errors.js';
import { counted } from '../common/format.js';
import { shellWord } from '../common/shell.js';
import { isFingerprintOf } from '../config/fingerprint.js';
import { loadConfig } from '../config/load.js';
import type { ExperimentConfig } from '../config/schema.js';
import { changesText, differingKeys, flatSettings } from '../config/settings.js';
import type { Loss } from '../losses/loss.js';
import type { CheckpointState } from '../records/checkpoint-file.js';
import type { OtherRun } from '../records/checkpoints.js';
import type { RunInputs } from '../records/inputs.js';
import { isEvaluated, lastEpochs, type MetricsRow } from '../records/metrics-columns.js';
import type { RunFolder } from '../records/run-folder.js';
import { scheduledAt, type Schedule } from '../training/schedules/schedule.js';
import { parseProgress } from '../training/state.js';
import { lossScalarsAt } from '../training/step-inputs.js';

/** Reads the config of a run folder as it was trained; undefined if there is none, or it cannot be read. */
export function earlierConfig({ root, config }: RunFolder): ExperimentConfig | undefined {
  try {
    return loadConfig(config, { configsDirectory: root, workingDirectory: root }).config;
  } catch {
    // The differences are then reported in less detail.
    return undefined;
  }
}

/** Settings that may change when a run resumes: its length, how it is evaluated, and the folder of the same images. */
const changeable = ['training.epochs', 'training.evaluationBatchSize', 'dataset.dir'];

/** Whether `dataset.dir` is the same folder, or the images will be compared by the checksum in the checkpoint. */
function mayBeSameData(
  before: ExperimentConfig,
  config: ExperimentConfig,
  knowsData: boolean,
  directory: string,
): boolean {
  const folderOf = ({ dataset }: ExperimentConfig): string =>
    resolve(directory, ('dir' in dataset ? dataset.dir : undefined) ?? '');
  return knowsData || folderOf(before) === folderOf(config);
}

/**
 * Describes the settings that make a run different from that of a folder; empty if there are none. If the run resumes
 * (`goesOn`), the images themselves are compared, so their folder does not count.
 */
export function otherNumbers(before: ExperimentConfig, config: ExperimentConfig, goesOn: boolean): string {
  const keys = differingKeys([flatSettings(before), flatSettings(config)]);
  return keys.every((key) => goesOn && key === 'dataset.dir') ? '' : changesText(before, config);
}

/** Returns the hint how to start a longer run from the weights of a run. */
const startFromWeights = ({ root }: Pick<RunFolder, 'root'>): string =>
  `a new run can start from its weights: \`isda export --run ${shellWord(root)} --out weights.safetensors\`, then ` +
  '`isda train --config CONFIG --set model.weights=weights.safetensors --out FOLDER`';

interface GoingOn {
  /** The settings of the folder's checkpoints. */
  readonly before: ExperimentConfig | undefined;
  readonly config: ExperimentConfig;
  /** Inputs of the folder's run. */
  readonly inputs: RunInputs | undefined;
  readonly paths: RunFolder;
  readonly workingDirectory: string;
}

/** Decides whether a run may resume from a checkpoint whose fingerprint differs from that of its config. */
export function otherSettings(
  { before, config, inputs, paths, workingDirectory }: GoingOn,
  { fingerprint, progress }: CheckpointState,
): OtherRun {
  if (before === undefined) return { goesOn: false };
  const isOwn = isFingerprintOf(before, fingerprint) || inputs?.earlierSettings?.includes(fingerprint) === true;
  if (!isOwn) return { goesOn: false };
  const changes = changesText(before, config);
  const keys = differingKeys([flatSettings(before), flatSettings(config)]);
  const { data, epoch, batch } = parseProgress(progress, paths.checkpoints);
  if (
    !keys.every((key) => changeable.includes(key)) ||
    !mayBeSameData(before, config, data !== undefined, workingDirectory)
  ) {
    return { goesOn: false, changes };
  }
  if (keys.some((key) => key !== 'dataset.dir') && existsSync(join(paths.root, 'cell.json'))) {
    return {
      goesOn: false,
      changes,
      hint: `the run belongs to a study, ablation, sweep or table; ${startFromWeights(paths)}`,
    };
  }
  // At the end of an epoch, the position is in the next one.
  const begun = batch > 0 ? epoch : epoch - 1;
  if (config.training.epochs >= begun) return { goesOn: true, changes };
  const done = batch > 0 ? `started epoch ${epoch}` : `completed ${counted(begun, 'epoch')}`;
  return { goesOn: false, changes: `${changes}; it has ${done}` };
}

/** A run that resumes, with its previous and its new config. */
interface RunSoFar {
  readonly before: ExperimentConfig;
  readonly config: ExperimentConfig;
  readonly parts: { readonly loss: Loss; readonly schedule: Schedule };
  /** The last epoch that was started. */
  readonly epoch: number;
  readonly batchesPerEpoch: number;
}

/** Returns learning rate and scalars of the loss in the first and last step of an epoch, of `epochs` in total. */
function valuesAt({ parts: { loss, schedule }, batchesPerEpoch }: RunSoFar, epochs: number, epoch: number) {
  return [(epoch - 1) * batchesPerEpoch, epoch * batchesPerEpoch - 1].map((iteration) => {
    const run = { schedule, epochs, iterationsPerEpoch: batchesPerEpoch };
    const { learningRate, progress } = scheduledAt(run, epoch, iteration);
    return { 'learning rate': learningRate, ...lossScalarsAt(loss, progress) };
  });
}

/**
 * Errors: a run of the new length would have trained the previous epochs differently, with other results: with a
 * cosine schedule, and with ISDA's lambda, which grows over the whole run.
 */
export function requireSamePast(run: RunSoFar, paths: RunFolder): void {
  const [from, to] = [run.before.training.epochs, run.config.training.epochs];
  if (from === to) return;
  for (let epoch = 1; epoch <= run.epoch; epoch++) {
    const [old, now] = [valuesAt(run, from, epoch), valuesAt(run, to, epoch)];
    const names = Object.keys(old[0]) as (keyof (typeof old)[0])[];
    const changed = names.find((name) => old.some((values, at) => values[name] !== now[at][name]));
    if (changed === undefined) continue;
    const [was, would] = [old[1][changed], now[1][changed]].map((value) => Number(value.toPrecision(4)));
    const reason = `with training.epochs ${from} → ${to}, the ${changed} of epoch ${epoch} would have been ${would}, but was ${was}`;
    throw cannot('resume', reason, {
      code: 'checkpoint/other-experiment',
      place: paths.root,
      hint: `${startFromWeights(paths)}; or choose another folder with --out`,
    });
  }
}

/** Errors: a previous epoch would be one of the last ten of a run of the new length, and was not evaluated. */
export function requireEvaluatedPast(
  rows: readonly MetricsRow[],
  { training }: ExperimentConfig,
  paths: RunFolder,
): void {
  const { epochs } = training;
  const missing = rows.filter((row) => row.epoch > epochs - lastEpochs && !isEvaluated(row)).at(-1);
  if (missing === undefined) return;
  const reason = `with training.epochs ${epochs}, epoch ${missing.epoch} would be one of the last ${lastEpochs}, but was not evaluated`;
  throw cannot('resume', reason, {
    code: 'checkpoint/other-experiment',
    place: paths.root,
    hint: `set training.epochs to at least ${missing.epoch + lastEpochs}; or choose another folder with --out`,
  });
}

/** Returns the log lines of a run that resumes in `epoch` with other settings. */
export function changeLines({ before, config, parts, batchesPerEpoch }: RunSoFar, epoch: number): readonly string[] {
  const changes = changesText(before, config);
  if (changes === '') return [];
  const { epochs } = config.training;
  if (before.training.epochs === epochs || epoch > epochs) return [`resumes with ${changes}`];
  const rateAt = (at: number, iteration: number): number =>
    Number(parts.schedule.rateAt({ epoch: at, epochs, iteration, iterationsPerEpoch: batchesPerEpoch }).toPrecision(4));
  const first = rateAt(epoch, (epoch - 1) * batchesPerEpoch);
  const last = rateAt(epochs, epochs * batchesPerEpoch - 1);
  const rates = first === last ? `learning rate ${first}` : `learning rate from ${first} to ${last}`;
  return [`resumes with ${changes}: epochs ${epoch} to ${epochs} at ${rates}`];
}
