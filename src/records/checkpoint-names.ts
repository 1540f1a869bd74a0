// Names of checkpoints, and those of a folder in their order.
import { readdir } from 'node:fs/promises';
import { systemCode } from '../common/errors.js';
import { readFailure } from '../common/files.js';
import type { CheckpointState } from './checkpoint-file.js';

/** Which checkpoint of a run is meant: the newest, or the one with the lowest test error. */
export type CheckpointChoice = 'newest' | 'best';

export interface CheckpointFile {
  readonly name: string;
  readonly epoch: number;
  readonly step: number;
}

const namePattern = /^(best-)?epoch-(\d{4,})-step-(\d{7,})\.safetensors$/;

/** Whether a file is called as a checkpoint is. */
export const isCheckpointName = (name: string): boolean => namePattern.test(name);

/** The name of a checkpoint's file. */
export const nameOf = (choice: CheckpointChoice, { epoch, step }: Pick<CheckpointState, 'epoch' | 'step'>): string =>
  `${choice === 'best' ? 'best-' : ''}epoch-${String(epoch).padStart(4, '0')}-step-${String(step).padStart(7, '0')}.safetensors`;

/** Where in a run a checkpoint was made. */
export type Place = Pick<CheckpointState, 'epoch' | 'step'>;
/** By step: earlier versions named a checkpoint at the end of an epoch by the next one. */
export const compare = (left: Place, right: Place): number => left.step - right.step || left.epoch - right.epoch;

/** Checkpoints of a folder, oldest first; none where the folder does not exist. */
export async function listCheckpoints(folder: string, choice: CheckpointChoice = 'newest'): Promise<CheckpointFile[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw readFailure(folder, error);
  }
  return names
    .flatMap((name) => {
      const match = namePattern.exec(name);
      if (match === null || (match[1] !== undefined) !== (choice === 'best')) return [];
      return [{ name, epoch: Number(match[2]), step: Number(match[3]) }];
    })
    .sort(compare);
}
