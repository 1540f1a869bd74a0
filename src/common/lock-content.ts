// The content of a lock file: the process that holds it.

/** The process that requests a lock. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /**
   * Boot and namespace in which `pid` is valid, on Linux: containers and machines of the same name have separate pids.
   */
  readonly space?: string;
  /** The Slurm job of the process, and how often Slurm has requeued it. */
  readonly job?: string;
  readonly restarts?: number;
}

export interface LockContent extends LockHolder {
  /** Distinguishes a process from a later one with the same pid. */
  readonly start: string;
}

/** Parses a lock file; undefined if it is empty or cut off. */
export function parseLock(text: string): LockContent | undefined {
  try {
    const { pid, host, space, start, job, restarts } = JSON.parse(text) as Partial<LockContent>;
    return Number.isSafeInteger(pid) && pid! > 0 && typeof host === 'string' && typeof start === 'string'
      ? { pid: pid!, host, space, start, job, restarts }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the name of the holder for messages. */
export function holderName(text: string): string {
  const holder = parseLock(text);
  return holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host}`;
}
