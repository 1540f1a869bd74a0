// The last lines of a run's logs: its own, its process's stderr and its job's output.
import { readFile } from 'node:fs/promises';
import { runFolder } from '../../records/run-folder.js';
import { errorsPath } from '../executors/local.js';
import { submissionOf, taskLog } from '../executors/slurm/submission.js';
import { readCell } from './cell.js';

export interface LogEnd {
  readonly path: string;
  /** Number of lines before those shown. */
  readonly before: number;
  readonly lines: readonly string[];
}

/**
 * Returns the ends of a run's log files, at most `maxLines` lines each; missing and empty files are omitted, and the
 * logs of its job if its record cannot be read.
 */
export async function readLogEnds(folder: string, maxLines: number): Promise<readonly LogEnd[]> {
  const job = (await readCell(folder).catch(() => undefined))?.job;
  const ofJob = job === undefined ? [] : [taskLog(submissionOf(folder, job.submission), job.task)];
  const ends = [runFolder(folder).log, errorsPath(folder), ...ofJob].map(async (path) => {
    const text = (await readFile(path, 'utf8').catch(() => '')).trimEnd();
    const lines = text === '' ? [] : text.split('\n');
    return { path, before: Math.max(0, lines.length - maxLines), lines: lines.slice(-maxLines) };
  });
  return (await Promise.all(ends)).filter(({ lines }) => lines.length > 0);
}
