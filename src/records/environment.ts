// environment.json: versions, device and machine of a run. No environment variables: they may hold secrets.
import { execFile } from 'node:child_process';
import { arch, availableParallelism, cpus, hostname, release, totalmem, type } from 'node:os';
import { promisify } from 'node:util';
import { writeFileAtomically } from '../common/files.js';

interface EnvironmentFacts {
  readonly isda: string;
  /** For example `libtensorflow 2.21.0, tfjs 4.22.0`. */
  readonly engine: string;
  /** For example `cpu` or `cuda: NVIDIA H200`. */
  readonly device: string;
  /** Threads per operation of the engine; undefined if there are as many as `cores`. */
  readonly intraOpThreads: number | undefined;
  /** Concurrent operations; undefined if there are as many as `cores`. */
  readonly interOpThreads: number | undefined;
  /** Commit of the source, with `+changes` if files differ from it. */
  readonly gitRevision: string | undefined;
  /** When the run started or was resumed, ISO 8601. */
  readonly started: string;
}

/**
 * The commit checked out in `folder`, with `+changes` where tracked files differ from it; undefined where there is no
 * git repository or no git.
 */
export async function gitRevision(folder: string): Promise<string | undefined> {
  const git = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)('git', ['-C', folder, ...args], { timeout: 10_000 })).stdout.trim();
  try {
    const revision = await git('rev-parse', 'HEAD');
    const changes = await git('status', '--porcelain', '--untracked-files=no');
    return changes === '' ? revision : `${revision}+changes`;
  } catch {
    return undefined;
  }
}

/** Writes environment.json: the given facts and those of this machine and process. */
export async function writeEnvironment(path: string, facts: EnvironmentFacts): Promise<void> {
  const [cpu] = cpus();
  const environment = {
    isda: facts.isda,
    gitRevision: facts.gitRevision ?? null,
    node: process.version,
    engine: facts.engine,
    device: facts.device,
    platform: `${type()} ${release()} ${arch()}`,
    host: hostname(),
    cpu: cpu === undefined ? 'unknown' : cpu.model.trim(),
    cores: availableParallelism(),
    intraOpThreads: facts.intraOpThreads ?? null,
    interOpThreads: facts.interOpThreads ?? null,
    memoryBytes: totalmem(),
    started: facts.started,
  };
  await writeFileAtomically(path, `${JSON.stringify(environment, undefined, 2)}\n`);
}
