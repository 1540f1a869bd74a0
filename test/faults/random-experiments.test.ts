// Random experiments: stopped and resumed, with other reads and checkpoints, they end with the same bytes.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { experimentSchema, type ExperimentConfig } from '../../src/config/schema.js';
import { evaluateRun } from '../../src/runs/evaluate.js';
import { openRunCheckpoint } from '../../src/runs/run-checkpoint.js';
import { runExperiment } from '../../src/runs/run.js';
import { testEngine } from '../support/engine.js';
import { testRunContext } from '../support/run-context.js';
import { makeData, outcomeOf, read } from '../support/runs.js';
import { experiments, handlings } from './any-experiment.js';
import { faultSeed, scale } from './scale.js';

const engine = testEngine();
const folder = await mkdtemp(join(tmpdir(), 'isda-faults-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
await makeData(folder, 128);

/** `stops`: the numbers of steps after which a run is stopped, one process after the other. */
const cases = fc.sample(
  fc.record({
    sections: experiments,
    handling: handlings,
    other: handlings,
    stops: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 3 }),
  }),
  { seed: faultSeed('random experiments'), numRuns: scale({ short: 3, long: 40 }) },
);

type Case = (typeof cases)[number];

function configOf({ dataset, training, ...sections }: Case['sections'], handling: Case['handling']): ExperimentConfig {
  const { readEvery, ...output } = handling;
  return experimentSchema.parse({
    ...sections,
    experiment: 'random',
    dataset: { name: 'cifar10', dir: join(folder, 'data'), ...dataset },
    training: { ...training, readEvery },
    output,
  });
}

/** Trains to the end, or for some steps; the checkpoint of the stop is the end of the process. */
async function train(out: string, config: ExperimentConfig, steps = Infinity): Promise<void> {
  let asked = 0;
  const { context } = testRunContext(folder, engine, {
    stopRequested: () => (++asked >= steps ? 'SIGTERM' : undefined),
  });
  await runExperiment(config, { out, resume: true }, context).catch((error: unknown) => {
    expect(error).toMatchObject({ kind: 'stopped' });
  });
}

test.each(cases.map((one, index) => ({ ...one, index })))('experiment $index', async (one) => {
  const [whole, resumed] = ['whole', 'resumed'].map((name) => join(folder, `${name}-${one.index}`));
  await train(whole, configOf(one.sections, one.handling));
  for (const steps of one.stops) await train(resumed, configOf(one.sections, one.other), steps);
  await train(resumed, configOf(one.sections, one.other));
  expect(outcomeOf(resumed)).toEqual(outcomeOf(whole));

  // The last checkpoint is evaluated with the last row's numbers.
  const [header, ...rows] = read(resumed, 'metrics.csv').trimEnd().split('\n');
  const last = rows.at(-1)!.split(',');
  const column = (name: string): number => Number(last[header.split(',').indexOf(name)]);
  const opened = await openRunCheckpoint(resumed, { overrides: [], workingDirectory: folder });
  const { context } = testRunContext(folder, engine);
  const { values } = await evaluateRun(opened, { ...context, warn: () => undefined });
  expect([values.testError, values.testLoss]).toEqual([column('test_error'), column('test_loss')]);
  if (one.sections.training.ema !== undefined) expect(values.emaTestLoss).toBe(column('ema_test_loss'));
});
