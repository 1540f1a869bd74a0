// A fake Slurm: a queue in memory, whose tasks start and end when the test decides.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunSlurm, SlurmAnswer } from '../../../../src/grids/executors/slurm/commands.js';
import { until } from '../../../support/until.js';

export interface FakeTask {
  readonly submission: string;
  readonly job: number;
  readonly task: number;
  /** The submission's folder. */
  readonly folder: string;
  state: string;
}

export function fakeSlurm() {
  const tasks: FakeTask[] = [];
  const submitted: (readonly string[])[] = [];
  const faults: { sbatch?: SlurmAnswer; squeue?: SlurmAnswer } = {};
  /** Whether sbatch's next answer is lost although its jobs are queued. */
  const lost = { next: false };
  let looks = 0;
  const answer = (stdout: string): SlurmAnswer => ({ code: 0, stdout, stderr: '' });
  const valueOf = (args: readonly string[], key: string): string =>
    args.find((word) => word.startsWith(`--${key}=`))!.slice(key.length + 3);

  const run: RunSlurm = (program, args) => {
    if (program === 'sacct') return Promise.resolve({ code: 1, stdout: '', stderr: 'disabled' });
    if (program === 'scontrol') return Promise.resolve(answer('MaxArraySize            = 4\n'));
    if (program === 'squeue') {
      looks += 1;
      if (faults.squeue) return Promise.resolve(faults.squeue);
      const mine = tasks.filter(({ submission }) => submission === valueOf(args, 'name'));
      return Promise.resolve(
        answer(mine.map((t) => `${t.submission}|${t.job}|${t.task}|${t.state}|vm|None\n`).join('')),
      );
    }
    if (faults.sbatch) return Promise.resolve(faults.sbatch);
    submitted.push(args);
    const job = 100 + submitted.length;
    const count = Number(/^0-(\d+)/.exec(valueOf(args, 'array'))![1]) + 1;
    const folder = join(args.at(-1)!, '..');
    const submission = valueOf(args, 'job-name');
    for (let task = 0; task < count; task++) tasks.push({ submission, job, task, folder, state: 'PENDING' });
    if (lost.next) return Promise.reject(new Error('the command was killed'));
    return Promise.resolve(answer(`${job}\n`));
  };
  /** Ends a task, with its run's exit code if its script could write it. */
  const end = (task: FakeTask, state: string, exitCode?: number): void => {
    if (exitCode !== undefined) writeFileSync(join(task.folder, `task-${task.task}.exit`), `${exitCode}\n`);
    task.state = state;
  };
  let names = 0;
  const random = (): string => `r${names++}`;
  /** Resolves once the queue has been queried `times` more times. */
  const looked = (more: number): Promise<void> => {
    const enough = looks + more;
    return until(() => looks >= enough);
  };
  return { run, tasks, submitted, faults, lost, end, random, looked };
}
