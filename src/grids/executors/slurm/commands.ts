// Runs Slurm's commands.
import { cannot, type IsdaError } from '../../../common/errors.js';

type SlurmProgram = 'sbatch' | 'squeue' | 'sacct' | 'scontrol';

/** The result of a command; `code` is undefined if it did not exit by itself. */
export interface SlurmAnswer {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** The program was not found. */
  readonly missing?: boolean;
}

export type RunSlurm = (program: SlurmProgram, args: readonly string[]) => Promise<SlurmAnswer>;

/** The user's own filters and formats for squeue and sacct: jobs that they hide would seem to have ended. */
const ofQueries = /^(?:SQUEUE|SACCT)_/;

/** Creates a function that runs Slurm's commands from the PATH of `environment`, each for at most two minutes. */
export function slurmCommands(
  environment: Readonly<Record<string, string | undefined>>,
  workingDirectory: string,
): RunSlurm {
  return async (program, args) => {
    const { execa } = await import('execa');
    const result = await execa(program, args, {
      cwd: workingDirectory,
      env: Object.fromEntries(Object.entries(environment).filter(([name]) => !ofQueries.test(name))),
      extendEnv: false,
      reject: false,
      stdin: 'ignore',
      timeout: 120_000,
      // A signal from the terminal must not interrupt a submission before its job id is known.
      detached: true,
      cleanup: false,
    });
    const { exitCode, stdout, stderr, code, timedOut } = result;
    const said = timedOut ? `${program} did not answer within two minutes` : stderr;
    return { code: exitCode, stdout, stderr: said, ...(code === 'ENOENT' ? { missing: true } : {}) };
  };
}

const hints: readonly (readonly [RegExp, string])[] = [
  [/Unable to contact slurm controller|Connection refused/, 'is slurmctld running? `sinfo` shows it'],
  [/invalid partition/i, '`sinfo` lists the partitions; slurm.partition in the config selects one'],
  // Not "Job violates accounting/QOS policy (job submit limit, …)".
  [/\baccount\b/i, 'slurm.account in the config sets an account'],
  [/node configuration is not available|Memory specification/, '`sinfo -Nl` shows what the nodes have'],
  [/QOS|submit limit|limit/i, 'a limit of the cluster; `squeue --me` shows your jobs'],
];

/** Returns the error of a failed command, with the message of Slurm. `action` as in `submit to Slurm`. */
export function slurmFailure(action: string, program: SlurmProgram, answer: SlurmAnswer): IsdaError {
  if (answer.missing === true) {
    const where = "run this on a machine with Slurm's commands, such as a login node";
    const instead =
      program === 'squeue'
        ? 'to release a queued run, move its cell.json away'
        : '`--executor local` runs on this machine';
    return cannot(action, `${program} is not on the PATH`, { code: 'slurm/missing', hint: `${where}; ${instead}` });
  }
  const lines = answer.stderr.split('\n').flatMap((line) => {
    const text = line.replace(/^\w+: (error|fatal): /, '').trim();
    return text === '' ? [] : [text];
  });
  const [hint] = hints.flatMap(([pattern, text]) => (lines.some((line) => pattern.test(line)) ? [text] : []));
  return cannot(action, lines.join('; ') || `${program} ended with exit code ${answer.code}`, {
    code: 'slurm/failed',
    hint,
  });
}

/** Returns the maximum number of tasks of an array (MaxArraySize). Errors: Slurm is missing or does not answer. */
export async function maxArrayTasks(slurm: RunSlurm): Promise<number> {
  const answer = await slurm('scontrol', ['show', 'config']);
  if (answer.code !== 0) throw slurmFailure("read Slurm's settings", 'scontrol', answer);
  const size = Number(/^MaxArraySize\s*=\s*(\d+)$/m.exec(answer.stdout)?.[1]);
  return size > 0 ? size : 1001;
}
