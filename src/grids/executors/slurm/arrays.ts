// Groups cells into job arrays and builds their sbatch options.
import { slurmOptions, type SlurmOptions } from '../../../config/slurm.js';
import type { StoredCell } from '../../store/store.js';

/** Cells that are submitted together, in order; a task's number is its cell's place. */
interface CellArray {
  readonly options: SlurmOptions;
  readonly cells: readonly StoredCell[];
}

/** One array for each set of resources that the cells ask for, split where it would have more than `maxTasks` tasks. */
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
  /** Names the jobs. */
  readonly name: string;
  readonly tasks: number;
  /** How many tasks at once; undefined: as many as Slurm starts. */
  readonly jobs: number | undefined;
  /** The submission's folder, absolute. */
  readonly folder: string;
  readonly workingDirectory: string;
  readonly slurm: SlurmOptions;
}

/** The words of an sbatch command before its script. */
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
    // A percent sign of the path itself is doubled; %a is the task's number.
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
