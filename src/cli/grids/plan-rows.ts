// Estimates and progress of a grid's rows, with totals, as values and as text.
import pMap from 'p-map';
import { maxOpenFiles } from '../../common/files.js';
import { counted, formatBytes, formatDuration } from '../../common/format.js';
import type { ExperimentConfig } from '../../config/schema.js';
import { timeWithJobs, type RunEstimate } from '../../grids/plan/estimate.js';
import { findCell, type Cell } from '../../grids/store/store.js';
import { viewInList } from '../../grids/store/view.js';
import { foldedTable, wrapText } from '../terminal/fold.js';

/** A row of a grid: runs of one config on several seeds. */
export interface PlanRow extends RunEstimate {
  readonly row: string;
  readonly runs: number;
  readonly done: number;
  readonly epochs: number;
  /** Remaining epochs of each run that is not done. */
  readonly epochsLeft: readonly number[];
  readonly secondsPerRun?: number;
}

/** Returns the remaining epochs of a cell. */
export async function epochsLeft(root: string, cell: Cell, now: () => number): Promise<number> {
  const { epochs } = cell.config.training;
  const stored = await findCell(root, cell);
  const view = stored && (await viewInList(root, stored.name, now));
  if (view?.state === 'done') return 0;
  // A run with all epochs may still lack its evaluation and summary.
  return Math.max(0, epochs - (view?.epochsDone ?? 0));
}

/** Estimates the rows of a grid, each by its first cell. `leftOf` returns the remaining epochs of a cell. */
export async function planRows(
  cells: readonly Cell[],
  leftOf: (cell: Cell) => Promise<number>,
  estimate: (config: ExperimentConfig) => Promise<RunEstimate>,
): Promise<readonly PlanRow[]> {
  const rows: PlanRow[] = [];
  for (const row of new Set(cells.map((cell) => cell.row))) {
    const own = cells.filter((cell) => cell.row === row);
    const left = await pMap(own, leftOf, { concurrency: maxOpenFiles });
    const estimated = await estimate(own[0].config);
    const { epochs } = own[0].config.training;
    const { secondsPerEpoch } = estimated;
    rows.push({
      ...{ row, runs: own.length, done: left.filter((more) => more === 0).length, epochs },
      ...estimated,
      epochsLeft: left.filter((more) => more > 0),
      secondsPerRun: secondsPerEpoch === undefined ? undefined : secondsPerEpoch * epochs,
    });
  }
  return rows;
}

interface PlanTotals {
  readonly runs: number;
  readonly done: number;
  readonly jobs: number;
  /** Total seconds of the runs with an estimate, one after the other. */
  readonly seconds: number;
  /** Seconds with concurrent runs. */
  readonly secondsWithJobs: number;
  /** Number of remaining runs without an estimate. */
  readonly unknown: number;
  /** Total over all runs when finished. */
  readonly diskBytes: number;
  /** That of the largest step, times the number of jobs. */
  readonly memoryBytes: number;
}

export function planTotals(rows: readonly PlanRow[], jobs: number): PlanTotals {
  const times = rows.flatMap(({ secondsPerEpoch, epochsLeft: left }) =>
    secondsPerEpoch === undefined ? [] : left.map((epochs) => epochs * secondsPerEpoch),
  );
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const left = sum(rows.map(({ runs, done }) => runs - done));
  return {
    runs: sum(rows.map(({ runs }) => runs)),
    done: sum(rows.map(({ done }) => done)),
    jobs,
    seconds: sum(times),
    secondsWithJobs: timeWithJobs(times, jobs),
    unknown: left - times.length,
    diskBytes: sum(rows.map(({ runs, diskBytes }) => runs * (diskBytes ?? 0))),
    memoryBytes: jobs * Math.max(0, ...rows.map(({ memoryBytes }) => memoryBytes ?? 0)),
  };
}

const milliseconds = (value: number): string =>
  value < 9950 ? `${value.toFixed(0)} ms` : formatDuration(value / 1000);

