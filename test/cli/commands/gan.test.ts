// `isda gan train` and `isda gan sample` as real processes: a whole run, stopped ones that end with its bytes, classes.
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { synthesize } from '../../../src/data/datasets/synthetic/synthesize.js';
import { decodeCheckpoint } from '../../../src/records/checkpoint-file.js';
import { runHere } from '../../support/cli.js';
import { signalHeld, startHeld } from '../../support/held.js';
import { runIsda } from '../../support/process.js';
import { checkpointsOf, makeData, read } from '../../support/runs.js';

const folder = await mkdtemp(join(tmpdir(), 'isda-test-'));
await makeData(folder, 256);
afterAll(() => rm(folder, { recursive: true, force: true }));

const args = (out: string, ...changes: string[]): string[] => {
  const sets = ['dataset.dir=data', 'training.iterations=12', ...changes].flatMap((change) => ['--set', change]);
  return ['gan', 'train', '--config', 'tiny-gan', ...sets, '--out', out];
};

/** The same executed eagerly, for runs that are compared with no other: a few steps are not worth their graphs. */
const eagerArgs = (out: string, ...changes: string[]): string[] => args(out, 'training.execution=eager', ...changes);

/** What has to be the same in runs of one config, but for times. */
function outcomeOf(out: string) {
  const run = join(folder, out);
  const checkpoint = join(run, 'checkpoints', checkpointsOf(run).at(-1)!);
  const { tensors, step, progress } = decodeCheckpoint(readFileSync(checkpoint), checkpoint);
  const pictures = readdirSync(join(run, 'samples')).sort();
  return {
    losses: read(run, 'losses.csv')
      .split('\n')
      .map((line) => line.split(',').slice(0, -1).join()),
    generator: read(run, 'generator.safetensors'),
    pictures: pictures.map((name) => [name, readFileSync(join(run, 'samples', name), 'base64')]),
    checkpoint: { tensors, step, progress: { ...(progress as object), seconds: 0 } },
  };
}

const whole = await runIsda(folder, args('whole'));

