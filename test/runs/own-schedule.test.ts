// Custom learning-rate schedules: the example against PyTorch, warm-up, errors, and the identity of a run.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { fingerprint } from '../../src/config/fingerprint.js';
import { experimentSchema } from '../../src/config/schema.js';
import { loadSchedule } from '../../src/runs/own-schedule.js';
import { customScheduleOptions } from '../../src/training/schedules/custom.js';
import { projectRoot } from '../config/support.js';
import { test } from '../temporary-folder.js';

const optionsOf = (module: string, more: object = {}) =>
  customScheduleOptions.parse({ name: 'custom', module, ...more });

/** A file whose `learningRateFactor` has the given body. */
function fileOf(folder: string, body: string): string {
  const path = join(folder, 'own.mjs');
  writeFileSync(
    path,
    `export const createSchedule = ({ options, learningRate }) => ({\n  learningRateFactor: (progress) => ${body},\n});\n`,
  );
  return path;
}

const moment = { epoch: 2, epochs: 3, iteration: 5, iterationsPerEpoch: 4 };

describe('examples/one-cycle.js', () => {
  // PyTorch 2.15: OneCycleLR(max_lr=0.2, total_steps=20), each rate divided by 0.2.
  const expected = [
    ...[0.040000000000000036, 0.13167184270002533, 0.37167184270002523, 0.6683281572999746, 0.9083281572999747, 1],
    ...[0.9874640062350873, 0.9504846320134738, 0.89091617757105, 0.8117456539497631, 0.7169430017913009],
    ...[0.6112620219362893, 0.500002, 0.3887419780637107, 0.2830609982086992, 0.188258346050237],
    ...[0.10908782242895003, 0.049519367986526286, 0.012539993764912554, 4e-6],
  ];

  test('has the rates of PyTorch’s OneCycleLR', async () => {
    const schedule = await loadSchedule(optionsOf(join(projectRoot, 'examples/one-cycle.js')), 0.2);
    for (const [iteration, factor] of expected.entries()) {
      const at = { epoch: 1 + Math.floor(iteration / 5), epochs: 4, iteration, iterationsPerEpoch: 5 };
      expect(schedule.factorAt(at)).toBeCloseTo(factor, 14);
      expect(schedule.rateAt(at)).toBeCloseTo(0.2 * factor, 14);
    }
  });
});

describe('a custom schedule', () => {
  test('receives its options, the initial rate and the progress from 0', async ({ folder }) => {
    const given = '{ ...progress, ...options, learningRate }';
    const expected = { iteration: 5, totalIterations: 12, epoch: 1, totalEpochs: 3, power: 2, learningRate: 0.5 };
    const module = fileOf(folder, `JSON.stringify(${given}) === '${JSON.stringify(expected)}' ? 0.25 : 1`);
    const { rateAt, factorAt } = await loadSchedule(optionsOf(module, { options: { power: 2 } }), 0.5);
    expect([factorAt(moment), rateAt(moment)]).toEqual([0.25, 0.125]);
  });

  test('may be 0, and is warmed up like any other', async ({ folder }) => {
    const module = fileOf(folder, 'progress.epoch === 1 ? 0.5 : 0');
    const { rateAt, warnings } = await loadSchedule(optionsOf(module, { warmupEpochs: 2 }), 1);
    expect(rateAt(moment)).toBe((0.5 * 6) / 8);
    expect(rateAt({ ...moment, epoch: 3, iteration: 8 })).toBe(0);
    expect(warnings!(1)).toEqual([
      'schedule.warmupEpochs 2 exceeds the 1 epoch of the run: the rate never reaches its full value',
    ]);
  });

  test.for([
    ['-0.1', 'the result is -0.1, expected 0 or more', false],
    ['0 / 0', 'the result is NaN, expected a finite number', false],
    ["'0.1'", 'the result is a string, expected a finite number', false],
    ['progress.nothing.x', "Cannot read properties of undefined (reading 'x')", true],
  ] as const)('names its file if it returns %s', async ([body, reason, hasLine], { folder }) => {
    const module = fileOf(folder, body);
    const { rateAt } = await loadSchedule(optionsOf(module), 0.1);
    expect(() => rateAt(moment)).toThrow(
      expect.objectContaining({
        message: `cannot compute the learning rate of the schedule of ${module}: ${reason}`,
        place: hasLine ? (expect.stringMatching(/own\.mjs:2:\d+\n/) as string) : undefined,
      }),
    );
  });

  test('must have a function', async ({ folder }) => {
    const path = join(folder, 'own.mjs');
    writeFileSync(path, 'export const createSchedule = () => ({});\n');
    await expect(loadSchedule(optionsOf(path), 0.1)).rejects.toThrow('is not complete: learningRateFactor: expected a');
  });

  test('is part of the identity of an experiment, with its options', () => {
    const of = (more: object) =>
      fingerprint(experimentSchema.parse({ experiment: 'x', schedule: { name: 'custom', module: '/a.js', ...more } }));
    const all = [{}, { module: '/b.js' }, { options: { power: 2 } }, { warmupEpochs: 1 }].map(of);
    expect(new Set(all).size).toBe(4);
    expect(of({ options: {}, warmupEpochs: 0 })).toBe(all[0]);
  });
});
