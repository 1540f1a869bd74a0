// `isda train`: the run folder, the same seed twice, and the same folder again.
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runHere } from '../../support/cli.js';
import { runIsda } from '../../support/process.js';
import { checkpointsOf, contentOf, makeData, metricsOf, outcomeOf, read, trainArgs } from '../../support/runs.js';

const json = (...path: string[]): Record<string, unknown> => JSON.parse(read(...path)) as Record<string, unknown>;

const folder = await mkdtemp(join(tmpdir(), 'isda-test-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
await makeData(folder);
const trained = await runIsda(folder, trainArgs('run'), { TF_NUM_INTEROP_THREADS: '2' });

/** A copy of the run, for tests that change it. */
function copyOfRun(name: string): string {
  cpSync(join(folder, 'run'), join(folder, name), { recursive: true });
  return join(folder, name);
}

describe('isda train', () => {
  it('writes a complete run folder', () => {
    const { exitCode, stdout, stderr } = trained;
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toBe('');
    const run = join(folder, 'run');
    const names = readdirSync(run).sort();
    expect(names.filter((name) => !name.startsWith('events.'))).toEqual([
      'checkpoints',
      'config.yaml',
      'environment.json',
      'inputs.json',
      'log.txt',
      'metrics.csv',
      'summary.json',
    ]);
    expect(names.filter((name) => /^events\.out\.tfevents\.\d{10}\.[^/]+\.\d+\.0$/.test(name))).toHaveLength(1);
    expect(checkpointsOf(run)).toEqual(['epoch-0001-step-0000004.safetensors', 'epoch-0002-step-0000008.safetensors']);

    const [header, ...rows] = metricsOf(run);
    expect(header).toBe('epoch,iteration,learning_rate,lambda,train_loss,train_error,test_loss,test_error');
    expect(rows.map((row) => row.split(',').slice(0, 4).join())).toEqual(['1,4,0.1,0.1875', '2,8,0.01,0.4375']);
    const last = rows[1].split(',').map(Number);
    expect(json(run, 'summary.json')).toMatchObject({
      experiment: 'tiny-isda',
      epochs: 2,
      last: { epoch: 2, trainLoss: last[4], trainErrorPercent: last[5], testLoss: last[6], testErrorPercent: last[7] },
      parameters: 78042,
    });
    expect(json(run, 'environment.json')).toMatchObject({
      isda: '0.1.0',
      node: process.version,
      engine: expect.stringMatching(/^libtensorflow \d/) as string,
      device: expect.stringMatching(/^(cpu|cuda): ./) as string,
      interOpThreads: 2,
    });
    expect(parse(read(run, 'config.yaml'))).toMatchObject({
      experiment: 'tiny-isda',
      dataset: { dir: 'data', subset: 128 },
      training: { seed: 1, batchSize: 32 },
    });
    // The log has each printed line with its time.
    const said = stdout.split('\n').map((line) => line.replace(/ +ETA .*/, ''));
    const logged = read(run, 'log.txt').trimEnd().split('\n');
    expect(logged.map((line) => line.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z /, ''))).toEqual(said);
    expect(said.at(-1)).toBe(`run folder  ${run}`);
    expect(stdout).toMatch(
      /^epoch 1\/2 {2}train error [\d.]+% {2}loss [\d.]+ {2}test error [\d.]+% .* lambda 0\.188 /m,
    );
  });

  it('names the folder by experiment and seed; the same seed gives the same bytes, another seed different bytes', async () => {
    const args = trainArgs('run', []).slice(0, -2);
    expect((await runIsda(folder, [...args, '--seed', '7'])).exitCode).toBe(0);
    expect((await runHere(folder, [...args, '--seed', '8'])).exitCode).toBe(0);
    expect((await runHere(folder, [...args, '--seed', '7', '--out', 'seven'])).exitCode).toBe(0);
    const seven = outcomeOf(join(folder, 'runs', 'tiny-isda-seed7'));
    expect(outcomeOf(join(folder, 'seven'))).toEqual(seven);
    const eight = outcomeOf(join(folder, 'runs', 'tiny-isda-seed8'));
    expect(eight.metrics).not.toEqual(seven.metrics);
    expect(eight.sha256).not.toBe(seven.sha256);
  });

  it('finds the run complete the second time and changes only the log; --no-resume starts over', async () => {
    const run = copyOfRun('again');
    const before = contentOf(run, ['log.txt']);
    const again = await runHere(folder, trainArgs('again'));
    expect(again.exitCode).toBe(0);
    expect(again.stdout).toContain('\ncomplete already; use another --out or seed for a new run\n');
    expect(again.stdout).not.toMatch(/^epoch /m);
    expect(contentOf(run, ['log.txt'])).toEqual(before);

    const changed = trainArgs('again', ['training.epochs=1', 'output.keepCheckpoints=1']);
    const over = await runHere(folder, [...changed, '--no-resume', '--json']);
    expect(over.exitCode).toBe(0);
    expect(JSON.parse(over.stdout)).toEqual({ folder: run, ...json(run, 'summary.json'), sha256: undefined });
    expect(over.stderr).toMatch(/^epoch 1\/1 /m);
    expect(over.stderr).toMatch(/^steps +1 epoch x \d+ = /m);
    expect(metricsOf(run)).toHaveLength(2);
    expect(checkpointsOf(run)).toEqual(['epoch-0001-step-0000004.safetensors']);
  });

  it('deletes the previous summary if it starts over', async () => {
    const run = copyOfRun('over');
    expect(existsSync(join(run, 'summary.json'))).toBe(true);
    const diverging = trainArgs('over', ['optimizer.learningRate=1e6']);
    expect((await runHere(folder, [...diverging, '--no-resume'])).exitCode).toBe(1);
    expect(existsSync(join(run, 'summary.json'))).toBe(false);
  });
});
