// Groups cells into job arrays and builds their sbatch options.
import { slurmOptions, type SlurmOptions } from '../../../config/slurm.js';
import type { StoredCell } from '../../store/store.js';

/** Cells that are submitted together, in order; the number of a task is the index of its cell. */
interface CellArray {
  readonly options: SlurmOptions;
  readonly cells: readonly StoredCell[];
}

/** Returns one array per set of requested resources; one with more than `maxTasks` tasks is split. */
export function arraysOf(cells: readonly StoredCell[], maxTasks: number): readonly CellArray[] {
  const groups = new Map<string, { options: SlurmOptions; cells: StoredCell[] }>();
  for (const cell of cells) {
    const options = cell.config.slurm ?? slurmOptions.parse({});
    const key = JSON.stringify(slurmOptions.parse(options));
    const group = groups.get(key) ?? { options, cells: [] };
    group.cells.push(cell);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap(({ options, cells: all }) =>
    Array.from({ length: Math.ceil(all.length / maxTasks) }, (_, index) => ({
      options,
      cells: all.slice(index * maxTasks, (index + 1) * maxTasks),
    })),
  );
}

interface SubmissionOptions {
  /** Name of the jobs. */
  readonly name: string;
  readonly tasks: number;
  /** Maximum number of concurrent tasks; undefined: no limit other than Slurm's. */
  readonly jobs: number | undefined;
  /** The submission's folder, absolute. */
  readonly folder: string;
  readonly workingDirectory: string;
  readonly slurm: SlurmOptions;
}

/** Returns the arguments of an sbatch command before its script. */
export function sbatchArguments(options: SubmissionOptions): readonly string[] {
  const { name, tasks, jobs, folder, workingDirectory, slurm } = options;
  const { partition, account, qos, constraint, time, cpus, memory, gpus } = slurm;
  const directives = {
    partition,
    account,
    qos,
    constraint,
    time,
    'cpus-per-task': cpus,
    mem: memory,
    gres: gpus === undefined ? undefined : `gpu:${gpus}`,
  };
  return [
    '--parsable',
    `--job-name=${name}`,
    `--array=0-${tasks - 1}${jobs === undefined ? '' : `%${jobs}`}`,
    `--chdir=${workingDirectory}`,
    // A percent sign in the path is doubled; %a is the task's number.
    `--output=${folder.replaceAll('%', '%%')}/task-%a.log`,
    '--open-mode=append',
    '--requeue',
    `--signal=B:USR1@${slurm.signalSeconds}`,
    '--nodes=1',
    '--ntasks=1',
    ...Object.entries(directives).flatMap(([key, value]) => (value === undefined ? [] : [`--${key}=${value}`])),
    ...slurm.extra,
  ];
}
