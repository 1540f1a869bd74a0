// An optimizer, an augmentation, metrics and a learning-rate schedule of one's own: the examples train, and mistakes in
// their files are reported clearly.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { experimentSchema } from '../src/config/schema.js';
import { fingerprint } from '../src/config/fingerprint.js';
import { synthesize } from '../src/data/datasets/synthetic/synthesize.js';
import { projectRoot } from './config/support.js';
import { runCli, runHere } from './support/cli.js';
import { runIsda } from './support/process.js';
import { outcomeOf } from './support/runs.js';
import { test } from './temporary-folder.js';

const config = join(projectRoot, 'examples/own-training.yaml');
const environment = { ...process.env };
const setsOf = (settings: readonly string[]): string[] => settings.flatMap((each) => ['--set', each]);

describe('examples/own-training.yaml', () => {
  test('trains to an error below chance, records its metric, and is evaluated with or without its file', async ({
    folder,
  }) => {
    await synthesize({ name: 'cifar10', train: 300, test: 200, classes: 10, seed: 1 }, folder);
    const small = [`dataset.dir=${folder}`, 'dataset.subset=300', 'dataset.testSubset=150', 'training.epochs=5'];
    const out = join(folder, 'run');
    const words = setsOf([...small, 'schedule.name=constant', 'training.evaluationBatchSize=64']);
    const trained = await runCli(folder, ['train', '--config', config, '--out', out, '--json', ...words], environment);
    expect(trained, trained.stderr).toMatchObject({ code: 0 });
    const { last } = JSON.parse(trained.stdout) as { last: Record<string, number> };
    expect(last['testErrorPercent']).toBeLessThan(80);

    const [names, ...rows] = readFileSync(join(out, 'metrics.csv'), 'utf8').trim().split('\n');
    const column = names.split(',').indexOf('metric.balanced_error');
    expect(Number(rows.at(-1)!.split(',')[column])).toBe(last['metric.balancedError']);

    const plain = await runCli(folder, ['evaluate', out, '--json', '--per-class'], environment);
    const { perClass, ...values } = JSON.parse(plain.stdout) as { perClass: { errorPercent: number }[] };
    expect(values).not.toHaveProperty(['metric.balancedError']);
    // The metric is the mean of what `--per-class` gives.
    const mean = perClass.reduce((sum, { errorPercent }) => sum + errorPercent, 0) / perClass.length;
    expect(last['metric.balancedError']).toBeCloseTo(mean, 10);
    const named = setsOf([`training.metrics.module=${join(projectRoot, 'examples/balanced-error.js')}`]);
    const own = await runCli(folder, ['evaluate', out, '--json', ...named], environment);
    expect(JSON.parse(own.stdout)).toHaveProperty(['metric.balancedError'], last['metric.balancedError']);
    const curve = ['figure', 'curve', '--run', out, '--metric', 'metric.balanced_error', '--out', 'c.svg'];
    expect(await runCli(folder, curve)).toMatchObject({ code: 0 });
  });

  test('gives the same bytes in worker threads and after a resume', async ({ folder }) => {
    await synthesize({ name: 'cifar10', train: 128, test: 100, classes: 10, seed: 1 }, folder);
    const args = (out: string, ...more: string[]) => [
      ...['train', '--config', config, '--out', out],
      ...setsOf([`dataset.dir=${folder}`, 'schedule.name=constant', ...more]),
    ];
    for (const line of [
      args('whole'),
      args('threads', 'training.workers=2'),
      args('parts', 'training.epochs=1'),
      args('parts'),
    ]) {
      // Worker threads read files as Node.js does, so in a process of its own.
      const run = line.includes('training.workers=2') ? runIsda : runHere;
      const { exitCode, all } = await run(folder, line);
      expect(exitCode, all).toBe(0);
    }
    const whole = outcomeOf(join(folder, 'whole'));
    expect(outcomeOf(join(folder, 'threads'))).toEqual(whole);
    expect(outcomeOf(join(folder, 'parts')).metrics).toEqual(whole.metrics);
  });
});

describe('examples/one-cycle.js', () => {
  test('gives every epoch its rate, and refuses another length', async ({ folder }) => {
    await synthesize({ name: 'cifar10', train: 40, test: 10, classes: 10, seed: 1 }, folder);
    const small = [
      `dataset.dir=${folder}`,
      'training.batchSize=10',
      'training.workers=0',
      'dataset.subset=40',
      'dataset.testSubset=10',
    ];
    const schedule = ['schedule.name=custom', `schedule.module=${join(projectRoot, 'examples/one-cycle.js')}`];
    const train = (out: string, ...more: string[]) =>
      runHere(folder, [
        ...['train', '--config', 'tiny-cross-entropy', '--out', out],
        ...setsOf([...small, ...schedule, 'training.epochs=5', ...more]),
      ]);
    const whole = await train('whole');
    expect(whole.exitCode, whole.all).toBe(0);
    const [names, ...rows] = readFileSync(join(folder, 'whole/metrics.csv'), 'utf8').trim().split('\n');
    const column = names.split(',').indexOf('learning_rate');
    // The last of the four steps of each epoch, of 20: PyTorch's factors (test/runs/own-schedule.test.ts) of 0.1.
    const expected = [0.0668328157, 0.0950484632, 0.0611262022, 0.018825834625, 4e-7];
    for (const [at, row] of rows.entries()) expect(Number(row.split(',')[column])).toBeCloseTo(expected[at], 9);

    const longer = await train('whole', 'training.epochs=6');
    expect(longer.exitCode).toBe(1);
    expect(longer.all).toContain('with training.epochs 5 → 6, the learning rate of epoch 1 would have been');
  });
});

