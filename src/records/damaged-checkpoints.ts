// Finds damaged ones among the best checkpoints that a resumed run keeps.
import { join } from 'node:path';
import { IsdaError, reasonOf } from '../common/errors.js';
import { readFailure, readWhole } from '../common/files.js';
import { decodeCheckpoint, type CheckpointState } from './checkpoint-file.js';
import { listCheckpoints } from './checkpoint-names.js';

/** Returns a message for each best checkpoint of `folder` that is damaged or cannot be read, before that of `from`. */
export async function damagedBestCheckpoints(
  folder: string,
  from: Pick<CheckpointState, 'step'>,
): Promise<readonly string[]> {
  const kept = (await listCheckpoints(folder, 'best')).filter(({ step }) => step < from.step);
  const damaged: string[] = [];
  for (const { name } of kept) {
    const path = join(folder, name);
    try {
      decodeCheckpoint(await readWhole(path), path);
    } catch (error) {
      damaged.push(
        error instanceof IsdaError
          ? `the checkpoint ${name} is damaged (${reasonOf(error)}): its weights are lost`
          : reasonOf(readFailure(path, error)),
      );
    }
  }
  return damaged;
}
