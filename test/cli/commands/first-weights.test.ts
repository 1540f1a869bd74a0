// Runs from given weights: distinct from runs from scratch, resumed without the file, imported, frozen.
import { renameSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, runHere } from '../../support/cli.js';
import { makeData, metricsOf, outcomeOf, read, sha256Of, trainArgs } from '../../support/runs.js';

const folder = await mkdtemp(join(tmpdir(), 'isda-test-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const weights = join(folder, 'w.safetensors');
const named = (name: string): string => join(folder, name);

async function isda(...args: string[]): Promise<string> {
  const { exitCode, all, stdout } = await runHere(folder, args);
  expect(exitCode, all).toBe(0);
  return stdout;
}
const train = (out: string, ...changes: string[]): Promise<string> => isda(...trainArgs(out, changes));

beforeAll(async () => {
  await makeData(folder, 256);
  await train('scratch');
  await isda('export', '--run', 'scratch', '--out', 'w.safetensors');
});

describe('model.weights', () => {
  it('starts from the file, and records it in the header, config.yaml, inputs.json and summary.json', async () => {
    const short = sha256Of(weights).slice(0, 8);
    expect(await train('tuned', 'model.weights=w.safetensors')).toContain(
      `weights     from w.safetensors (sha256 ${short})\n`,
    );
    expect(read(named('tuned'), 'config.yaml')).toContain(
      `weights: ${weights}\n  weightsSha256: ${sha256Of(weights)}\n`,
    );
    for (const file of ['inputs.json', 'summary.json']) {
      expect(JSON.parse(read(named('tuned'), file))).toMatchObject({
        weights: { file: 'w.safetensors', sha256: sha256Of(weights) },
      });
    }
    expect(metricsOf(named('tuned'))).not.toEqual(metricsOf(named('scratch')));
  });

  it('makes the run a different experiment from a run from scratch', async () => {
    const { code, stderr } = await runCli(folder, trainArgs('tuned'));
    expect(code).toBe(1);
    expect(stderr).toContain('belongs to another experiment (model.weightsSha256');
    const { stderr: reverse } = await runCli(folder, trainArgs('scratch', ['model.weights=w.safetensors']));
    expect(reverse).toContain('belongs to another experiment (model.weightsSha256 none → ');
    await isda('report', '--store', '.', '--out', 'report.html');
    const page = read(folder, 'report.html');
    expect(page).toMatch(/"label":"tiny-isda, from w\.safetensors \(sha256 [0-9a-f]{8}\)/);
    expect(page).toContain('"label":"tiny-isda (1 seed)"');
  });

  it('needs no file once a checkpoint exists; another file makes another run', async () => {
    renameSync(weights, named('moved'));
    expect(await isda('train', '--config', 'tuned/config.yaml', '--out', 'tuned')).toContain('complete already');
    expect(await train('tuned', 'model.weights=w.safetensors')).toContain('complete already');
    const absent = await runCli(folder, trainArgs('other', ['model.weights=w.safetensors']));
    expect(absent.stderr).toContain(`error: cannot use the weights: there is no such file\n  ${weights}\n`);
    const inPlace = await runCli(folder, trainArgs('other', ['model.weights=tuned']));
    expect(inPlace.stderr).toContain(`error: cannot use the weights: it is a folder\n  ${named('tuned')}\n`);
    writeFileSync(weights, 'PK\x03\x04                          archive/data.pkl');
    const torch = await runCli(folder, trainArgs('other', ['model.weights=w.safetensors']));
    expect(torch.stderr).toContain(
      [
        'error: cannot read safetensors: it is a file of torch.save',
        `  ${weights}`,
        '  hint: convert it in Python, with the packages torch and safetensors:',
        '    import torch; from safetensors.torch import save_file',
        `    state = torch.load("${weights}", map_location="cpu"); state = state.get(`,
      ].join('\n'),
    );
    renameSync(named('moved'), weights);
  });

  it('gives the same run as resuming from a folder that `isda import` wrote', async () => {
    await isda('import', 'w.safetensors', '--config', 'tiny-isda', '--set', 'dataset.dir=data', '--out', 'imported');
    expect(read(named('imported'), 'config.yaml')).toContain(`weightsSha256: ${sha256Of(weights)}\n`);
    // Neither this call nor the next gives the weights again.
    await train('imported');
    expect(await train('imported')).toContain('complete already');
    expect(outcomeOf(named('imported')).metrics).toEqual(outcomeOf(named('tuned')).metrics);
    expect(read(named('imported'), 'config.yaml')).toEqual(read(named('tuned'), 'config.yaml'));
  });

  it('works with a fresh head for another number of classes, frozen layers and any optimizer', async () => {
    const tuning = ['model.weights=w.safetensors', 'model.head=fresh', 'model.freeze=["*", "!fc", "!layer3"]'];
    const other = ['optimizer.name=adamw', 'optimizer.headLearningRateFactor=10'];
    const printed = await train('frozen', ...tuning, ...other);
    expect(printed).toMatch(/weights {5}from w\.safetensors \(sha256 [0-9a-f]{8}, fresh head\)/);
    expect(printed).toMatch(/^updates {5}last layer at 10 times the learning rate$/m);
    expect(printed).toMatch(/78\.0k parameters \([\d.]+k frozen\)/);
    const resumed = trainArgs('frozen', [...tuning, ...other]);
    expect((await isda(...resumed)).includes('complete already')).toBe(true);
  });
});

describe('settings of first weights that are refused', () => {
  it.each([
    [['model.freeze=[layr1]'], 'cannot freeze tensors: the network has no tensor "layr1"', 'did you mean layer1?'],
    [['model.freeze=["*"]'], 'cannot freeze tensors: * leaves no parameter to train', 'add "!fc"'],
    [
      ['model.head=fresh'],
      'model.head: expected model.weights, the file of the initial weights, as well',
      'without this file the whole network is initialized from the seed',
    ],
    [['model.weightsSha256=abc'], 'model.weightsSha256: expected the SHA-256 of the file', ''],
    [
      ['model.weights=w.safetensors', 'model.depth=14'],
      'cannot load the tensors: layer1.1.conv1.weight is missing',
      'they belong to another network',
    ],
  ])('%j', async (changes, message, hint) => {
    const { code, stderr } = await runCli(folder, trainArgs('refused', changes));
    expect(code).not.toBe(0);
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
  });
});
