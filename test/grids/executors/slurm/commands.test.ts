// Messages of Slurm's commands, and the environment that they get.
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { slurmCommands, slurmFailure } from '../../../../src/grids/executors/slurm/commands.js';
import { test } from '../../../temporary-folder.js';

test('squeue gets no filter of the user that could hide jobs', async ({ folder }) => {
  const squeue = join(folder, 'squeue');
  writeFileSync(squeue, '#!/bin/sh\necho "$SQUEUE_PARTITION $SBATCH_PARTITION $SLURM_CONF"\n');
  chmodSync(squeue, 0o755);
  const own = { SQUEUE_PARTITION: 'debug', SBATCH_PARTITION: 'gpu', SLURM_CONF: '/etc/slurm.conf' };
  const run = slurmCommands({ PATH: `${folder}:/usr/bin:/bin`, ...own }, folder);
  expect(await run('squeue', [])).toMatchObject({ code: 0, stdout: ' gpu /etc/slurm.conf' });
});

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
