// cell.json: the record of one cell of a grid, written atomically.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { cannot, systemCode } from '../../common/errors.js';
import { readFailure, writeFileAtomically } from '../../common/files.js';

export const cellStates = ['planned', 'queued', 'running', 'done', 'failed', 'stopped'] as const;
/**
 * `planned`: never started. `queued`: in a cluster's queue, which knows its state. `running`: a process runs it.
 * `done`: its summary exists. `failed`: its process ended with an error. `stopped`: its process was stopped or died,
 * and the run resumes when it is run again.
 */
export type CellState = (typeof cellStates)[number];

/** A task of a job array, identified by the name of its submission (queried by the `JobLookup` of job.ts). */
const cellJob = z.strictObject({ submission: z.string(), task: z.int() });
export type CellJob = Readonly<z.output<typeof cellJob>>;

const cellRecord = z.strictObject({
  /** The row of the grid: a variant, a loss or a value. */
  row: z.string(),
  seed: z.int(),
  experiment: z.string(),
  /** One of the `fingerprints` of the resolved config (src/config/fingerprint.ts). */
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  /** Total number of epochs. */
  epochs: z.int(),
  state: z.enum(cellStates),
  /** Start of the state, ISO 8601. */
  since: z.iso.datetime(),
  /** How often the run was started or resumed. */
  attempts: z.int(),
  /** Why it failed or stopped, in one line. */
  reason: z.string().optional(),
  /** Its current or last job in a cluster's queue. */
  job: cellJob.optional(),
});
export type CellRecord = Readonly<z.output<typeof cellRecord>>;

const recordPath = (folder: string): string => join(folder, 'cell.json');

/** Formats a cell.json. */
export function formatCell(record: CellRecord): string {
  return `${JSON.stringify(record, undefined, 2)}\n`;
}

/** Reads the record of a cell's folder; undefined if there is none. Errors: it cannot be read or is not a record. */
export async function readCell(folder: string): Promise<CellRecord | undefined> {
  const path = recordPath(folder);
  try {
    return cellRecord.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (code !== undefined) throw readFailure(path, error);
    throw cannot(`read ${path}`, 'it is not the record of a run', {
      code: 'store/damaged',
      hint: 'move cell.json away; the run beside it stays and resumes',
      cause: error,
    });
  }
}

/** Replaces the record of a cell's folder. Only the holder of the cell's claim may call it. */
export async function writeCell(folder: string, record: CellRecord): Promise<void> {
  await writeFileAtomically(recordPath(folder), formatCell(record));
}