/** What `isda train` says where files are as given. */
async function failureOf(folder: string, files: Readonly<Record<string, string>>, settings: readonly string[]) {
  await synthesize({ name: 'cifar10', train: 20, test: 10, classes: 10, seed: 1 }, folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const small = ['dataset.subset=20', 'dataset.testSubset=10', `dataset.dir=${folder}`, 'training.workers=0'];
  const words = setsOf([...settings, ...small]);
  const { code, stderr } = await runCli(folder, ['train', '--config', 'tiny-cross-entropy', ...words], environment);
  expect(code).toBe(1);
  return stderr.slice(stderr.indexOf('error: '));
}

/** Plain SGD whose learning rate is the scalar of a name, with more properties. */
const sgdOf = (scalar: string, more = ''): string =>
  `export const createOptimizer = ({ kit: { ops } }) => ({ name: 'own', ${more}
    scalars: { '${scalar}': ({ learningRate }) => learningRate },
    update({ program, parameter, value, gradient, scalars }) {
      program.assign(parameter, ops.sub(value, ops.mul(gradient, scalars['${scalar}'])));
    } });`;

describe('the scalars of a custom optimizer', () => {
  test('may be called like inputs of the step', async ({ folder }) => {
    await synthesize({ name: 'cifar10', train: 20, test: 10, classes: 10, seed: 1 }, folder);
    const small = ['dataset.subset=20', 'dataset.testSubset=10', `dataset.dir=${folder}`, 'training.workers=0'];
    const outcomes = [];
    for (const name of ['rate', 'seed', 'images', 'labels', 'slot']) {
      const module = join(folder, `${name}.mjs`);
      writeFileSync(module, sgdOf(name));
      const own = ['optimizer.name=custom', `optimizer.module=${module}`, 'training.epochs=1', 'training.readEvery=2'];
      const out = join(folder, name);
      const args = ['train', '--config', 'tiny-cross-entropy', '--out', out, ...setsOf([...small, ...own])];
      expect(await runCli(folder, args, environment)).toMatchObject({ code: 0 });
      outcomes.push(outcomeOf(out).metrics);
    }
    for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
  });

  test.for(['head.rate', 'ema.share'])('may not be called %s', async (name, { folder }) => {
    const text = await failureOf(folder, { 'own.mjs': sgdOf(name) }, places.optimizer);
    expect(text.split('\n')[0]).toContain(`own.mjs: the scalar ${name} of its optimizer has a reserved name`);
  });
});

const places = {
  optimizer: ['optimizer.name=custom', 'optimizer.module=own.mjs'],
  augmentation: ['augmentation.custom.module=own.mjs'],
  metrics: ['training.metrics.module=own.mjs'],
  schedule: ['schedule.name=custom', 'schedule.module=own.mjs'],
} as const;

test('a custom optimizer may leave a parameter as it is', async ({ folder }) => {
  await synthesize({ name: 'cifar10', train: 20, test: 10, classes: 10, seed: 1 }, folder);
  const module = join(folder, 'own.mjs');
  writeFileSync(
    module,
    "export const createOptimizer = () => ({ name: 'own', update: ({ program, parameter, value }) => program.assign(parameter, value) });",
  );
  const small = ['dataset.subset=20', 'dataset.testSubset=10', `dataset.dir=${folder}`, 'training.epochs=1'];
  const words = setsOf([...small, 'optimizer.name=custom', `optimizer.module=${module}`, 'training.workers=0']);
  const result = await runCli(folder, ['train', '--config', 'tiny-cross-entropy', ...words], environment);
  expect(result, result.stderr).toMatchObject({ code: 0 });
});

describe('a mistake in a custom optimizer, augmentation, metric or schedule', () => {
  const optimizer = (update: string, more = ''): string =>
    `export const createOptimizer = ({ kit }) => ({ name: 'own', ${more} update({ program, parameter, value, gradient }) {
      ${update}
    } });`;
  const augmentation = (apply: string): string =>
    `export const createAugmentation = () => ({ name: 'own', apply(pixels, random) {
      ${apply}
    } });`;
  const metrics = (sums: string, value = '0', name = 'own'): string =>
    `export const createMetrics = ({ kit }) => [{ name: '${name}', value: () => ${value}, sums({ logits, labels }) {
      ${sums}
    } }];`;
  const zero = 'return { count: kit.ops.sum(logits) };';

  test.for([
    [
      'optimizer',
      'forgets the parameter',
      optimizer(''),
      'update does not assign the parameter, expected program.assign(parameter, value)',
      false,
    ],
    [
      'optimizer',
      'assigns another shape',
      optimizer('program.assign(parameter, kit.ops.sum(gradient));'),
      'the value is float32[], expected float32[',
      true,
    ],
    [
      'optimizer',
      'assigns what is not declared',
      optimizer("program.assign(parameter, gradient); program.assign(kit.optimizers.stateOf('x', parameter), value);"),
      'it is not among the declared tensors',
      true,
    ],
    [
      'optimizer',
      'multiplies with a number',
      optimizer('program.assign(parameter, kit.ops.mul(value, 0.9));'),
      'its second argument is the number 0.9, expected a tensor',
      true,
    ],
    [
      'optimizer',
      'gives no list as state',
      optimizer('', 'state: () => 3,'),
      'the result of state is not a list of declared tensors',
      false,
    ],
    [
      'optimizer',
      'has a state of another shape',
      optimizer(
        '',
        "elementwise: true, state: ({ name }) => [kit.declare(`s.${name}`, 'state', [2], (values) => values)],",
      ),
      'has the shape [2], expected [',
      false,
    ],
    [
      'augmentation',
      'gives its image',
      augmentation('return pixels;'),
      'apply gives an object, expected nothing: it changes the pixels in place',
      false,
    ],
    ['augmentation', 'throws', augmentation('pixels.nothing();'), 'pixels.nothing is not a function', true],
    ['metrics', 'sums numbers', metrics('return { count: 3 };'), 'count of the result of sums is not a tensor', false],
    [
      'metrics',
      'sums integers',
      metrics('return { count: labels };'),
      'count of the result of sums is int32[10], expected float32 (kit.ops.cast)',
      false,
    ],
    [
      'metrics',
      'gives no number',
      metrics(zero, '0 / 0'),
      'the result of value is NaN, expected a finite number',
      false,
    ],
    [
      'metrics',
      'throws',
      metrics('return { count: kit.ops.sum(logits.nothing.x) };'),
      "Cannot read properties of undefined (reading 'x')",
      true,
    ],
    [
      'schedule',
      'gives a negative rate',
      'export const createSchedule = () => ({ learningRateFactor: () => -1 });',
      'the result is -1, expected 0 or more',
      false,
    ],
    [
      'metrics',
      'has a name that is no column',
      metrics(zero, '0', 'my metric'),
      'metrics.0.name: expected letters and digits',
      false,
    ],
  ] as const)(
    'reports an error of the %s that %s, with the file',
    async ([kind, , source, reason, hasLine], { folder }) => {
      const text = await failureOf(folder, { 'own.mjs': source }, places[kind]);
      const path = join(folder, 'own.mjs');
      expect(text).toContain(path);
      expect(text.split('\n')[0]).toContain(reason);
      if (hasLine) expect(text).toMatch(new RegExp(`^  ${path}:2:\\d+$`, 'm'));
      expect(text).not.toMatch(/^ +at /m);
    },
  );

  test.for(Object.entries(places))('reports a syntax error in %s with its line', async ([, settings], { folder }) => {
    await synthesize({ name: 'cifar10', train: 20, test: 10, classes: 10, seed: 1 }, folder);
    writeFileSync(join(folder, 'own.mjs'), 'export const x = 1;\nexport const y = (;\n');
    const small = ['dataset.subset=20', 'dataset.testSubset=10', `dataset.dir=${folder}`, 'training.workers=1'];
    // In a separate process: the test runner loads files in another way.
    const words = setsOf([...settings, ...small]);
    const { exitCode, stderr } = await runIsda(folder, ['train', '--config', 'tiny-cross-entropy', ...words]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`error: cannot use the module ${join(folder, 'own.mjs')}: Unexpected token ';'\n`);
    expect(stderr).toContain(`  ${join(folder, 'own.mjs')}:2\n  export const y = (;\n`);
  });

  test('refuses two metrics with the same name', async ({ folder }) => {
    const one = "{ name: 'own', value: () => 0, sums: () => ({}) }";
    const text = await failureOf(
      folder,
      { 'own.mjs': `export const createMetrics = () => [${one}, ${one}];` },
      places.metrics,
    );
    expect(text.split('\n')[0]).toContain('two of its metrics are called own');
  });
});

describe('the fingerprint of an experiment', () => {
  const of = (more: object) => fingerprint(experimentSchema.parse({ experiment: 'x', ...more }));
  test('depends on the optimizer and the augmentation, not on the metrics', () => {
    const plain = of({});
    expect(of({ training: { metrics: { module: '/a.js' } } })).toBe(plain);
    expect(of({ augmentation: { custom: { module: '/a.js' } } })).not.toBe(plain);
    expect(of({ optimizer: { name: 'custom', module: '/a.js' } })).not.toBe(plain);
  });
});
