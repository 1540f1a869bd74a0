// environment.json: versions, device and machine of a run. No environment variables: they may hold secrets.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
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

/** What may change the digits of a run, if it differs between its processes. */
const deciding = [
  'isda',
  'gitRevision',
  'engine',
  'device',
  'cpu',
  'cores',
  'intraOpThreads',
  'interOpThreads',
] as const;

/** Reads an environment.json; empty if it is missing or damaged. */
async function readEnvironment(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (JSON.parse(await readFile(path, 'utf8')) ?? {}) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}

const valueText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/**
 * Writes environment.json: the given facts and those of this machine and process. Returns the differences from the file
 * that it replaces which may change the digits of a run, as text: `device cpu → cuda: NVIDIA H200`.
 */
export async function writeEnvironment(path: string, facts: EnvironmentFacts): Promise<string> {
  const before = await readEnvironment(path);
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
  return deciding
    .filter((key) => before[key] !== undefined && before[key] !== environment[key])
    .map((key) => `${key} ${valueText(before[key])} → ${valueText(environment[key])}`)
    .join(', ');
}
