// Runs of a few seconds for the fault suite, and expectations for the files that every run leaves.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { fingerprint } from '../../src/config/fingerprint.js';
import { listCheckpoints } from '../../src/records/checkpoint-names.js';
import { loadNewestCheckpoint } from '../../src/records/checkpoints.js';
import { readMetrics } from '../../src/records/metrics-csv.js';
import { knownMetrics } from '../../src/training/metrics/registry.js';
import type { IsdaOutcome } from '../support/process.js';
import { outcomeOf, sha256Of, trainArgs } from '../support/runs.js';

export const stepsPerEpoch = 5;
const epochs = 4;
/** 5 steps per epoch, the last one smaller. */
const settings = ['dataset.subset=56', 'training.batchSize=12', `training.epochs=${epochs}`, 'training.workers=0'];

/** The command line of a run of 20 steps. */
export function smallRun(out: string, changes: readonly string[] = []): string[] {
  return trainArgs(out, [...settings, ...changes]);
}

/** Metrics, final and best checkpoint, which must be identical however the run reached its end. */
export async function wholeOutcome(run: string): Promise<object> {
  const best = (await listCheckpoints(join(run, 'checkpoints'), 'best')).at(-1)!;
  return { ...outcomeOf(run), best: best.name, bestSha256: sha256Of(join(run, 'checkpoints', best.name)) };
}

/** Expects an error for users: one message with a reason, without a stack or an unexpected error. */
export function expectPlainError(outcome: Pick<IsdaOutcome, 'exitCode' | 'stderr' | 'all'>, what: string): void {
  const about = `${what}\n${outcome.all}`;
  expect(outcome.exitCode, about).toSatisfy((code) => code === 1 || code === 2);
  expect(outcome.stderr, about).toMatch(/^error: cannot /m);
  expect(outcome.all, about).not.toMatch(/this was not expected|^ +at .*:\d+:\d+\)?$|\[object |undefined/m);
}

/** The step of the newest complete checkpoint of a run; 0 if there is none yet. */
export async function stepsKept(run: string): Promise<number> {
  if (!existsSync(join(run, 'config.yaml'))) return 0;
  const { config } = loadConfig(join(run, 'config.yaml'), { configsDirectory: run, workingDirectory: run });
  const checkpoint = await loadNewestCheckpoint(join(run, 'checkpoints'), { fingerprints: [fingerprint(config)] });
  expect(checkpoint?.warnings ?? []).toEqual([]);
  return checkpoint?.step ?? 0;
}

/** Expects metrics.csv to have a header and rows of epochs 1, 2, 3 …; a crash may leave a line incomplete. */
export async function expectWholeRows(run: string): Promise<void> {
  const path = join(run, 'metrics.csv');
  if (!existsSync(path)) return;
  const rows = await readMetrics(path, knownMetrics);
  expect(rows.map(({ epoch }) => epoch)).toEqual(rows.map((_, index) => index + 1));
}