describe('isda gan train', () => {
  it('trains a generator and says what it does', () => {
    expect(whole.exitCode, whole.all).toBe(0);
    expect(whole.stderr).toBe('');
    const run = join(folder, 'whole');
    const lines = whole.stdout
      .split('\n')
      .map((line) => line.replace(/[\d.]+ s per iteration.*$/, '…').replace(/-?\d+\.\d+/g, '#'));
    expect(lines).toEqual([
      'experiment    tiny-gan',
      'generator     acgan, #k parameters',
      'discriminator 121k parameters, 1 step an iteration',
      'data          cifar10, 128 training images of 10 classes',
      expect.stringMatching(/^device {8}cpu /),
      'iterations    12, batch 16',
      ...[1, 3, 6, 9, 12].map((done) => `iteration ${done}/12  discriminator #  generator #  …`),
      `generator     ${join(run, 'generator.safetensors')}`,
    ]);
    const names = ['config.yaml', 'environment.json', 'losses.csv', 'losses.svg', 'log.txt', 'summary.json'];
    for (const name of names) expect(existsSync(join(run, name)), name).toBe(true);
    expect(readdirSync(run).filter((name) => name.startsWith('events.out.tfevents.'))).toHaveLength(1);
    expect(read(run, 'log.txt')).toMatch(/Z iteration 1\/12 {2}discriminator /);
    expect(readdirSync(join(run, 'samples'))).toEqual(['000003.png', '000006.png', '000009.png', '000012.png']);
    expect(checkpointsOf(run)).toEqual(['epoch-0002-step-0000009.safetensors', 'epoch-0002-step-0000012.safetensors']);
    expect(read(run, 'losses.csv').split('\n')[0]).toBe(
      'iteration,discriminator_loss,generator_loss,real_class_loss,generated_class_loss,diversity,seconds',
    );
    expect(JSON.parse(read(run, 'summary.json'))).toMatchObject({
      gan: 'acgan',
      iterations: 12,
      discriminatorSteps: 12,
    });
  });

  it('finds what is complete', async () => {
    const again = await runHere(folder, args('whole'));
    expect([again.exitCode, again.stdout]).toEqual([0, `complete already: ${join(folder, 'whole')}`]);
  });

  it('writes a damaged summary again', async () => {
    const summary = read(folder, 'whole', 'summary.json');
    writeFileSync(join(folder, 'whole', 'summary.json'), summary.slice(0, 40));
    const again = await runHere(folder, args('whole'));
    expect(again.exitCode, again.all).toBe(0);
    expect(read(folder, 'whole', 'summary.json')).toBe(summary);
  });

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['cut off', (bytes) => bytes.subarray(0, -1)],
    ['empty', () => Buffer.alloc(0)],
    ['changed', (bytes) => Buffer.concat([bytes.subarray(0, -2), Buffer.from([bytes.at(-2)! ^ 1, bytes.at(-1)!])])],
  ])('writes the file of a finished generator that is %s again', async (_, harm) => {
    const path = join(folder, 'whole', 'generator.safetensors');
    const bytes = readFileSync(path);
    writeFileSync(path, harm(bytes));
    const again = await runHere(folder, args('whole'));
    expect(again.exitCode, again.all).toBe(0);
    expect(again.all).toContain(`warning: ${path} is not the generator of the newest checkpoint: it is written again`);
    expect(readFileSync(path)).toEqual(bytes);
    expect((await runHere(folder, args('whole'))).stdout).toContain('complete already: ');
  });

  it('writes a summary that is gone again, and loses no generator whose checkpoints are', async () => {
    cpSync(join(folder, 'whole'), join(folder, 'copy'), { recursive: true });
    const summary = read(folder, 'copy', 'summary.json');
    rmSync(join(folder, 'copy', 'summary.json'));
    const again = await runHere(folder, args('copy'));
    expect(again.exitCode, again.all).toBe(0);
    expect(read(folder, 'copy', 'summary.json')).toBe(summary);
    rmSync(join(folder, 'copy', 'checkpoints'), { recursive: true });
    const before = readFileSync(join(folder, 'copy', 'generator.safetensors'));
    const refused = await runHere(folder, args('copy', 'training.seed=7'));
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain(
      'cannot train: the run folder has the results of an earlier run, and no checkpoint to resume from',
    );
    expect(readFileSync(join(folder, 'copy', 'generator.safetensors'))).toEqual(before);
  });

  /** Signals a run once it has printed the line of an iteration; how it ended. */
  const signalAt = async (out: string, iteration: number, signal: NodeJS.Signals) => {
    const line = new RegExp(`^iteration ${iteration}/`);
    return await signalHeld(await startHeld(folder, args(out), { run: 'gan train', line }), signal);
  };

  it('resumes after SIGTERM, SIGINT and SIGUSR1 to the same bytes', async () => {
    for (const [iteration, signal] of [
      [1, 'SIGTERM'],
      [3, 'SIGINT'],
      [6, 'SIGUSR1'],
    ] as const) {
      // prettier-ignore
      const stopped = await signalAt('stopped', iteration, signal);
      expect(stopped.exitCode, stopped.all).toBe(75);
      expect(stopped.stderr).toBe(
        [
          `stopped by ${signal}: a checkpoint is written`,
          `  ${join(folder, 'stopped')}`,
          '  hint: the same command resumes the run',
        ].join('\n'),
      );
    }
    const rest = await runHere(folder, args('stopped'));
    expect(rest.exitCode, rest.all).toBe(0);
    expect(rest.stdout).toMatch(/^resuming after iteration [67]$/m);
    expect(outcomeOf('stopped')).toEqual(outcomeOf('whole'));
  });

  it('resumes after SIGKILL to the same bytes', async () => {
    expect((await signalAt('killed', 3, 'SIGKILL')).signal).toBe('SIGKILL');
    const rest = await runIsda(folder, args('killed'));
    expect(rest.exitCode, rest.all).toBe(0);
    expect(outcomeOf('killed')).toEqual(outcomeOf('whole'));
  });

  it('does not resume, and is not complete, on other images', async () => {
    await synthesize({ name: 'cifar10', train: 256, test: 100, classes: 10, seed: 2 }, join(folder, 'other'));
    await runHere(folder, eagerArgs('images', 'training.iterations=3'));
    for (const iterations of [3, 6]) {
      const other = await runHere(
        folder,
        eagerArgs('images', `training.iterations=${iterations}`, 'dataset.dir=other'),
      );
      expect(other.exitCode, other.all).toBe(1);
      expect(other.stderr).toContain(
        'error: cannot resume: the images are not those that the checkpoint was trained on: the number of images is the same, but their checksum differs',
      );
    }
    const inputs = JSON.parse(read(join(folder, 'images'), 'inputs.json')) as { data: { trainImages: number } };
    expect(inputs.data.trainImages).toBe(256);
    const moved = await runHere(
      folder,
      eagerArgs('images', 'training.iterations=6', `dataset.dir=${join(folder, 'data')}`),
    );
    expect(moved.stdout).toContain('resuming after iteration 3');
    const list = await runHere(folder, ['runs', 'images']);
    expect(list.stdout).toMatch(/^images +done +6\/6 iterations/m);
  });

  it('starts over and keeps what somebody else put among its pictures', async () => {
    await runHere(folder, eagerArgs('again', 'training.iterations=3'));
    const samples = join(folder, 'again', 'samples');
    writeFileSync(join(samples, 'mine.png'), 'mine');
    await runHere(folder, [...eagerArgs('again', 'training.iterations=2'), '--no-resume']);
    expect(readdirSync(samples).sort()).toEqual(['000002.png', 'mine.png']);
  });

  it('makes a finished run longer', async () => {
    await runHere(folder, args('longer', 'training.iterations=5'));
    const rest = await runHere(folder, args('longer'));
    expect(rest.stdout).toContain('resuming after iteration 5');
    const [longer, once] = [outcomeOf('longer'), outcomeOf('whole')];
    expect(longer.generator).toBe(once.generator);
    expect(longer.losses).toEqual(once.losses);
  });

  it('leaves a folder as it is where its losses were changed', async () => {
    await runHere(folder, eagerArgs('changed', 'training.iterations=6'));
    const run = join(folder, 'changed');
    const losses = read(run, 'losses.csv').split('\n');
    writeFileSync(join(run, 'losses.csv'), losses.toSpliced(1, 1).join('\n'));
    const files = () => ['config.yaml', 'inputs.json', 'losses.csv', 'summary.json'].map((name) => read(run, name));
    const before = files();
    const refused = await runHere(folder, eagerArgs('changed', 'training.iterations=9'));
    expect(refused.stderr).toMatch(/^error: cannot resume: the row of iteration \d+ is missing from the losses\n/);
    expect(files()).toEqual(before);
    writeFileSync(join(run, 'losses.csv'), losses.join('\n').replace(/^(\d+,)-?\d+/m, '$19'));
    const other = await runHere(folder, eagerArgs('changed', 'training.iterations=9'));
    expect(other.stderr).toMatch(/^error: cannot resume: the losses were changed since the checkpoint was written/);
  });

  it('ends with an error where a loss is no number, and keeps the last checkpoint', async () => {
    const broken = await runHere(folder, eagerArgs('broken', 'gan.learningRate=1e30'));
    expect(broken.exitCode).toBe(1);
    expect(broken.stderr).toMatch(
      /^error: cannot continue training: (discriminator|generator)Loss is (NaN|Infinity) at iteration \d+ of 12\n {2}hint: /,
    );
  });
});

