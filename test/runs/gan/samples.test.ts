// How often the training of a generator draws samples, and of which classes.
import { join } from 'node:path';
import { expect } from 'vitest';
import { ganConfigSchema } from '../../../src/config/gan.js';
import type { Engine } from '../../../src/engine/index.js';
import { sampleFunction } from '../../../src/gan/sampler.js';
import { loadGenerator } from '../../../src/gan/stored.js';
import { trainGenerators } from '../../../src/runs/gan/generators.js';
import { testEngine } from '../../support/engine.js';
import { testRunContext } from '../../support/run-context.js';
import { makeData, read } from '../../support/runs.js';
import { test } from '../../temporary-folder.js';

const engine = testEngine();

const pictures = { grid: () => Promise.resolve(new Uint8Array(1)), losses: () => '' };
const showProgress = () => ({ iteration: () => {}, print: () => {}, line: () => {}, stop: () => {} });

/** The engine, and the functions called in its sessions. */
function recordingEngine() {
  const calls: string[] = [];
  const createSession: Engine['createSession'] = (...args) => {
    const session = engine.createSession(...args);
    const call: typeof session.call = (name, inputs) => {
      calls.push(name);
      return session.call(name, inputs);
    };
    return { ...session, call };
  };
  return { engine: { ...engine, createSession }, calls };
}

test('samples are drawn once where losses and pictures of an iteration need them', async ({ folder }) => {
  await makeData(folder, 64);
  const recording = recordingEngine();
  const { context } = testRunContext(folder, recording.engine);
  const config = ganConfigSchema.parse({
    experiment: 'tiny',
    gan: { name: 'acgan', generatorWidth: 2, discriminatorWidth: 2 },
    dataset: { name: 'cifar10', dir: join(folder, 'data') },
    training: { iterations: 6, batchSize: 8 },
    output: { lossesEvery: 2, samplesEvery: 3 },
  });
  const options = { out: join(folder, 'run'), resume: true };
  await trainGenerators(config, options, { ...context, pictures, showProgress });
  expect(
    read(join(folder, 'run'), 'losses.csv')
      .split('\n')
      .map((line) => line.split(',')[0]),
  ).toEqual(
    ['iteration', '2', '4', '6', ''], // prettier-ignore
  );
  // After iterations 2, 3, 4 and 6; 6 is due for both reasons.
  expect(recording.calls.filter((name) => name === sampleFunction)).toHaveLength(4);
});

test('a generator is of the classes that the subset of the images has', async ({ folder }) => {
  await makeData(folder, 64);
  const { context } = testRunContext(folder, engine);
  const config = ganConfigSchema.parse({
    experiment: 'tiny',
    gan: { name: 'acgan', generatorWidth: 2, discriminatorWidth: 2 },
    dataset: { name: 'cifar10', dir: join(folder, 'data'), subset: 6 },
    training: { iterations: 1, batchSize: 4, execution: 'eager' },
  });
  const out = join(folder, 'run');
  const [summary] = await trainGenerators(config, { out, resume: true }, { ...context, pictures, showProgress });
  const { trainedClasses } = await loadGenerator(out);
  expect(trainedClasses).toHaveLength(6);
  expect(summary.classes).toEqual(trainedClasses);
});