function textOf(row: PlanRow): readonly string[] {
  const { step, images, secondsPerEpoch, secondsPerRun, memoryBytes, diskBytes, runs, done } = row;
  return [
    row.row,
    done === 0 ? String(runs) : `${runs - done}/${runs}`,
    images === undefined ? '-' : String(images.train),
    step === undefined ? '-' : `${step.scaled ? '~' : ''}${milliseconds(step.training)}`,
    secondsPerEpoch === undefined ? '-' : formatDuration(secondsPerEpoch),
    secondsPerRun === undefined ? '-' : formatDuration(secondsPerRun),
    memoryBytes === undefined ? '-' : formatBytes(memoryBytes),
    diskBytes === undefined ? '-' : formatBytes(runs * diskBytes),
  ];
}

/** Maximum ratio of step times on an idle machine. */
const busySpread = 1.5;

interface PlanTextOptions {
  /** Width in columns of text. */
  readonly width: number;
  /** `cpu: …`; undefined if no step was measured. */
  readonly device?: string;
  /** Timed steps of each measurement. */
  readonly steps: number;
}

/** Formats the total time: nothing is said to take no time because its time is unknown. */
function timeText({ runs, done, jobs, seconds, secondsWithJobs, unknown }: PlanTotals): string {
  if (unknown > 0 && unknown === runs - done) return 'time unknown';
  return [
    `${formatDuration(seconds)} one after the other`,
    ...(jobs === 1 ? [] : [`${formatDuration(secondsWithJobs)} with --jobs ${jobs}`]),
    ...(unknown === 0 ? [] : [`without ${counted(unknown, 'run')} whose time is unknown`]),
  ].join(', ');
}

/** Formats the plan as text: rows, totals, and an explanation of the numbers. */
export function planText(
  rows: readonly PlanRow[],
  totals: PlanTotals,
  { width, device, steps }: PlanTextOptions,
): string {
  const { runs, done, jobs, diskBytes, memoryBytes } = totals;
  const header = ['row', 'runs', 'images', 'step', 'epoch', 'a run', 'memory', 'disk'];
  const notes = rows.map(({ reason, tooLarge }) => [
    ...(reason === undefined ? [] : [reason]),
    ...(tooLarge === true && reason === undefined ? ['a run needs more memory than is free now'] : []),
  ]);
  const scaled = rows.some(({ step }) => step?.scaled === true);
  const space = [
    ...(diskBytes === 0 ? [] : [`at most ${formatBytes(diskBytes)} of disk`]),
    ...(memoryBytes === 0 ? [] : [`${formatBytes(memoryBytes)} of memory${jobs === 1 ? '' : ` with ${jobs} at once`}`]),
  ];
  const spread = Math.max(...rows.map(({ step }) => step?.spread ?? 1));
  const absent = rows.filter(({ images }) => images?.counted === false).length;
  const feet = [
    [`${counted(runs, 'run')}${done === 0 ? '' : `, ${done} done`}: ${timeText(totals)}`, ...space].join('; '),
    ...(device === undefined
      ? []
      : [
          `step: time of one full batch, the fastest of up to ${steps}, measured just now on ${device}${jobs === 1 ? '' : `, with the threads of one of several concurrent runs`}${scaled ? '; ~: measured with fewer images and scaled' : ''}. epoch: training and evaluation; making batches and writing checkpoints are not counted.`,
        ]),
    ...(spread < busySpread
      ? []
      : [
          `The slowest measured step took ${spread.toFixed(1)} times as long as the fastest: the machine is busy, but the times apply to an idle machine.`,
        ]),
    'memory: computed for a training step; kernels and the program itself need additional memory. disk: upper bound for the newest checkpoints and the best one, which finished runs keep.',
    ...(absent === 0 ? [] : ['Some data sets are missing here: their official numbers of images were used.']),
  ];
  return [
    foldedTable(header, rows.map(textOf), width, notes),
    '',
    ...feet.map((foot) => wrapText(foot, Math.min(width, 100))),
  ].join('\n');
}
