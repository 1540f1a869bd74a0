// Builds the executor of a grid from --executor, --jobs, --detach and --poll.
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { reasonOf } from '../../common/errors.js';
import { listGpus } from '../../engine/devices.js';
import type { Executor } from '../../grids/executors/executor.js';
import { localExecutor } from '../../grids/executors/local.js';
import { maxArrayTasks, slurmCommands } from '../../grids/executors/slurm/commands.js';
import { slurmExecutor } from '../../grids/executors/slurm/executor.js';
import { jobNameOf, slurmLookup } from '../../grids/executors/slurm/look.js';
import type { JobLookup } from '../../grids/store/job.js';
import type { Cell } from '../../grids/store/store.js';
import type { CommandContext } from '../context.js';

export const executorNames = ['local', 'slurm'] as const;

export interface ExecutorOptions {
  readonly jobs?: number;
  readonly executor: (typeof executorNames)[number];
  readonly detach?: boolean;
  /** Seconds. */
  readonly poll?: number;
}

/** Slurm's queue is polled less often than files, because all users of a cluster share it. */
const queuePollSeconds = 10;

/** Returns the GPUs as CUDA_VISIBLE_DEVICES names them, if a config may use one. */
function gpusFor(cells: readonly Cell[], { environment }: CommandContext): readonly string[] {
  if (cells.every(({ config }) => config.training.device === 'cpu')) return [];
  const visible = environment['CUDA_VISIBLE_DEVICES'];
  if (visible !== undefined) return visible.split(',').filter((name) => name !== '' && name !== '-1');
  return listGpus(environment).map((_, index) => String(index));
}

/** Creates a lookup of queued cells in Slurm for one listing of a store; if Slurm cannot be asked, it reports that. */
export function lookOnce({ environment, workingDirectory, now, clock }: CommandContext): JobLookup {
  const slurm = slurmCommands(environment, workingDirectory);
  const lookup = slurmLookup({ slurm, now, clock, freshMilliseconds: 60_000, certainMilliseconds: 0 });
  return (folder, job) =>
    lookup(folder, job).catch(async (error: unknown) => ({
      ...{ phase: 'queued', name: await jobNameOf(folder, job) },
      note: reasonOf(error),
    }));
}

/** How grids are run. */
interface GridExecutors {
  /** Creates the executor of a grid in the store `root`. */
  readonly executorFor: (cells: readonly Cell[], root: string) => Executor;
  readonly lookup: JobLookup;
  readonly pollMilliseconds: number | undefined;
}

/** Reads the options; `warn` is called with warnings. Errors: Slurm is requested but not installed. */
export async function openExecutors(
  { executor, jobs, detach = false, poll }: ExecutorOptions,
  context: CommandContext,
  warn: (line: string) => void,
): Promise<GridExecutors> {
  const { environment, workingDirectory, now, clock } = context;
  const launcher = fileURLToPath(new URL('../../../bin/isda.js', import.meta.url));
  const command = [process.execPath, launcher] as const;
  const slurm = slurmCommands(environment, workingDirectory);
  const pollMilliseconds = poll === undefined ? undefined : 1000 * poll;
  const queueMilliseconds = pollMilliseconds ?? 1000 * queuePollSeconds;
  const lookup = slurmLookup({
    ...{ slurm, now, clock, warn, certainMilliseconds: queueMilliseconds },
    // Slightly less than the interval, so that every poll gets a new answer.
    freshMilliseconds: 0.9 * queueMilliseconds,
  });
  const shared = { command, workingDirectory };
  if (executor === 'slurm') {
    const maxTasks = await maxArrayTasks(slurm);
    const random = (): string => randomBytes(4).toString('hex');
    const options = { ...shared, slurm, lookup, jobs, maxTasks, random, detach, pollMilliseconds: queueMilliseconds };
    return { lookup, pollMilliseconds, executorFor: (_, root) => slurmExecutor({ ...options, root }) };
  }
  const concurrentRuns = jobs ?? 1;
  const cores = availableParallelism();
  return {
    lookup,
    pollMilliseconds,
    executorFor: (cells) =>
      localExecutor({
        ...shared,
        environment,
        cores,
        jobs: concurrentRuns,
        gpus: concurrentRuns === 1 ? [] : gpusFor(cells, context),
      }),
  };
}
