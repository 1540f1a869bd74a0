// A run from its config to its summary: its folder, stops, restarts, and refusals before anything is changed.
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { synthesize } from '../../src/data/datasets/synthetic/synthesize.js';
import { experimentSchema, type ExperimentConfig } from '../../src/config/schema.js';
import type { Engine } from '../../src/engine/index.js';
import type { RunContext } from '../../src/runs/run-context.js';
import { listCheckpoints } from '../../src/records/checkpoint-names.js';
import { restartEvent } from '../../src/records/events.js';
import { decodeSafetensors, encodeSafetensors } from '../../src/records/safetensors.js';
import { evaluateRun } from '../../src/runs/evaluate.js';
import { openRunCheckpoint } from '../../src/runs/run-checkpoint.js';
import { exportFresh, exportRun, importNetwork } from '../../src/runs/exchange.js';
import { runExperiment } from '../../src/runs/run.js';
import { testEngine } from '../support/engine.js';
import { testRunContext } from '../support/run-context.js';
import { contentOf, makeData, outcomeOf, read, sha256Of } from '../support/runs.js';

const engine = testEngine();
const folder = await mkdtemp(join(tmpdir(), 'isda-test-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
await makeData(folder, 64);

const configOf = (changes: { readonly training?: object; readonly dir?: string; readonly lambda0?: number } = {}) =>
  experimentSchema.parse({
    experiment: 'tiny',
    dataset: { name: 'cifar10', dir: join(folder, changes.dir ?? 'data'), subset: 20, testSubset: 10 },
    model: { name: 'resnet', depth: 8 },
    loss: { name: 'isda', lambda0: changes.lambda0 ?? 0.5 },
    schedule: { name: 'step', milestones: [2] },
    output: { checkpointEvery: 1 },
    training: { epochs: 2, batchSize: 8, evaluationBatchSize: 10, ...changes.training },
  });

/** Runs a config in the folder `out`; returns the output and the outcome. */
async function run(out: string, config: ExperimentConfig, changes: Partial<RunContext> & { resume?: boolean } = {}) {
  const { resume = true, ...rest } = changes;
  const { context, printed } = testRunContext(folder, engine, rest);
  const summary = await runExperiment(config, { out: join(folder, out), resume }, context);
  return { summary, printed: printed() };
}

/** The engine, and the number of its open sessions. */
function countingEngine(): { readonly engine: Engine; readonly open: () => number } {
  let open = 0;
  const createSession: Engine['createSession'] = (...args) => {
    const session = engine.createSession(...args);
    open += 1;
    const close = (): void => {
      open -= 1;
      session.close();
    };
    return { ...session, close };
  };
  return { engine: { ...engine, createSession }, open: () => open };
}

/** Requests a stop after the given number of steps, or of batches of evaluation. */
function stopAfter(turns: number): () => string | undefined {
  let asked = 0;
  return () => (++asked >= turns ? 'SIGTERM' : undefined);
}

const whole = await run('whole', configOf());

describe('runExperiment', () => {
  it('leaves a folder with all its records, and prints what it keeps in log.txt', () => {
    const root = join(folder, 'whole');
    const names = [
      'config.yaml',
      'environment.json',
      'inputs.json',
      'metrics.csv',
      'summary.json',
      'log.txt',
      'checkpoints',
    ];
    for (const name of names) expect(existsSync(join(root, name)), name).toBe(true);
    expect(existsSync(join(root, '.lock'))).toBe(false);
    const lines = whole.printed.trimEnd().split('\n');
    expect(lines.map((line) => line.split(/ +/)[0])).toEqual(
      ['experiment', 'network', 'loss', 'data', 'loading', 'device', 'steps', 'epoch', 'epoch', 'test', 'last,', 'data', 'run'], // prettier-ignore
    );
    const kept = read(root, 'log.txt').trimEnd().split('\n');
    // Only epoch lines differ: on the screen, they show when the run will end.
    const common = (all: readonly string[]): string[] => all.filter((line) => !line.startsWith('epoch '));
    expect(common(kept.map((line) => line.slice(line.indexOf(' ') + 1)))).toEqual(common(lines));
    expect(JSON.parse(read(root, 'summary.json'))).toMatchObject({ ...whole.summary, epochs: 2 });
    expect(JSON.parse(read(root, 'environment.json'))).toMatchObject({ isda: '0.0.0-test', gitRevision: null });
  });

  it('records and prints the threads that were asked for', async () => {
    const threaded: Engine = { ...engine, threads: { intraOp: 1, interOp: 2 } };
    const { printed } = await run('threads', configOf(), { openEngine: () => Promise.resolve(threaded) });
    expect(printed).toContain('\nthreads     1 intra-op, 2 inter-op\n');
    expect(JSON.parse(read(folder, 'threads', 'environment.json'))).toMatchObject({
      intraOpThreads: 1,
      interOpThreads: 2,
    });
  });

  it('says so where a run resumes in another environment', async () => {
    await expect(run('moved', configOf(), { stopRequested: stopAfter(1) })).rejects.toThrow('stopped by SIGTERM');
    const threaded: Engine = { ...engine, threads: { intraOp: 1, interOp: undefined } };
    const openEngine = () => Promise.resolve(threaded);
    const { printed } = await run('moved', configOf(), { openEngine, version: '9.9.9-test' });
    const warning =
      'warning: resumes in another environment, which may change the last digits: isda 0.0.0-test → 9.9.9-test, intraOpThreads null → 1\n';
    expect(printed).toContain(warning);
    expect(read(folder, 'moved', 'log.txt')).toContain(warning);
    // The same one as the last, and a run that starts over, are no cause for it.
    const again = await run('moved', configOf(), { openEngine, resume: false });
    expect(again.printed).not.toContain('environment');
  });

  it('says that a complete run is complete, and changes none of its numbers', async () => {
    const root = join(folder, 'whole');
    const before = { ...outcomeOf(root), summary: read(root, 'summary.json'), made: read(root, 'environment.json') };
    const again = await run('whole', configOf());
    expect(again.printed).toContain('complete already; use another --out or seed for a new run\n');
    expect(again.summary).toEqual(whole.summary);
    expect({ ...outcomeOf(root), summary: read(root, 'summary.json'), made: read(root, 'environment.json') }).toEqual(
      before,
    );
  });

  it.each([1, 2, 4, 6])(
    'after turn %i stops with a checkpoint, from which it resumes to the same bytes',
    async (turn) => {
      const out = `stopped-${turn}`;
      await expect(run(out, configOf(), { stopRequested: stopAfter(turn) })).rejects.toMatchObject({
        message: 'stopped by SIGTERM: a checkpoint is written',
        kind: 'stopped',
        place: join(folder, out),
      });
      expect(existsSync(join(folder, out, 'summary.json'))).toBe(false);
      const rest = await run(out, configOf());
      const [, epoch] = /^resuming in epoch ([12]) after [0-3] of 3 batches$/m.exec(rest.printed)!;
      expect(outcomeOf(join(folder, out))).toEqual(outcomeOf(join(folder, 'whole')));
      // The events of the second process void those of the epoch that it trains again, and none before.
      const files = readdirSync(join(folder, out)).filter((name) => name.startsWith('events.'));
      expect(files).toHaveLength(2);
      const [, resumed] = files.sort().map((name) => readFileSync(join(folder, out, name)));
      const restart = Buffer.from(restartEvent(0, 3 * (Number(epoch) - 1) + 1)).subarray(12 + 9, -4);
      expect(resumed.includes(restart)).toBe(true);
    },
  );

  it('keeps the best checkpoint of its past when it resumes: a later one has to be better', async () => {
    // A network that predicts class 0 and learns nothing, so that every epoch has the error of the first.
    const file = join(folder, 'constant.safetensors');
    await exportFresh(configOf(), file, testRunContext(folder, engine).context);
    const { tensors, metadata } = decodeSafetensors(readFileSync(file), file);
    for (const { name, data } of tensors)
      if (name === 'fc.weight' || name === 'fc.bias') (data as Float32Array).fill(0);
    (tensors.find(({ name }) => name === 'fc.bias')!.data as Float32Array)[0] = 1;
    writeFileSync(file, Buffer.concat(encodeSafetensors(tensors, metadata)));
    const config = experimentSchema.parse({
      ...configOf({ training: { epochs: 3, execution: 'eager' } }),
      model: { name: 'resnet', depth: 8, weights: file, weightsSha256: sha256Of(file) },
      optimizer: { learningRate: 1e-30 },
    });
    const { summary } = await run('best', config);
    expect([summary.best.epoch, summary.best.testErrorPercent]).toEqual([1, summary.last.testErrorPercent]);
    await expect(run('best-stopped', config, { stopRequested: stopAfter(6) })).rejects.toThrow('stopped by SIGTERM');
    await run('best-stopped', config);
    const bestOf = async (out: string) => {
      const [best, ...others] = (await listCheckpoints(join(folder, out, 'checkpoints'), 'best')).reverse();
      expect(others).toEqual([]);
      return { ...best, sha256: sha256Of(join(folder, out, 'checkpoints', best.name)) };
    };
    expect(await bestOf('best-stopped')).toEqual(await bestOf('best'));
    expect(await bestOf('best')).toMatchObject({ epoch: 1 });
  });

  it('leaves the checkpoints alone of a process that has taken the folder over while it was suspended', async () => {
    const root = join(folder, 'taken');
    const later = join(root, 'checkpoints', 'epoch-0009-step-0000027.safetensors');
    const stopRequested = (): undefined => {
      writeFileSync(join(root, '.lock'), JSON.stringify({ pid: 7, host: 'other', start: '1' }));
      writeFileSync(later, 'later');
    };
    const config = configOf({ training: { execution: 'eager' } });
    const often = { ...config, output: { ...config.output, checkpointEvery: { steps: 2 } } };
    await expect(run('taken', often, { stopRequested })).rejects.toMatchObject({
      code: 'run/locked',
      message: 'cannot use the run folder: process 7 on other has taken it over',
    });
    expect(readdirSync(join(root, 'checkpoints'))).toEqual([basename(later)]);
    expect(existsSync(join(root, '.lock'))).toBe(true);
  });

  it('leaves them alone too where that process has ended and given its lock back', async () => {
    const root = join(folder, 'ended');
    const later = join(root, 'checkpoints', 'epoch-0009-step-0000027.safetensors');
    const stopRequested = (): undefined => {
      rmSync(join(root, '.lock'), { force: true });
      rmSync(join(root, 'metrics.csv'));
      for (const path of [later, join(root, 'metrics.csv')]) writeFileSync(path, 'later');
    };
    const config = configOf({ training: { execution: 'eager' } });
    const often = { ...config, output: { ...config.output, checkpointEvery: { steps: 2 } } };
    await expect(run('ended', often, { stopRequested })).rejects.toMatchObject({
      code: 'metrics/replaced',
      message: `cannot write ${join(root, 'metrics.csv')}: it was deleted or replaced during the run`,
    });
    expect(readdirSync(join(root, 'checkpoints'))).toEqual([basename(later)]);
  });

  it('starts over without --resume', async () => {
    await run('over', configOf({ lambda0: 0.1 }));
    await run('over', configOf(), { resume: false });
    expect(outcomeOf(join(folder, 'over'))).toEqual(outcomeOf(join(folder, 'whole')));
  });

  it('makes the same steps however often their outcomes are read', async () => {
    await run('read', configOf({ training: { readEvery: 2 } }));
    expect(outcomeOf(join(folder, 'read')).metrics).toEqual(outcomeOf(join(folder, 'whole')).metrics);
  });

  it('closes its session and its folder however it ends', async () => {
    const counting = countingEngine();
    const openEngine = (): Promise<Engine> => Promise.resolve(counting.engine);
    await expect(
      run('closed', configOf({ training: { epochs: 1 } }), { openEngine, stopRequested: stopAfter(1) }),
    ).rejects.toThrow('stopped by SIGTERM');
    expect(counting.open()).toBe(0);
    await run('closed', configOf({ training: { epochs: 1 } }), { openEngine });
    expect(counting.open()).toBe(0);
    expect(existsSync(join(folder, 'closed', '.lock'))).toBe(false);
  });
});

describe('what is refused before the folder changes', () => {
  const root = join(folder, 'whole');
  /** All files of the folder except its log, to which the refusal is added. */
  const unchanged = (): Record<string, string> => contentOf(root, ['log.txt']);

  it('another experiment, with what is different', async () => {
    const before = unchanged();
    await expect(run('whole', configOf({ lambda0: 0.1 }))).rejects.toThrow(
      /^cannot resume: the checkpoint belongs to another experiment \(.*loss\.lambda0.*\)$/,
    );
    expect(unchanged()).toEqual(before);
    expect(read(root, 'log.txt')).toMatch(/ cannot resume: the checkpoint belongs to another experiment/);
  });

  it('other images', async () => {
    await synthesize({ name: 'cifar10', train: 64, test: 100, classes: 10, seed: 2 }, join(folder, 'other'));
    const counting = countingEngine();
    const before = unchanged();
    await expect(
      run('whole', configOf({ dir: 'other' }), { openEngine: () => Promise.resolve(counting.engine) }),
    ).rejects.toThrow(
      'cannot resume: the images are not those that the checkpoint was trained on: the number of images is the same, but their checksum differs',
    );
    expect(unchanged()).toEqual(before);
    expect(counting.open()).toBe(0);
  });

  it('images that are not there, without making a folder', async () => {
    await expect(run('nowhere', configOf({ dir: 'none' }))).rejects.toThrow('cannot ');
    expect(existsSync(join(folder, 'nowhere'))).toBe(false);
  });

  it.each([
    [
      'metrics that were changed',
      (path: string) => writeFileSync(path, readFileSync(path, 'utf8').replace(',0.1,', ',0.2,')),
      /the metrics were changed since/,
    ],
    ['metrics that are gone', (path: string) => rmSync(path), /metrics\.csv: no such file/],
    [
      'a column that is not the run’s',
      (path: string) => writeFileSync(path, readFileSync(path, 'utf8').replace('train_loss', 'own')),
      /the columns of the metrics/,
    ],
  ] as const)('%s, of a run that would be longer', async (name, damage, message) => {
    const out = name.replaceAll(/[^a-z]/g, '');
    const { loss } = experimentSchema.parse({ ...configOf(), loss: { name: 'cross-entropy' } });
    const eager = (epochs: number) => ({ ...configOf({ training: { epochs, execution: 'eager' } }), loss });
    await run(out, eager(1));
    damage(join(folder, out, 'metrics.csv'));
    const before = contentOf(join(folder, out), ['log.txt']);
    await expect(run(out, eager(3))).rejects.toThrow(message);
    expect(contentOf(join(folder, out), ['log.txt'])).toEqual(before);
    expect(existsSync(join(folder, out, 'summary.json'))).toBe(true);
  });

  it.each([
    ['the same settings', configOf()],
    ['other settings', configOf({ lambda0: 0.1, training: { epochs: 1 } })],
  ])('%s, where a run has results and its checkpoints were deleted', async (name, config) => {
    const out = join(folder, name);
    cpSync(root, out, { recursive: true });
    rmSync(join(out, 'checkpoints'), { recursive: true });
    const before = contentOf(out, ['log.txt']);
    await expect(run(name, config)).rejects.toMatchObject({
      code: 'run/exists',
      message: 'cannot train: the run folder has the results of an earlier run, and no checkpoint to resume from',
      place: join(out, 'summary.json'),
    });
    expect(contentOf(out, ['log.txt'])).toEqual(before);
  });

  it('epochs of a run that has not ended, where its checkpoints were deleted', async () => {
    const out = join(folder, 'unended');
    cpSync(root, out, { recursive: true });
    for (const name of ['checkpoints', 'summary.json']) rmSync(join(out, name), { recursive: true });
    const before = contentOf(out, ['log.txt']);
    await expect(run('unended', configOf())).rejects.toMatchObject({
      code: 'run/exists',
      place: join(out, 'metrics.csv'),
    });
    expect(contentOf(out, ['log.txt'])).toEqual(before);
    expect((await run('unended', configOf(), { resume: false })).summary.last).toEqual(whole.summary.last);
  });

  const changed = (changes: object): ExperimentConfig => experimentSchema.parse({ ...configOf(), ...changes });
  const noEngine = (): Promise<Engine> => Promise.reject(new Error('no GPU'));
  const weights = join(folder, 'unfit.safetensors');
  it.each([
    ['a hole larger than the images', changed({ augmentation: { cutout: { length: 300 } } }), {}, 'cutout.length 300'],
    [
      'an augmentation that is not there',
      changed({ augmentation: { custom: { module: '/none.js' } } }),
      {},
      '/none.js',
    ],
    ['a loss that is not there', changed({ loss: { name: 'custom', module: '/none.js' } }), {}, '/none.js'],
    [
      'weights of another network',
      changed({ model: { name: 'resnet', depth: 14, weights } }),
      {},
      'layer1.1.conv1.weight is missing',
    ],
    ['no such device', configOf(), { openEngine: noEngine }, 'no GPU'],
  ])('%s, of a run that starts over, and without making a folder', async (_, config, context, message) => {
    await exportFresh(configOf(), weights, testRunContext(folder, engine).context);
    const { model } = config;
    const known =
      model.weights === undefined ? config : { ...config, model: { ...model, weightsSha256: sha256Of(weights) } };
    const before = contentOf(root);
    await expect(run('whole', known, { ...context, resume: false })).rejects.toThrow(message);
    expect(contentOf(root)).toEqual(before);
    await expect(run('refused', known, context)).rejects.toThrow(message);
    expect(existsSync(join(folder, 'refused'))).toBe(false);
  });
});

describe('what a run is made from', () => {
  it('is in its summary and in inputs.json: counts, checksum, whether they are the official images', () => {
    const root = join(folder, 'whole');
    const { data, weights } = whole.summary;
    expect(data).toMatchObject({ trainImages: 64, testImages: 100, official: false });
    expect(data?.checksum).toMatch(/^[0-9a-f]{32}-[0-9a-f]{32}$/);
    expect(weights).toBeUndefined();
    expect(JSON.parse(read(root, 'inputs.json'))).toEqual({
      data: {
        ...data,
        classNames: Array.from({ length: 10 }, (_, label) => `synthetic_${label}`),
        folder: join(folder, 'data', 'cifar-10-batches-bin'),
      },
    });
    expect(whole.printed).toMatch(/^data +cifar10, 20 training images, 10 test images; not the official CIFAR-10$/m);
  });

  it('says which file its first weights came from, to the end', async () => {
    const weights = join(folder, 'weights.safetensors');
    const { context } = testRunContext(folder, engine);
    const fresh = configOf({ training: { epochs: 1, seed: 9 } });
    await exportFresh(fresh, weights, context);
    const config = configOf({ training: { epochs: 1, execution: 'eager' } });
    await importNetwork(config, weights, join(folder, 'imported'), context);
    const { summary, printed } = await run('imported', config);
    expect(summary.weights).toEqual({ file: 'weights.safetensors', sha256: sha256Of(weights) });
    expect(printed).toMatch(/^weights +from weights\.safetensors \(sha256 [0-9a-f]{8}\)$/m);
    expect(JSON.parse(read(folder, 'imported', 'inputs.json'))).toMatchObject({ weights: summary.weights });
    // A restarted run has none of these.
    const over = await run('imported', config, { resume: false });
    expect(over.summary.weights).toBeUndefined();
  });

  it('takes the names of the classes into the export', async () => {
    const file = join(folder, 'export.safetensors');
    const whole = await openRunCheckpoint(join(folder, 'whole'), { overrides: [], workingDirectory: folder });
    await exportRun(whole, file, testRunContext(folder, engine).context);
    const { metadata } = decodeSafetensors(readFileSync(file), file);
    expect(JSON.parse(metadata.classNames)).toEqual(Array.from({ length: 10 }, (_, label) => `synthetic_${label}`));
  });

  it('are not needed by a run that resumes from its best checkpoint, the only one yet', async () => {
    const file = join(folder, 'moved.safetensors');
    cpSync(join(folder, 'export.safetensors'), file);
    const config = configOf({ training: { execution: 'eager' } });
    const model = { ...config.model, weights: file, weightsSha256: sha256Of(file) };
    const seldom = { ...config, model, output: { ...config.output, checkpointEvery: 50 } };
    await expect(run('only-best', seldom, { stopRequested: stopAfter(6) })).rejects.toThrow('stopped by SIGTERM');
    const checkpoints = join(folder, 'only-best', 'checkpoints');
    for (const name of readdirSync(checkpoints)) if (!name.startsWith('best-')) rmSync(join(checkpoints, name));
    expect(readdirSync(checkpoints)).toHaveLength(1);
    rmSync(file);
    expect((await run('only-best', seldom)).printed).toContain('resuming in epoch 2 after 0 of 3 batches');
  });

  it('are not weights of classes in another order', async () => {
    const places = testRunContext(folder, engine).context;
    const exported = join(folder, 'ordered.safetensors');
    const opened = await openRunCheckpoint(join(folder, 'whole'), { overrides: [], workingDirectory: folder });
    await exportRun(opened, exported, places);
    const { tensors, metadata } = decodeSafetensors(readFileSync(exported), exported);
    const classNames = (JSON.parse(metadata.classNames) as string[]).reverse();
    const file = join(folder, 'reversed.safetensors');
    const pieces = encodeSafetensors(tensors, { ...metadata, classNames: JSON.stringify(classNames) });
    writeFileSync(file, Buffer.concat(pieces));
    const config = configOf({ training: { epochs: 1, execution: 'eager' } });
    const from = (head?: 'fresh') => ({ ...config, model: { ...config.model, weights: file, weightsSha256: sha256Of(file), head } }); // prettier-ignore
    await expect(run('reversed', from())).rejects.toThrow(
      'cannot use the weights: the order of the classes differs from that of the images: "synthetic_0" is class 0 and was class 9',
    );
    expect(existsSync(join(folder, 'reversed'))).toBe(false);
    expect((await run('fresh', from('fresh'))).summary.epochs).toBe(1);
    await importNetwork(config, file, join(folder, 'imported-reversed'), places);
    await expect(run('imported-reversed', config)).rejects.toThrow(
      'the classes differ: "synthetic_0" is class 0 and was class 9',
    );
  });
});

describe('weights whose classes have other names', () => {
  const named = (classNames: readonly string[]): string => {
    const exported = join(folder, 'export.safetensors');
    const { tensors, metadata } = decodeSafetensors(readFileSync(exported), exported);
    const file = join(folder, `called-${classNames[0]}.safetensors`);
    const pieces = encodeSafetensors(tensors, { ...metadata, classNames: JSON.stringify(classNames) });
    writeFileSync(file, Buffer.concat(pieces));
    return file;
  };
  const fruits = ['apple', 'pear', ...Array.from({ length: 8 }, (_, index) => `synthetic_${index + 2}`)];
  const text = (owner: string): string => `warning: class 0 is called apple in ${owner} and synthetic_0 in the images`;

  it('are used with a warning that names the first, unless the last layer is new or they have none', async () => {
    const config = configOf({ training: { epochs: 1, execution: 'eager' } });
    const from = (file: string, head?: 'fresh') => ({ ...config, model: { ...config.model, weights: file, weightsSha256: sha256Of(file), head } }); // prettier-ignore
    const file = named(fruits);
    expect((await run('fruits', from(file))).printed).toContain(text('called-apple.safetensors'));
    expect((await run('fruits-fresh', from(file, 'fresh'))).printed).not.toContain('is called');
    const plain = named(fruits.map((_, label) => String(label)));
    expect((await run('plain-names', from(plain))).printed).not.toContain('is called');
  });

  it('are evaluated and trained further with the same warning if they were imported', async () => {
    const config = configOf({ training: { epochs: 1, execution: 'eager' } });
    const { context } = testRunContext(folder, engine);
    await importNetwork(config, named(fruits), join(folder, 'imported-fruits'), context);
    const opened = await openRunCheckpoint(join(folder, 'imported-fruits'), {
      overrides: [],
      workingDirectory: folder,
    });
    const warnings: string[] = [];
    await evaluateRun(opened, { ...context, warn: (line) => void warnings.push(line) });
    expect(warnings).toEqual([`${text('the network')}; if these are not the same classes, the error means nothing`]);
    expect((await run('imported-fruits', config)).printed).toContain(text('the network'));
  });
});

describe('a run with other settings than before', () => {
  // Executed eagerly: building graphs takes longer than a few steps.
  const eager = { execution: 'eager' } as const;
  const basic = (training: object, schedule: object = { name: 'step', milestones: [2] }) => {
    const config = configOf({ training: { ...eager, ...training } });
    return experimentSchema.parse({ ...config, loss: { name: 'cross-entropy' }, schedule });
  };

  it('resumes to more epochs, to the bytes of a run that was as long from the start', async () => {
    await run('longer', basic({ epochs: 1 }));
    const { printed, summary } = await run('longer', basic({ epochs: 3 }));
    expect(printed).toContain(
      'resumes with training.epochs 1 → 3: epochs 2 to 3 at learning rate 0.01\nresuming in epoch 2 after 0 of 3 batches\n',
    );
    expect(summary.epochs).toBe(3);
    await run('long', basic({ epochs: 3 }));
    expect(outcomeOf(join(folder, 'longer'))).toEqual(outcomeOf(join(folder, 'long')));
  });

  it('has no summary of the shorter run when it is stopped on its way', async () => {
    await run('cut', basic({ epochs: 1 }));
    await expect(run('cut', basic({ epochs: 3 }), { stopRequested: stopAfter(2) })).rejects.toThrow(
      'stopped by SIGTERM',
    );
    expect(existsSync(join(folder, 'cut', 'summary.json'))).toBe(false);
  });

  it('resumes with another evaluation batch', async () => {
    await run('batch', basic({ epochs: 1 }));
    const { printed } = await run('batch', basic({ epochs: 1, evaluationBatchSize: 7 }));
    expect(printed).toContain('resumes with training.evaluationBatchSize 10 → 7\n');
  });

  it.each([
    [
      'a cosine schedule',
      basic({ epochs: 1 }, { name: 'cosine' }),
      basic({ epochs: 3 }, { name: 'cosine' }),
      'learning rate of epoch 1',
    ],
    [
      'ISDA’s lambda',
      configOf({ training: eager }),
      configOf({ training: { ...eager, epochs: 4 } }),
      'lambda of epoch',
    ],
  ])('is refused where its past would have been another, as with %s', async (name, before, after, word) => {
    const out = name.replaceAll(/[^a-z]/g, '');
    await run(out, before);
    const unchanged = contentOf(join(folder, out), ['log.txt']);
    await expect(run(out, after)).rejects.toMatchObject({
      code: 'checkpoint/other-experiment',
      message: expect.stringContaining(word) as string,
      hint: expect.stringContaining('model.weights=weights.safetensors') as string,
    });
    expect(contentOf(join(folder, out), ['log.txt'])).toEqual(unchanged);
  });

  it('is refused where it is shorter than what is done, and as a cell of a store', async () => {
    await run('two', basic({ epochs: 2 }));
    await expect(run('two', basic({ epochs: 1 }))).rejects.toThrow(
      '(training.epochs 2 → 1; it has completed 2 epochs)',
    );
    writeFileSync(join(folder, 'two', 'cell.json'), '{}');
    await expect(run('two', basic({ epochs: 3 }))).rejects.toMatchObject({
      hint: expect.stringContaining('the run belongs to a study') as string,
    });
  });

  it('is refused where it would end before the epoch that it has begun', async () => {
    // At a step of the second epoch.
    const stopRequested = stopAfter(6);
    await expect(run('begun', basic({ epochs: 3, workers: 0 }), { stopRequested })).rejects.toThrow(
      'stopped by SIGTERM',
    );
    expect(read(join(folder, 'begun'), 'metrics.csv')).toMatch(/\n1,.*\n$/);
    await expect(run('begun', basic({ epochs: 1 }))).rejects.toThrow('(training.epochs 3 → 1; it has started epoch 2)');
    expect((await run('begun', basic({ epochs: 2 }))).summary.epochs).toBe(2);
  });

  it('is refused where an epoch that was not evaluated would be one of its last ten', async () => {
    const sparse = (epochs: number) => basic({ epochs, evaluateEvery: 30, batchSize: 20 });
    const stopRequested = stopAfter(6);
    await expect(run('sparse', sparse(40), { stopRequested })).rejects.toThrow('stopped by SIGTERM');
    const before = contentOf(join(folder, 'sparse'), ['log.txt']);
    await expect(run('sparse', sparse(8))).rejects.toMatchObject({
      message: expect.stringMatching(
        /^cannot resume: with training\.epochs 8, epoch \d would be one of the last 10, but was not evaluated$/,
      ) as string,
      hint: expect.stringMatching(/^set training\.epochs to at least 1\d; /) as string,
    });
    expect(contentOf(join(folder, 'sparse'), ['log.txt'])).toEqual(before);
  });
});

it('a run is opened with the settings of its training', async () => {
  const asked: unknown[] = [];
  const openEngine: RunContext['openEngine'] = (request) => {
    asked.push(request);
    return Promise.resolve(engine);
  };
  const config = configOf({ training: { epochs: 1, tf32: false, execution: 'eager' } });
  await run('engine', config, { openEngine });
  expect(asked).toEqual([config.training]);
  expect(readFileSync(join(folder, 'engine', 'config.yaml'), 'utf8')).toContain('tf32: false');
});
