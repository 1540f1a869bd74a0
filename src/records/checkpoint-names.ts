// Names of checkpoints, and the sorted checkpoints of a folder.
import { readdir } from 'node:fs/promises';
import { systemCode } from '../common/errors.js';
import { readFailure } from '../common/files.js';
import type { CheckpointState } from './checkpoint-file.js';

/** The newest checkpoint of a run, or the one with the lowest test error. */
export type CheckpointChoice = 'newest' | 'best';

export interface CheckpointFile {
  readonly name: string;
  readonly epoch: number;
  readonly step: number;
}

const namePattern = /^(best-)?epoch-(\d{4,})-step-(\d{7,})\.safetensors$/;

/** Whether a file has the name of a checkpoint. */
export const isCheckpointName = (name: string): boolean => namePattern.test(name);

/** Returns the file name of a checkpoint. */
export const nameOf = (choice: CheckpointChoice, { epoch, step }: Pick<CheckpointState, 'epoch' | 'step'>): string =>
  `${choice === 'best' ? 'best-' : ''}epoch-${String(epoch).padStart(4, '0')}-step-${String(step).padStart(7, '0')}.safetensors`;

/** The position in a run at which a checkpoint was made. */
export type Place = Pick<CheckpointState, 'epoch' | 'step'>;
/** Sorted by step, because earlier versions named a checkpoint at the end of an epoch after the next epoch. */
export const compare = (left: Place, right: Place): number => left.step - right.step || left.epoch - right.epoch;

/** Returns the checkpoints of a folder, oldest first; empty if the folder does not exist. */
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

/** Returns the epochs of the stored checkpoints, in ascending order. */
export async function keptEpochs(folder: string): Promise<readonly number[]> {
  const files = [...(await listCheckpoints(folder)), ...(await listCheckpoints(folder, 'best'))];
  return [...new Set(files.map(({ epoch }) => epoch))].sort((a, b) => a - b);
}

/** Whether a folder has a checkpoint to resume from: a regular one, or a best one if no other was due yet. */
export const hasCheckpoints = async (folder: string): Promise<boolean> => (await keptEpochs(folder)).length > 0;
