// Finds damaged ones among the best checkpoints that a resumed run keeps.
import { join } from 'node:path';
import { reasonOf } from '../common/errors.js';
import { readWhole } from '../common/files.js';
import { decodeCheckpoint, type CheckpointState } from './checkpoint-file.js';
import { listCheckpoints } from './checkpoint-names.js';

/** Returns a message for each damaged best checkpoint of `folder` before the one that a run resumes `from`. */
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
      damaged.push(`the checkpoint ${name} is damaged (${reasonOf(error)}): its weights are lost`);
    }
  }
  return damaged;
}
