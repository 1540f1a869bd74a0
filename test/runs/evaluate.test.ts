// Reading a run's trained network, and its error on the images of its evaluation.
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { experimentSchema } from '../../src/config/schema.js';
import { synthesize } from '../../src/data/datasets/synthetic/synthesize.js';
import type { CheckpointSelection } from '../../src/records/checkpoints.js';
import { evaluateRun } from '../../src/runs/evaluate.js';
import { openRunCheckpoint } from '../../src/runs/run-checkpoint.js';
import { runExperiment } from '../../src/runs/run.js';
import { testEngine } from '../support/engine.js';
import { testRunContext } from '../support/run-context.js';
import { makeData } from '../support/runs.js';

const engine = testEngine();
const folder = await mkdtemp(join(tmpdir(), 'isda-test-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
await makeData(folder, 64);
const { context } = testRunContext(folder, engine);
const config = experimentSchema.parse({
  experiment: 'tiny',
  dataset: { name: 'cifar10', dir: join(folder, 'data'), subset: 24, testSubset: 20 },
  model: { name: 'resnet', depth: 8 },
  loss: { name: 'cross-entropy' },
  training: { epochs: 2, batchSize: 8, evaluationBatchSize: 8 },
});
const root = join(folder, 'run');
const summary = await runExperiment(config, { out: root, resume: true }, context);

const open = (directory: string, overrides: readonly string[] = [], choice?: CheckpointSelection) =>
  openRunCheckpoint(directory, { overrides, workingDirectory: folder }, choice);

/** A copy of the run's folder, to be damaged. */
async function copyOf(name: string): Promise<string> {
  const copy = join(folder, name);
  await cp(root, copy, { recursive: true });
  return copy;
}

describe('openRunCheckpoint', () => {
  it('gives the config and the newest checkpoint, or the best', async () => {
    const newest = await open(root);
    expect(newest.config).toMatchObject({ experiment: 'tiny', training: config.training });
    expect(newest.checkpoint.path).toMatch(/\/epoch-0002-step-0000006\.safetensors$/);
    const best = await open(root, [], 'best');
    const epoch = String(summary.best.epoch).padStart(4, '0');
    expect(best.checkpoint.path).toContain(`/best-epoch-${epoch}-`);
  });

  it('finds the checkpoint also where settings are changed for now', async () => {
    const changed = await open(root, ['training.evaluationBatchSize=5', 'loss.name=isda']);
    expect(changed.config.training.evaluationBatchSize).toBe(5);
    expect(changed.checkpoint.epoch).toBe(2);
  });

  it('refuses a folder that is no run, and one without checkpoints', async () => {
    mkdirSync(join(folder, 'empty'));
    await expect(open(join(folder, 'empty'))).rejects.toThrow('cannot read the run: there is no config.yaml');
    // A link to itself cannot be read, not even by root.
    symlinkSync('config.yaml', join(folder, 'empty', 'config.yaml'));
    await expect(open(join(folder, 'empty'))).rejects.toThrow(/cannot read .*config\.yaml: ELOOP/);
    const copy = await copyOf('bare');
    rmSync(join(copy, 'checkpoints'), { recursive: true });
    await expect(open(copy)).rejects.toThrow('cannot read the run: it has no checkpoint yet');
    await expect(open(copy, [], 'best')).rejects.toThrow('cannot read the run: it has no best checkpoint');
  });

  it('passes over a damaged checkpoint with a warning, and refuses a folder of damaged ones', async () => {
    const copy = await copyOf('damaged');
    const newest = (await open(copy)).checkpoint.path;
    writeFileSync(newest, readFileSync(newest).subarray(0, 100));
    const { checkpoint } = await open(copy);
    expect(checkpoint.path).not.toBe(newest);
    expect(checkpoint.warnings).toEqual([expect.stringContaining('epoch-0002-step-0000006.safetensors is damaged')]);
    rmSync(join(copy, 'checkpoints'), { recursive: true });
    mkdirSync(join(copy, 'checkpoints'));
    writeFileSync(join(copy, 'checkpoints', 'epoch-0001-step-0000001.safetensors'), 'damaged');
    await expect(open(copy)).rejects.toThrow('cannot read the run: all checkpoints are damaged (1)');
  });

  it('loads no code that the caller does not name', async () => {
    const copy = await copyOf('own-code');
    const path = join(copy, 'config.yaml');
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace(/^model:\n(?: .*\n)+/m, 'model:\n  name: custom\n  module: ./net.mjs\n'),
    );
    await expect(open(copy)).rejects.toMatchObject({
      kind: 'usage',
      hint: `if you trust them, name them: --set model.module=${join(copy, 'net.mjs')}`,
    });
  });
});

describe('evaluateRun', () => {
  const evaluate = async (overrides: readonly string[] = [], otherImages?: string) => {
    const warnings: string[] = [];
    const warn = (line: string): void => void warnings.push(line);
    const outcome = await evaluateRun({ ...(await open(root, overrides)), otherImages }, { ...context, warn });
    return { outcome, warnings };
  };

  it('gives what the run measured at its end', async () => {
    const { outcome, warnings } = await evaluate();
    expect(warnings).toEqual([]);
    expect(outcome).toMatchObject({ images: 20, part: 'test' });
    expect(outcome.values['testError']).toBe(summary.last.testErrorPercent);
    expect(outcome.values['testLoss']).toBeCloseTo(summary.last.testLoss, 12);
    expect(Object.keys(outcome.values)).toEqual(['testLoss', 'testError']);
  });

  it('gives the same in batches of another size, the last one partial', async () => {
    const { outcome } = await evaluate(['training.evaluationBatchSize=7']);
    expect(outcome.values['testError']).toBe(summary.last.testErrorPercent);
    expect(outcome.values['testLoss']).toBeCloseTo(summary.last.testLoss, 5);
  });

  it('finds the images of the run from any directory, whatever its config and $ISDA_DATA say', async () => {
    const copy = await copyOf('elsewhere');
    const path = join(copy, 'config.yaml');
    writeFileSync(path, readFileSync(path, 'utf8').replace(/^ {2}dir: .*$/m, '  dir: data'));
    const opened = await openRunCheckpoint(copy, { overrides: [], workingDirectory: tmpdir() });
    expect(opened.config.dataset).toMatchObject({ dir: join(folder, 'data', 'cifar-10-batches-bin') });
    const own = await openRunCheckpoint(copy, { overrides: ['dataset.dir=mine'], workingDirectory: tmpdir() });
    expect(own.config.dataset).toMatchObject({ dir: 'mine' });
  });

  it('names the folder of the run where its images are gone, not one that was never there', async () => {
    const copy = await copyOf('gone');
    const [config, inputs] = [join(copy, 'config.yaml'), join(copy, 'inputs.json')];
    writeFileSync(config, readFileSync(config, 'utf8').replace(/^ {2}dir: .*$/m, '  dir: images'));
    writeFileSync(
      inputs,
      readFileSync(inputs, 'utf8').replace(/"folder": ".*"/, `"folder": "${join(folder, 'away')}"`),
    );
    const from = (workingDirectory: string) => openRunCheckpoint(copy, { overrides: [], workingDirectory });
    expect((await from(tmpdir())).config.dataset).toMatchObject({ dir: join(folder, 'away') });
    // They are found if moved together with the command's working directory.
    mkdirSync(join(copy, 'images'));
    expect((await from(copy)).config.dataset).toMatchObject({ dir: 'images' });
  });

  it('says where the images are not those of the run', async () => {
    await synthesize({ name: 'cifar10', train: 64, test: 100, classes: 10, seed: 2 }, join(folder, 'other'));
    const { outcome, warnings } = await evaluate([`dataset.dir=${join(folder, 'other')}`]);
    expect(warnings).toEqual([
      'warning: the images are not those of the run: the number of images is the same, but their checksum differs',
    ]);
    expect(outcome.images).toBe(20);
  });

  it('takes the evaluation images of another data set, and held-out ones of its own at another path', async () => {
    const [other, copied] = [join(folder, 'other'), join(folder, 'copied')];
    await cp(join(folder, 'data'), copied, { recursive: true });
    const from = (dir: string) => evaluate([`dataset.dir=${dir}`, 'dataset.holdout=16'], dir);
    const ofOther = await from(other);
    expect(ofOther.outcome).toEqual((await evaluate([`dataset.dir=${other}`])).outcome);
    expect(ofOther.outcome).toMatchObject({ images: 20, part: 'test' });
    expect(ofOther.warnings).toContain(
      `note: the evaluation images of ${other} are used, not held-out training images as in the run`,
    );
    const own = await from(copied);
    expect(own.outcome).toMatchObject({ images: 16, part: 'holdout' });
    expect(own.warnings).toEqual([]);
    // Numbers of images are those of the run's data set: another one may have fewer.
    const few = ['dataset.subset=60', 'dataset.testSubset=100', `dataset.dir=${join(folder, 'few')}`];
    await synthesize({ name: 'cifar10', train: 40, test: 30, classes: 10, seed: 3 }, join(folder, 'few'));
    expect((await evaluate(few, join(folder, 'few'))).outcome).toMatchObject({ images: 30, part: 'test' });
  });

  it('refuses the same images whose classes have the names of others, and a run does not resume with them', async () => {
    const moved = join(folder, 'moved');
    await synthesize({ name: 'cifar10', train: 64, test: 100, classes: 10, seed: 1 }, moved);
    const names = join(moved, 'cifar-10-batches-bin', 'batches.meta.txt');
    writeFileSync(names, readFileSync(names, 'utf8').replace('synthetic_0\nsynthetic_1', 'synthetic_1\nsynthetic_0'));
    const text = '"synthetic_1" is class 0 and was class 1, "synthetic_0" is class 1 and was class 0';
    await expect(evaluate([`dataset.dir=${moved}`])).rejects.toMatchObject({
      code: 'data/changed',
      message: expect.stringContaining(text) as string,
    });
    const going = runExperiment(
      { ...config, dataset: { ...config.dataset, dir: moved } as typeof config.dataset },
      { out: await copyOf('goes-on'), resume: true },
      context,
    );
    await expect(going).rejects.toMatchObject({
      code: 'data/changed',
      message: expect.stringContaining(text) as string,
    });
    rmSync(names);
    expect((await evaluate([`dataset.dir=${moved}`])).warnings).toEqual([]);
  });
});
