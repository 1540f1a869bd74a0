// The real Slurm of this machine, if one answers.
import { execa } from 'execa';

async function slurm(program: string, args: readonly string[]): Promise<string> {
  const { stdout, exitCode, stderr } = await execa(program, args, { reject: false, timeout: 120_000 });
  if (exitCode !== 0) throw new Error(stderr || `${program} is not there`);
  return stdout;
}

/** Why there is no Slurm to test with; undefined if there is one with a node that is up. */
export async function withoutSlurm(): Promise<string | undefined> {
  try {
    const nodes = await slurm('sinfo', ['--noheader', '--format=%T']);
    return /^(idle|mixed|allocated)/m.test(nodes) ? undefined : `no node of Slurm's is up: ${nodes}`;
  } catch (error) {
    return (error as Error).message.split('\n')[0];
  }
}

/** The state of a task such as `12_3`. */
export async function stateOf(task: string): Promise<string> {
  return (await slurm('squeue', ['--noheader', '--array', '--states=all', '--format=%T', `--jobs=${task}`])).trim();
}

export const scontrol = (...args: readonly string[]): Promise<string> => slurm('scontrol', args);
export const scancel = (...args: readonly string[]): Promise<string> => slurm('scancel', args);
