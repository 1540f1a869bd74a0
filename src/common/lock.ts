// Lock files: one process at a time; the lock of a dead process is taken over.
import { readFileSync, readlinkSync } from 'node:fs';
import { readFile, readlink, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { createFile } from './create-file.js';
import { cannot, systemCode, type IsdaError } from './errors.js';
import { readFailure, writeFailureWithSpace } from './files.js';
import type { Environment } from './home.js';
import { pathExists } from './path-status.js';
import { holderName, parseLock, type LockContent, type LockHolder } from './lock-content.js';

interface LockContext {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Returns the start of a process of this machine, in any fixed unit; undefined if there is no such process. */
  readonly startOf: (pid: number) => Promise<string | undefined>;
  /** How long a lock that is dead only by its age is watched before it is taken over; default: not watched. */
  readonly watch?: LockWatch;
}

interface LockWatch {
  readonly milliseconds: number;
  /** Called with the holder when a watch starts. */
  readonly begins: (holder: string) => void;
}

/** Longer than the interval at which a living holder updates its lock. */
export const watchMilliseconds = 35_000;

export interface RunLock {
  /** Errors: another process has taken the lock over, because this one was suspended or the file was deleted. */
  readonly requireHeld: () => Promise<void>;
  /** Errors: as `requireHeld`; also if there is no lock, because a process that took it over may have ended. */
  readonly requireUnbroken: () => Promise<void>;
  /** Releases the lock; a second call has no effect. */
  release(): Promise<void>;
}

/** The acquired lock, or a description of its living holder. */
type LockAttempt = { readonly lock: RunLock } | { readonly holder: string };

/**
 * A holder updates its lock every 30 s. If its pid cannot be checked, it counts as dead after 5 min without an update.
 */
const heartbeatMilliseconds = 30_000;
const silenceMilliseconds = 300_000;

/** Start of a process: in clock ticks since boot on Linux; elsewhere only whether it runs. */
export async function processStart(pid: number): Promise<string | undefined> {
  try {
    // Without one of its own (`unshare --pid`), a namespace sees the /proc of another, where pids mean other processes.
    if ((await readlink('/proc/self')) !== `${process.pid}`) throw new Error('/proc is not of this namespace');
    // Field 22; field 2, the program's name in parentheses, may itself contain spaces and parentheses.
    const line = await readFile(`/proc/${pid}/stat`, 'latin1');
    return line.slice(line.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    try {
      process.kill(pid, 0);
      return 'running';
    } catch (error) {
      return systemCode(error) === 'EPERM' ? 'running' : undefined;
    }
  }
}

/** Returns boot and pid namespace of this process; undefined if the system has no such files. */
function pidSpace(): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return undefined;
  }
}

/** Describes this process as the holder of a lock. `environment` tells whether it belongs to a Slurm job. */
export function thisProcess(environment: Environment = {}): LockHolder {
  const { SLURM_JOB_ID: job, SLURM_RESTART_COUNT: restarts = '0' } = environment;
  const space = pidSpace();
  return {
    ...{ pid: process.pid, host: hostname() },
    ...(space === undefined ? {} : { space }),
    ...(job === undefined ? {} : { job, restarts: Number(restarts) || 0 }),
  };
}

async function isDead(path: string, text: string, own: LockHolder, context: LockContext): Promise<boolean> {
  const holder = parseLock(text);
  // Locks of earlier versions have no `space`; their pids are taken as those of this namespace.
  const sameSpace = holder?.host === own.host && (holder.space ?? own.space) === own.space;
  if (sameSpace) return (await context.startOf(holder.pid)) !== holder.start;
  // Slurm restarts a job only after it has ended, even if its machine never reports that.
  const sameJob = holder?.job !== undefined && holder.job === own.job;
  if (sameJob && (holder.restarts ?? 0) < (own.restarts ?? 0)) return true;
  // A lock of another machine or container, or an empty one left by a crash on a file system without hard links, can
  // only be judged by its age.
  const { mtimeMs } = await stat(path);
  return context.now() - mtimeMs > silenceMilliseconds && !(await isSeenAlive(path, text, mtimeMs, context));
}

/**
 * Whether a watched holder updates its lock: with clocks that differ, the lock of a living holder may look old.
 */
async function isSeenAlive(path: string, text: string, before: number, { watch }: LockContext): Promise<boolean> {
  if (watch === undefined) return false;
  watch.begins(holderName(text));
  const step = Math.min(1000, watch.milliseconds);
  for (let watched = 0; watched < watch.milliseconds; watched += step) {
    await setTimeout(step);
    if ((await stat(path)).mtimeMs !== before) return true;
  }
  return false;
}

