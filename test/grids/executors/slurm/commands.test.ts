// Messages of Slurm's commands, and the environment that they get.
import { describe, expect, it } from 'vitest';
import { slurmFailure } from '../../../../src/grids/executors/slurm/commands.js';

describe('the hint of a refused submission', () => {
  it.each([
    [
      'Batch job submission failed: Job violates accounting/QOS policy (job submit limit, user’s size and/or time limits)',
      'a limit of the cluster; `squeue --me` shows your jobs',
    ],
    ['AssocMaxSubmitJobLimit', 'a limit of the cluster; `squeue --me` shows your jobs'],
    ['Invalid account or account/partition combination specified', 'slurm.account in the config sets an account'],
    ['invalid partition specified: gpus', '`sinfo` lists the partitions; slurm.partition in the config selects one'],
  ])('%s', (said, hint) => {
    const answer = { code: 1, stdout: '', stderr: `sbatch: error: ${said}\n` };
    expect(slurmFailure('submit to Slurm', 'sbatch', answer)).toMatchObject({
      message: `cannot submit to Slurm: ${said}`,
      hint,
    });
  });
});
