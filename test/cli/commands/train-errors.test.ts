// What `isda train` says and does where something is wrong: the message, the exit code, and nothing lost.
import { appendFileSync, existsSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { nvidiaDriver } from '../../../src/install/driver.js';
import { runCli, runHere } from '../../support/cli.js';
import { runIsda } from '../../support/process.js';
import { checkpointsOf, contentOf, makeData, metricsOf, read, trainArgs } from '../../support/runs.js';

const configs = fileURLToPath(new URL('../../../configs/', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'isda-test-'));
await makeData(folder, 256);
const trained = await runHere(folder, trainArgs('run'));
if (trained.exitCode !== 0) throw new Error(trained.all);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A folder of its own with a copy of the data, or of the finished run. */
async function copyOf(what: 'data' | 'run', name: string): Promise<string> {
  await cp(join(folder, what), join(folder, name), { recursive: true });
  return join(folder, name);
}

/** Expects a command line to be refused with a message, and everything there to stay as it was. */
async function refused(args: readonly string[], code: number, message: readonly string[]): Promise<void> {
  const before = contentOf(folder);
  const outcome = await runCli(folder, args, {});
  expect(outcome.stderr).toBe(`${message.join('\n')}\n`);
  expect(outcome).toMatchObject({ code, stdout: '' });
  const logs = Object.keys(contentOf(folder)).filter((path) => path.endsWith('log.txt'));
  expect(contentOf(folder, logs)).toEqual(
    Object.fromEntries(Object.entries(before).filter(([path]) => !logs.includes(path))),
  );
}

const startOver = '  hint: choose another folder with --out';

describe('a wrong config', () => {
  const tiny = `${configs}smoke/tiny-isda.yaml`;

  it('with an unknown key', () =>
    refused(trainArgs('run', ['loss.lamda0=1']), 2, [
      `error: cannot use config ${tiny}: unknown key loss.lamda0`,
      '  --set loss.lamda0=1',
      '             ^^^^^^',
      '  hint: did you mean loss.lambda0?',
    ]));

  it('with an unknown key in a file', async () => {
    writeFileSync(join(folder, 'mine.yaml'), 'training:\n  epoch: 3\n');
    await refused(['train', '--config', 'mine.yaml', '--out', 'run'], 2, [
      'error: cannot use config mine.yaml: unknown key training.epoch',
      '  mine.yaml:2:3',
      '    2 |   epoch: 3',
      '      |   ^^^^^',
      '  hint: did you mean epochs?',
    ]);
  });

  it('with a value of the wrong type', () =>
    refused(trainArgs('run', ['training.epochs=ten']), 2, [
      `error: cannot use config ${tiny}: training.epochs: expected an integer of at least 1, got "ten"`,
      '  --set training.epochs=ten',
      '                        ^^^',
    ]));

  it('that is not there', () =>
    refused(trainArgs('run', [], 'tiny-isdaa'), 2, [
      'error: cannot use config tiny-isdaa: there is no such file, and no config of that name',
      '  hint: did you mean smoke/tiny-isda?',
    ]));
});

describe('wrong data', () => {
  it('that is not there', () =>
    refused(trainArgs('run', ['dataset.dir=nothing']), 1, [
      'error: cannot find CIFAR-10: no searched folder contains any of its files (data_batch_1.bin, test_batch.bin, …)',
      `  looked in ${join(folder, 'nothing')}`,
      `  looked in ${join(folder, 'nothing', 'cifar-10-batches-bin')}`,
      '  hint: `isda data download cifar10` gets it; --set dataset.dir=DIR or ISDA_DATA=DIR sets its folder (a relative DIR is resolved against the working directory)',
    ]));

  const again =
    '  hint: the file may be damaged or have another format; `isda data download cifar10 --out DIR` gets the official files';

  it('that is cut off', async () => {
    const file = join(await copyOf('data', 'cut'), 'cifar-10-batches-bin', 'data_batch_3.bin');
    truncateSync(file, 3073 * 50 + 100);
    await refused(trainArgs('new', ['dataset.dir=cut']), 1, [
      'error: cannot read CIFAR-10: the file is cut off at byte 153750: record 50 has 100 of its 3073 bytes (bytes 153650 … 156722)',
      `  ${file}`,
      again,
    ]);
  });

  it('with a label out of range', async () => {
    const file = join(await copyOf('data', 'label'), 'cifar-10-batches-bin', 'test_batch.bin');
    appendFileSync(file, Buffer.alloc(3073, 10));
    await refused(trainArgs('new', ['dataset.dir=label']), 1, [
      'error: cannot read CIFAR-10: record 100 has the label 10; allowed are 0 … 9',
      `  ${file}`,
      again,
    ]);
  });
});

describe('a run folder that cannot be used', () => {
  it('with a checkpoint of another experiment', async () => {
    const place = `  ${join(folder, 'run', 'checkpoints', 'epoch-0002-step-0000008.safetensors')}`;
    const message = (changes: string): string[] => [
      `error: cannot resume: the checkpoint belongs to another experiment${changes}`,
      place,
      startOver,
    ];
    const otherLoss =
      ' (loss.name isda → cross-entropy, loss.covariance full → none, loss.lambda0 0.5 → none and 2 more)';
    await refused(trainArgs('run', [], 'tiny-cross-entropy'), 1, message(otherLoss));
    const run = join(folder, 'run');
    await refused(trainArgs('run', ['training.epochs=3']), 1, [
      'error: cannot resume: with training.epochs 2 → 3, the lambda of epoch 1 would have been 0.125, but was 0.1875',
      `  ${run}`,
      `  hint: a new run can start from its weights: \`isda export --run ${run} --out weights.safetensors\`, then ` +
        '`isda train --config CONFIG --set model.weights=weights.safetensors --out FOLDER`; ' +
        'or choose another folder with --out',
    ]);
    // A config that is not that of the checkpoint, or none, says nothing of it.
    const config = join(folder, 'run', 'config.yaml');
    const own = read(config);
    for (const text of [own.replace('lambda0: 0.5', 'lambda0: 0.25'), '{']) {
      writeFileSync(config, text);
      await refused(trainArgs('run', ['training.epochs=3']), 1, message(''));
    }
    writeFileSync(config, own);
  });

  it('with metrics that were changed: nothing is said of the run before', async () => {
    const metrics = join(await copyOf('run', 'changed'), 'metrics.csv');
    const [header, ...rows] = read(metrics).split('\n');
    writeFileSync(metrics, [header, rows[1].replace(/^2/, '1'), ...rows.slice(1)].join('\n'));
    await refused(trainArgs('changed'), 1, [
      'error: cannot resume: the metrics were changed since the checkpoint was written, or are damaged',
      `  ${metrics}:2`,
      startOver,
    ]);
  });

  it('with none but damaged checkpoints', async () => {
    const checkpoints = join(await copyOf('run', 'damaged'), 'checkpoints');
    const files = readdirSync(checkpoints).sort();
    for (const file of files) truncateSync(join(checkpoints, file), 9000);
    writeFileSync(join(checkpoints, files[0]), '');
    // By their place in the run; of one that is also the best, that comes after.
    const place = (file: string): string => file.replace('best-', '');
    const order = files.toSorted((a, b) => place(a).localeCompare(place(b))).reverse();
    const lines = order.map((file) => `  the checkpoint ${file} is damaged and not used (cannot read safetensors: `); // prettier-ignore
    const outcome = await runCli(folder, trainArgs('damaged'), {});
    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    const [first, where, ...rest] = outcome.stderr.trimEnd().split('\n');
    expect([first, where]).toEqual([
      `error: cannot resume: all checkpoints are damaged (${files.length})`,
      `  ${checkpoints}`,
    ]);
    expect(rest.map((line, index) => line.slice(0, lines[index]?.length))).toEqual([...lines, startOver]);
    expect(readdirSync(checkpoints).sort()).toEqual(files);
  });

  it('that is a file, or below one', async () => {
    const file = join(folder, 'run', 'config.yaml');
    await refused(trainArgs(file), 1, [
      `error: cannot create the folder ${file}: a file of that name exists`,
      '  hint: choose another name',
    ]);
    await refused(trainArgs(join(file, 'run')), 1, [
      `error: cannot create the folder ${file}/run: a part of its path is a file, not a folder`,
      '  hint: check the path',
    ]);
  });

  it('that another process uses', async () => {
    const lock = join(await copyOf('run', 'used'), '.lock');
    writeFileSync(lock, `{"pid":1,"host":"elsewhere","start":"5"}`);
    await refused(trainArgs('used', []), 1, [
      'error: cannot use the run folder: process 1 on elsewhere is training in it',
      `  ${lock}`,
      `  hint: wait for it or choose another folder with --out; if no such process exists, delete ${lock}`,
    ]);
    expect(hostname()).not.toBe('elsewhere');
  });
});

describe('a device or engine that is not there', () => {
  mkdirSync(join(folder, 'empty'));
  const bare = { ISDA_HOME: join(folder, 'empty'), ISDA_LIBTENSORFLOW: undefined };

  it.runIf(nvidiaDriver(process.env) === undefined)(
    'cuda without a driver: nothing is fetched, and --no-resume has deleted nothing yet',
    async () => {
      const before = contentOf(join(folder, 'run'), ['log.txt']);
      const args = [...trainArgs('run', ['training.device=cuda']), '--no-resume'];
      const outcome = await runIsda(folder, args, { ...bare, CUDA_VISIBLE_DEVICES: undefined });
      expect(outcome.exitCode).toBe(1);
      expect(outcome.all).toBe(
        [
          'error: cannot use the device cuda: there is no NVIDIA driver',
          '  NVIDIA driver: not found (/proc/driver/nvidia/version, libcuda.so.1)',
          '  CUDA_VISIBLE_DEVICES: not set',
          '  hint: install the NVIDIA driver, or use the device auto or cpu',
        ].join('\n'),
      );
      expect(contentOf(join(folder, 'run'), ['log.txt'])).toEqual(before);
    },
  );

  it('an engine that cannot be set up for want of a compiler', async () => {
    const outcome = await runIsda(folder, trainArgs('new'), { ...bare, PATH: '/nonexistent', CXX: undefined });
    expect(outcome.exitCode).toBe(1);
    expect(outcome.all).toBe(
      [
        'error: cannot compile the engine binding: no C++ compiler: looked for $CXX, g++, c++ and clang++',
        '  hint: install one: Debian and Ubuntu: apt-get install g++; Fedora: dnf install gcc-c++; Alpine is not supported',
      ].join('\n'),
    );
    expect(existsSync(join(folder, 'new'))).toBe(false);
  });
});

describe('a loss that is not a number', () => {
  it('stops the run in the first epoch with the metric and the step', async () => {
    const outcome = await runHere(folder, trainArgs('nan', ['optimizer.learningRate=1e6']));
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stderr).toMatch(
      /^error: cannot continue training: train_loss is (NaN|Infinity) at epoch 1, step [234] of 4\n {2}there is no earlier checkpoint\n {2}hint: try a lower optimizer\.learningRate, or with ISDA a lower loss\.lambda0, in another folder \(--out\)$/,
    );
    expect(read(folder, 'nan', 'log.txt')).toMatch(/Z cannot continue training: train_loss is \w+ at epoch 1, step/);
  });

  it('leaves the checkpoints and the metrics of the epochs before', async () => {
    // Weights grow manifold each step, and overflow in the third epoch or near it.
    const growing = ['optimizer.weightDecay=60', 'training.epochs=6', 'schedule.milestones=[9]'];
    const outcome = await runHere(folder, trainArgs('growing', growing, 'tiny-cross-entropy'));
    expect(outcome.exitCode).toBe(1);
    const run = join(folder, 'growing');
    const epochs = checkpointsOf(run).map((name) => Number(name.slice(6, 10)));
    expect(outcome.stderr).toMatch(/^error: cannot continue training: \S+ is (NaN|-?Infinity) (at|after|since) /);
    const newest = join(run, 'checkpoints', checkpointsOf(run).at(-1)!);
    expect(outcome.stderr).toContain(`\n  last good checkpoint: ${newest} (epoch ${epochs.at(-1)! + 1}, step 0)\n`);
    expect(epochs.at(-1)).toBeGreaterThan(0);
    expect(metricsOf(run).length - 1).toBeGreaterThanOrEqual(epochs.at(-1)!);
    const evaluated = await runHere(folder, ['evaluate', '--run', 'growing', '--json']);
    expect(evaluated.exitCode).toBe(0);
    const row = metricsOf(run)[epochs.at(-1)!].split(',').map(Number);
    expect(JSON.parse(evaluated.stdout)).toMatchObject({ testLoss: row[6], testErrorPercent: row[7] });
  });
});
