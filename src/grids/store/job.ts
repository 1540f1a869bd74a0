// State of a cell's job in a cluster's queue.
import type { CellJob } from './cell.js';

/** How a job ended whose run is not done. `reason`: one line. */
export interface JobEnd {
  readonly state: 'failed' | 'stopped';
  readonly reason: string;
}

/**
 * `name`: what the queue calls the job, as in `12_3`. `note`: why it waits, or where it runs. `uncertain`: it seems to
 * have ended, which a later look will tell.
 */
export type JobLook =
  | { readonly phase: 'queued' | 'running'; readonly name: string; readonly note?: string; readonly uncertain?: true }
  | { readonly phase: 'ended'; readonly name: string; readonly end: JobEnd };

/** Looks for the job of the cell in a folder. Errors: the queue cannot be asked. */
export type JobLookup = (folder: string, job: CellJob) => Promise<JobLook>;
