// What TensorBoard reads from the event files of a run, a stopped run and a restarted run.
import { writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect } from 'vitest';
import { openEvents } from '../../src/records/events.js';
import { readMetrics } from '../../src/records/metrics-csv.js';
import { knownMetrics } from '../../src/training/metrics/registry.js';
import { signalHeld, startHeld } from '../support/held.js';
import { runIsda } from '../support/process.js';
import { makeData, trainArgs } from '../support/runs.js';
import { findTensorBoard, readScalars } from '../support/tensorboard.js';
import { test } from '../temporary-folder.js';

const python = findTensorBoard();
if (python === undefined) {
  console.warn('skipped: TensorBoard reading event files; set ISDA_TEST_TENSORBOARD to a Python with tensorboard');
}

const curves: Readonly<Record<string, string>> = {
  'loss/train': 'trainLoss',
  'loss/test': 'testLoss',
  'error_percent/train': 'trainError',
  'error_percent/test': 'testError',
  learning_rate: 'learningRate',
  lambda: 'lambda',
};

/** Every value of metrics.csv as float32, as events have it, at its iteration. */
async function expected(run: string): Promise<Record<string, [number, number][]>> {
  const rows = await readMetrics(join(run, 'metrics.csv'), knownMetrics);
  const entries = Object.entries(curves).map(([tag, name]): [string, [number, number][]] => [
    tag,
    rows.map((row) => [row.iteration, Math.fround(row[name]!)]),
  ]);
  return Object.fromEntries(entries);
}

describe.skipIf(python === undefined)('TensorBoard', () => {
  test('reads every value of metrics.csv, to the bit', async ({ folder }) => {
    await makeData(folder);
    expect(await runIsda(folder, trainArgs('run', ['training.epochs=3']))).toMatchObject({ exitCode: 0 });
    const scalars = await readScalars(python!, join(folder, 'run'));
    expect(scalars).toEqual(await expected(join(folder, 'run')));
    expect(scalars['loss/train']).toHaveLength(3);
  });

  test('shows no step twice of a run that was killed between its events and its checkpoint, and began anew', async ({
    folder,
  }) => {
    await makeData(folder);
    const args = trainArgs('run', ['training.epochs=5', 'output.checkpointEvery=3']);
    const held = await startHeld(folder, args, { run: 'train', line: /^epoch 2\/5/ });
    expect((await signalHeld(held, 'SIGKILL')).signal).toBe('SIGKILL');
    // Events that the killed run may have written for steps that are repeated.
    const ahead = await openEvents(folder, { now: () => 1000, host: 'box', pid: 1 });
    for (const step of [4, 8, 12, 16, 20]) await ahead.scalars(step, { 'loss/train': 99 });
    await ahead.close();
    // Older than the run's files, as if the run had been opened in another folder first.
    await rename(ahead.path, join(folder, 'run', basename(ahead.path)));
    expect(await runIsda(folder, args)).toMatchObject({ exitCode: 0 });
    expect(await readScalars(python!, join(folder, 'run'))).toEqual(await expected(join(folder, 'run')));
    expect(await runIsda(folder, [...args, '--no-resume', '--set', 'training.epochs=2'])).toMatchObject({
      exitCode: 0,
    });
    const scalars = await readScalars(python!, join(folder, 'run'));
    expect(scalars).toEqual(await expected(join(folder, 'run')));
    expect(scalars['loss/train']).toHaveLength(2);
  });

  test('reads a file whose end a crash tore, up to there', async ({ folder }) => {
    const events = await openEvents(folder, { now: () => 1_700_000_000_000, host: 'box', pid: 1 });
    await events.scalars(1, { a: 1.5 });
    await events.scalars(2, { a: 2.5 });
    await events.close();
    writeFileSync(events.path, Buffer.from([7, 0, 0, 0, 0, 0]), { flag: 'a' });
    expect(await readScalars(python!, folder)).toEqual({ a: [[1, 1.5], [2, 2.5]] }); // prettier-ignore
  });
});
