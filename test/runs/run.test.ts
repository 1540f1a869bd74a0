// One run from its config to its summary: its folder, stops, restarts, and what it refuses before it changes anything.
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { synthesize } from '../../src/data/datasets/synthetic/synthesize.js';
import { experimentSchema, type ExperimentConfig } from '../../src/config/schema.js';
import type { Engine } from '../../src/engine/index.js';
import type { RunContext } from '../../src/runs/run-context.js';
import { runExperiment } from '../../src/runs/run.js';
import { testEngine } from '../support/engine.js';
import { testRunContext } from '../support/run-context.js';
import { contentOf, makeData, outcomeOf, read } from '../support/runs.js';

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

/** Runs a config in the folder `out`, and gives what was printed with the outcome. */
async function run(out: string, config: ExperimentConfig, changes: Partial<RunContext> & { resume?: boolean } = {}) {
  const { resume = true, ...rest } = changes;
  const { context, printed } = testRunContext(folder, engine, rest);
  const summary = await runExperiment(config, { out: join(folder, out), resume }, context);
  return { summary, printed: printed() };
}

/** The engine, and how many of its sessions are open. */
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

/** Asks for an end once so many steps, or batches of evaluation, are done. */
function stopAfter(turns: number): () => string | undefined {
  let asked = 0;
  return () => (++asked >= turns ? 'SIGTERM' : undefined);
}

const whole = await run('whole', configOf());

describe('runExperiment', () => {
  it('leaves a folder with all its records, and prints what it keeps in log.txt', () => {
    const root = join(folder, 'whole');
    const names = ['config.yaml', 'environment.json', 'metrics.csv', 'summary.json', 'log.txt', 'checkpoints'];
    for (const name of names) expect(existsSync(join(root, name)), name).toBe(true);
    expect(existsSync(join(root, '.lock'))).toBe(false);
    const lines = whole.printed.trimEnd().split('\n');
    expect(lines.map((line) => line.split(/ +/)[0])).toEqual(
      ['experiment', 'network', 'loss', 'data', 'loading', 'device', 'steps', 'epoch', 'epoch', 'test', 'last,', 'data', 'run'], // prettier-ignore
    );
    const kept = read(root, 'log.txt').trimEnd().split('\n');
    // Only epochs differ: on the screen they say when the run will end.
    const common = (all: readonly string[]): string[] => all.filter((line) => !line.startsWith('epoch '));
    expect(common(kept.map((line) => line.slice(line.indexOf(' ') + 1)))).toEqual(common(lines));
    expect(JSON.parse(read(root, 'summary.json'))).toMatchObject({ ...whole.summary, epochs: 2 });
    expect(JSON.parse(read(root, 'environment.json'))).toMatchObject({ isda: '0.0.0-test', gitRevision: null });
  });

  it('says that a complete run is complete, and changes none of its numbers', async () => {
    const root = join(folder, 'whole');
    const before = { ...outcomeOf(root), summary: read(root, 'summary.json'), made: read(root, 'environment.json') };
    const again = await run('whole', configOf());
    expect(again.printed).toContain('complete already: --no-resume starts over\n');
    expect(again.summary).toEqual(whole.summary);
    expect({ ...outcomeOf(root), summary: read(root, 'summary.json'), made: read(root, 'environment.json') }).toEqual(
      before,
    );
  });

  it.each([1, 2, 4, 6])('after turn %i stops with a checkpoint, from which it goes on to the same bytes', async (turn) => {
    const out = `stopped-${turn}`;
    await expect(run(out, configOf(), { stopRequested: stopAfter(turn) })).rejects.toMatchObject({
      message: 'stopped by SIGTERM: a checkpoint is written',
      kind: 'stopped',
      place: join(folder, out),
    });
    expect(existsSync(join(folder, out, 'summary.json'))).toBe(false);
    const rest = await run(out, configOf());
    expect(rest.printed).toMatch(/^resuming in epoch [12] after [0-3] of 3 batches$/m);
    expect(outcomeOf(join(folder, out))).toEqual(outcomeOf(join(folder, 'whole')));
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
  /** All of the folder but its log, to which the refusal is added. */
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
    ).rejects.toThrow('cannot resume: the images are not those that the checkpoint was trained on');
    expect(unchanged()).toEqual(before);
    expect(counting.open()).toBe(0);
  });

  it('images that are not there, without making a folder', async () => {
    await expect(run('nowhere', configOf({ dir: 'none' }))).rejects.toThrow('cannot ');
    expect(existsSync(join(folder, 'nowhere'))).toBe(false);
  });
});

it('a run is opened with the settings of its training', async () => {
  const asked: unknown[] = [];
  const openEngine: RunContext['openEngine'] = (request) => {
    asked.push(request);
    return Promise.resolve(engine);
  };
  const config = configOf({ training: { epochs: 1, tf32: false } });
  await run('engine', config, { openEngine });
  expect(asked).toEqual([config.training]);
  expect(readFileSync(join(folder, 'engine', 'config.yaml'), 'utf8')).toContain('tf32: false');
});
