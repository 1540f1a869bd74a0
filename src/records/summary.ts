// summary.json: the results of a run, with a checksum that reveals changes.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { cannot, systemCode } from '../common/errors.js';
import { readFailure, writeFileAtomically } from '../common/files.js';
import { meanOf } from '../common/statistics/samples.js';
import { dataFacts, weightsFacts } from './inputs.js';
import {
  isEvaluated,
  jsonKeyOf,
  lastEpochs,
  type EvaluatedRow,
  type KnownColumns,
  type MetricsColumn,
  type MetricsRow,
} from './metrics-columns.js';
import { columnsIn, metricsDigest } from './metrics-csv.js';

const epochOutcome = z
  .object({
    epoch: z.int(),
    trainLoss: z.number(),
    trainErrorPercent: z.number(),
    testLoss: z.number(),
    testErrorPercent: z.number(),
  })
  // Metrics of some runs, such as `testErrorTop5Percent`.
  .catchall(z.number());
/** The outcome of one epoch by `jsonKeyOf`; errors in percent. */
type EpochOutcome = Readonly<z.output<typeof epochOutcome>>;

const runSummary = z.object({
  experiment: z.string(),
  /** Completed epochs. */
  epochs: z.int(),
  last: epochOutcome,
  /** The first epoch with the lowest test error among those that were evaluated. */
  best: epochOutcome,
  /** Mean test error of the last ten epochs, or of all if there are fewer: the number that the paper reports. */
  last10MeanTestErrorPercent: z.number(),
  /** The same for the top-5 error, with more than 10 classes. */
  last10MeanTestErrorTop5Percent: z.number().optional(),
  parameters: z.int(),
  /** Multiply-adds of one image's forward pass. */
  multiplyAdds: z.number(),
  /** Total time of all epochs. */
  seconds: z.number(),
  /** Share of the time of training steps spent waiting for batches, in the process that ended the run. */
  dataWaitPercent: z.number().optional(),
  /** Broken images that the last evaluation left out; absent if there were none. */
  evaluationImagesLeftOut: z.int().optional(),
  /** The images of the run. Absent in summaries of earlier versions. */
  data: dataFacts.optional(),
  /** The file of its initial weights; absent in runs from scratch. */
  weights: weightsFacts.optional(),
  /** Digests of the settings (`fingerprint` of the config) and of the metrics (`metricsDigest`) of the run. */
  of: z.object({ settings: z.string(), metrics: z.string() }).optional(),
});
export type RunSummary = Readonly<z.output<typeof runSummary>>;

export interface RunFacts extends Pick<
  RunSummary,
  'experiment' | 'parameters' | 'multiplyAdds' | 'dataWaitPercent' | 'evaluationImagesLeftOut' | 'data' | 'weights'
> {
  /** `fingerprint` of the config. */
  readonly settings?: string;
}

/** Returns the results of an epoch. */
function outcomeOf(row: EvaluatedRow, columns: readonly MetricsColumn[]): EpochOutcome {
  const computed = columns.filter(({ kind }) => kind === 'training' || kind === 'evaluation');
  const entries = computed.map((column) => [jsonKeyOf(column), row[column.name]]);
  return { epoch: row.epoch, ...Object.fromEntries(entries) } as EpochOutcome;
}

/** Returns the means over the last epochs, of metrics that request it and were measured in each. */
function lastTenMeans(rows: readonly MetricsRow[], columns: readonly MetricsColumn[]): Record<string, number> {
  const means = columns.flatMap((column): [string, number][] => {
    const values = rows.flatMap((row) => row[column.name] ?? []);
    if (column.lastTenMean !== true || values.length < rows.length) return [];
    const key = jsonKeyOf(column);
    return [[`last10Mean${key[0].toUpperCase()}${key.slice(1)}`, meanOf(values)]];
  });
  return Object.fromEntries(means);
}