describe('a generator for each class', () => {
  const classes = (...more: string[]) => [
    ...eagerArgs('classes', 'gan.name=wgan', 'gan.perClass=true', 'gan.generatorWidth=4', 'gan.discriminatorWidth=4'),
    ...['dataset.classes=[1, 4]', 'training.iterations=2', 'training.batchSize=8'].flatMap((set) => ['--set', set]),
    ...more,
  ];

  it('is trained one after the other, or apart; what is finished is found', async () => {
    const one = await runHere(folder, classes('--class', 'synthetic_4'));
    expect(one.exitCode, one.all).toBe(0);
    expect(readdirSync(join(folder, 'classes'))).toEqual(['class-4']);
    const rest = await runHere(folder, classes('--json'));
    expect(rest.stderr).toContain(`complete already: ${join(folder, 'classes', 'class-4')}`);
    const trained = JSON.parse(rest.stdout) as unknown[];
    expect(trained).toMatchObject([
      { gan: 'wgan', classes: [1], iterations: 2, discriminatorSteps: 10 },
      { gan: 'wgan', classes: [4], iterations: 2, discriminatorSteps: 10 },
    ]);
  });

  it('is drawn in a row for each', async () => {
    const sample = await runHere(folder, [
      'gan',
      'sample',
      '--run',
      'classes',
      '--out',
      'classes.png',
      '--count',
      '3',
      '--json',
    ]);
    expect(sample.exitCode, sample.all).toBe(0);
    expect(JSON.parse(sample.stdout)).toMatchObject({ rows: ['synthetic_1', 'synthetic_4'], count: 3 });
    const { width, height } = await sharp(join(folder, 'classes.png')).metadata();
    expect(width).toBeGreaterThan(3 * 64);
    expect(height).toBe(38 + 64 + 5 + 64 + 14);
  });
});

describe('isda gan sample', () => {
  it('draws the same picture for the same seed, another for another, one class alone', async () => {
    const sample = async (name: string, ...more: string[]) => {
      const line = ['gan', 'sample', '--run', 'whole', '--out', name, '--count', '2', ...more];
      const outcome = await runHere(folder, line);
      expect(outcome.exitCode, outcome.all).toBe(0);
      return { text: outcome.stdout, bytes: readFileSync(join(folder, name), 'base64') };
    };
    const first = await sample('first.png', '--class', '3');
    expect(first.text).toBe(`${join(folder, 'first.png')}: 2 images per row, rows: synthetic_3`);
    expect((await sample('second.png', '--class', 'synthetic_3')).bytes).toBe(first.bytes);
    expect((await sample('third.png', '--class', '3', '--seed', '1')).bytes).not.toBe(first.bytes);
  });
});
