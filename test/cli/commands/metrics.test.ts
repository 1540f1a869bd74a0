// Metrics through the command line: the scalars that a custom loss records, from training to a figure.
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { heldModule, heldTrainArgs, signalHeld, startHeld } from '../../support/held.js';
import { runHere } from '../../support/cli.js';
import { outcomeOf, read } from '../../support/runs.js';

const folder = await mkdtemp(join(tmpdir(), 'isda-test-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const ownLoss = `export const createLoss = ({ kit }) => ({
  name: 'own', tensors: [],
  scalars: { someScale: ({ iteration }) => 1 + iteration, hidden: () => 1 },
  recordedScalars: ['someScale'],
  compute: ({ logits, labels }) => kit.ops.mean(kit.ops.softmaxCrossEntropy(logits, labels)),
});`;
const args = (out: string): string[] =>
  heldTrainArgs(out, ['loss.name=custom', 'loss.module=own.mjs'], 'tiny-cross-entropy');

it('metrics.csv, events and figures have the scalars of a loss, also after a resume', async () => {
  await writeFile(join(folder, 'own.mjs'), ownLoss);
  const whole = await runHere(folder, args('whole'));
  expect(whole.exitCode, whole.all).toBe(0);
  const [header, ...rows] = read(folder, 'whole', 'metrics.csv').trimEnd().split('\n');
  expect(header).toMatch(/^epoch,iteration,learning_rate,lambda,loss\.some_scale,train_loss,/);
  expect(rows.map((row) => Number(row.split(',')[4]))).toEqual([3, 6]);
  const events = readdirSync(join(folder, 'whole')).find((name) => name.startsWith('events'))!;
  expect(read(folder, 'whole', events)).toContain('loss.some_scale');

  const held = await startHeld(folder, args('stopped'), { run: 'train', image: 13 });
  expect((await signalHeld(held, 'SIGTERM')).exitCode).toBe(75);
  const resumed = await runHere(folder, args('stopped'));
  expect(resumed.exitCode, resumed.all).toBe(0);
  expect(outcomeOf(join(folder, 'stopped'))).toEqual(outcomeOf(join(folder, 'whole')));

  // A trained network is used without its loss; the loss's file may be missing.
  await rename(join(folder, 'own.mjs'), join(folder, 'gone.mjs'));
  const trusted = ['--set', `dataset.module=${heldModule}`];
  const evaluated = await runHere(folder, ['evaluate', '--run', 'whole', '--json', ...trusted]);
  expect(evaluated.exitCode, evaluated.all).toBe(0);
  const { last } = JSON.parse(read(folder, 'whole', 'summary.json')) as { last: Record<string, number> };
  const { testLoss, testErrorPercent } = last;
  expect(JSON.parse(evaluated.stdout)).toMatchObject({ testLoss, testErrorPercent });
  const exported = await runHere(folder, ['export', '--run', 'whole', '--out', 'net.safetensors', ...trusted]);
  expect(exported.exitCode, exported.all).toBe(0);

  const curve = (metric: string) => runHere(folder, ['figure', 'curve', '--run', 'whole', '--metric', metric, '--out', 'a.svg']); // prettier-ignore
  expect(await curve('loss.hidden')).toMatchObject({ exitCode: 2 });
  expect(existsSync(join(folder, 'a.svg'))).toBe(false);
  const drawn = await curve('loss.some_scale');
  expect(drawn.exitCode, drawn.all).toBe(0);
  expect(read(folder, 'a.svg')).toContain('someScale of the loss');
});