/** Summarizes the rows of a run's metrics.csv. Errors: there are no rows; one of the last ten was not evaluated. */
export function summarize(facts: RunFacts, rows: readonly MetricsRow[], known: KnownColumns): RunSummary {
  const end = rows.slice(-lastEpochs).filter(isEvaluated);
  const last = end.at(-1);
  if (last === undefined) throw cannot('summarize the run', 'no epoch has been completed', { code: 'run/incomplete' });
  if (end.length < Math.min(lastEpochs, rows.length)) {
    throw cannot('summarize the run', `not all of its last ${lastEpochs} epochs were evaluated`, {
      code: 'run/incomplete',
    });
  }
  const best = rows.filter(isEvaluated).reduce((lowest, row) => (row.testError < lowest.testError ? row : lowest));
  const columns = columnsIn(rows, known);
  return {
    experiment: facts.experiment,
    epochs: rows.length,
    last: outcomeOf(last, columns),
    best: outcomeOf(best, columns),
    last10MeanTestErrorPercent: meanOf(end.map(({ testError }) => testError)),
    ...lastTenMeans(end, columns),
    parameters: facts.parameters,
    multiplyAdds: facts.multiplyAdds,
    seconds: rows.reduce((sum, row) => sum + row.seconds, 0),
    ...(facts.dataWaitPercent === undefined ? {} : { dataWaitPercent: facts.dataWaitPercent }),
    ...(facts.evaluationImagesLeftOut === undefined ? {} : { evaluationImagesLeftOut: facts.evaluationImagesLeftOut }),
    ...(facts.data === undefined ? {} : { data: dataFacts.parse(facts.data) }),
    ...(facts.weights === undefined ? {} : { weights: facts.weights }),
    ...(facts.settings === undefined ? {} : { of: { settings: facts.settings, metrics: metricsDigest(rows, known) } }),
  };
}

/** Facts that only the process that ended a run has. */
const lastProcess = z.object({
  dataWaitPercent: z.number().optional().catch(undefined),
  evaluationImagesLeftOut: z.int().optional().catch(undefined),
});
export type LastProcess = Readonly<z.output<typeof lastProcess>>;

/** Reads these facts from a summary.json; empty if the file is missing or damaged. */
export async function readLastProcess(path: string): Promise<LastProcess> {
  const text = await readFile(path, 'utf8').catch(() => '{}');
  try {
    return lastProcess.catch({}).parse(JSON.parse(text));
  } catch {
    return {};
  }
}

/** Returns the SHA-256 (hex) of all fields except the checksum, in the file's order. */
const sealOf = (content: object): string =>
  createHash('sha256')
    .update(JSON.stringify({ ...content, sha256: undefined }))
    .digest('hex');

/** Returns the text of summary.json with its checksum. */
export const formatSummary = (summary: RunSummary): string =>
  `${JSON.stringify({ ...summary, sha256: sealOf(summary) }, undefined, 2)}\n`;

/** Writes summary.json. */
export async function writeSummary(path: string, summary: RunSummary): Promise<void> {
  await writeFileAtomically(path, formatSummary(summary));
}

const hint = 'move summary.json away; the run writes it again from its metrics';

/** Files of earlier versions have no checksum. The schema is strict, so that a damaged key is refused. */
const unsealed = z.strictObject(runSummary.shape);
const sealed = z.looseObject({ ...runSummary.shape, sha256: z.string() });

function parseSummary(text: string, path: string): RunSummary {
  try {
    const content = JSON.parse(text) as object;
    const found = sealed.safeParse(content);
    if (!found.success) return unsealed.parse(content);
    const { sha256, ...summary } = found.data;
    if (sealOf(content) === sha256) return summary;
  } catch (error) {
    throw cannot(`read ${path}`, 'it is not the summary of a run', { code: 'summary/damaged', hint, cause: error });
  }
  throw cannot(`read ${path}`, 'it was changed since the run wrote it, or is damaged', {
    code: 'summary/damaged',
    hint,
  });
}

/** Reads summary.json; undefined if there is none. Errors: it cannot be read, is not a summary, or was changed. */
export async function readSummary(path: string): Promise<RunSummary | undefined> {
  try {
    return parseSummary(await readFile(path, 'utf8'), path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw systemCode(error) === undefined ? error : readFailure(path, error);
  }
}