async function removeIf(path: string, content: string): Promise<void> {
  if ((await readFile(path, 'utf8')) === content) await rm(path, { force: true });
}

/**
 * Deletes the lock of a dead holder. A second file allows only one process at a time to do so; otherwise a process
 * could delete the lock that another has just taken. `content`: the content of both files.
 */
async function removeDead(
  { path, text, content }: Readonly<Record<'path' | 'text' | 'content', string>>,
  own: LockHolder,
  { now, startOf }: LockContext,
): Promise<void> {
  const guard = `${path}.takeover`;
  if (!(await createFile(guard, content))) {
    // Another process is deleting the lock, or was killed while doing so.
    const other = await readFile(guard, 'utf8');
    if (await isDead(guard, other, own, { now, startOf })) await removeIf(guard, other);
    else await setTimeout(10);
    return;
  }
  try {
    await removeIf(path, text);
  } finally {
    await rm(guard, { force: true });
  }
}

/**
 * Takes the lock file `path`, also from a dead holder. Errors: `cannot use the run folder`, with pid and machine, while
 * a living process holds it; `cannot write X`.
 */
export async function takeLock(path: string, own: LockHolder, context: LockContext): Promise<RunLock> {
  const attempt = await tryLock(path, own, context);
  if ('lock' in attempt) return attempt.lock;
  throw cannot('use the run folder', `${attempt.holder} is training in it`, {
    code: 'run/locked',
    place: path,
    hint: `wait for it or choose another folder with --out; if no such process exists, delete ${path}`,
  });
}

/**
 * Describes the living process that holds the lock file `path`; undefined if it is free or its holder dead. `own` is
 * called only if there is a lock.
 */
export async function lockHolder(
  path: string,
  own: () => LockHolder,
  context: LockContext,
): Promise<string | undefined> {
  try {
    const text = await readFile(path, 'utf8');
    return (await isDead(path, text, own(), context)) ? undefined : holderName(text);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw readFailure(path, error);
  }
}

/** As `takeLock`, but returns a living holder instead of throwing. */
export async function tryLock(path: string, own: LockHolder, context: LockContext): Promise<LockAttempt> {
  const start = (await context.startOf(own.pid)) ?? 'unknown';
  const content = `${JSON.stringify({ ...own, start } satisfies LockContent)}\n`;
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      if (await createFile(path, content)) return { lock: holdLock(path, content, context) };
    } catch (error) {
      throw await writeFailureWithSpace(path, error);
    }
    try {
      const text = await readFile(path, 'utf8');
      if (!(await isDead(path, text, own, context))) return { holder: holderName(text) };
      await removeDead({ path, text, content }, own, context);
    } catch (error) {
      const code = systemCode(error);
      if (code === undefined) throw error;
      // ENOENT: the lock was released in between; the next round handles it.
      if (code !== 'ENOENT') throw readFailure(path, error);
    }
  }
  throw cannot('take the lock', 'the lock file of a dead process could not be removed', {
    code: 'run/locked',
    place: path,
    hint: `if no other process is starting there, delete ${path} and ${path}.takeover`,
  });
}

function holdLock(path: string, content: string, context: LockContext): RunLock {
  /** Returns the content of the lock if it is another process's; undefined also if it is missing or unreadable. */
  const takenBy = async (): Promise<string | undefined> => {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    return text === content ? undefined : text;
  };
  const beat = async (): Promise<void> => {
    // The lock of a process that has taken over must not look alive after its death.
    if ((await takenBy()) !== undefined) return;
    const seconds = context.now() / 1000;
    await utimes(path, seconds, seconds);
  };
  const timer = setInterval(() => void beat().catch(() => undefined), heartbeatMilliseconds);
  timer.unref();
  const refuse = (reason: string, hint: string): IsdaError =>
    cannot('use the run folder', reason, { code: 'run/locked', place: path, hint });
  const requireHeld = async (): Promise<void> => {
    const other = await takenBy();
    if (other === undefined) return;
    const hint = 'this process was suspended for minutes, or its lock was deleted; the other one continues the run';
    throw refuse(`${holderName(other)} has taken it over`, hint);
  };
  return {
    requireHeld,
    requireUnbroken: async () => {
      await requireHeld();
      if (await pathExists(path)) return;
      const reason = 'its lock was deleted, and another process may have used it since';
      throw refuse(reason, 'the same command starts again from what is there now');
    },
    release: async () => {
      clearInterval(timer);
      const text = await readFile(path, 'utf8').catch(() => undefined);
      if (text === content) await rm(path, { force: true });
    },
  };
}
