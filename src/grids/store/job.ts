// State of a cell's job in a cluster's queue.
import type { CellJob } from './cell.js';

/** The end of a job whose run is not done. `reason`: one line. */
export interface JobEnd {
  readonly state: 'failed' | 'stopped';
  readonly reason: string;
}

/**
 * `name`: the job's name in the queue, such as `12_3`. `note`: why it waits, or where it runs. `uncertain`: it seems
 * to have ended, which a later lookup will decide.
 */
export type JobLook =
  | { readonly phase: 'queued' | 'running'; readonly name: string; readonly note?: string; readonly uncertain?: true }
  | { readonly phase: 'ended'; readonly name: string; readonly end: JobEnd };

/** Looks up the job of the cell in `folder`. Errors: the queue cannot be queried. */
export type JobLookup = (folder: string, job: CellJob) => Promise<JobLook>;
