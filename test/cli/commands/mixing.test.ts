// Mixup and CutMix through the command line: resuming, one's own losses, and what is refused.
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { heldTrainArgs, signalHeld, startHeld } from '../../support/held.js';
import { runHere } from '../../support/cli.js';
import { makeData, metricsOf, outcomeOf, read, trainArgs } from '../../support/runs.js';
import { expectStopped } from '../../support/stopped.js';

const folder = await mkdtemp(join(tmpdir(), 'isda-test-'));
await makeData(folder);
afterAll(() => rm(folder, { recursive: true, force: true }));

const mixing = ['augmentation.mixup.alpha=0.8', 'augmentation.cutmix={}'];
const args = (out: string, changes: readonly string[]): string[] => trainArgs(out, changes, 'tiny-cross-entropy');

it('an interrupted run resumes to the same bytes', async () => {
  const heldArgs = (out: string): string[] => heldTrainArgs(out, mixing, 'tiny-cross-entropy');
  const whole = await runHere(folder, heldArgs('whole'));
  expect(whole.exitCode, whole.all).toBe(0);
  const held = await startHeld(folder, heldArgs('stopped'), { run: 'train', image: 13 });
  // A signal that is seldom sent, as in optimizers.test.ts.
  expectStopped(await signalHeld(held, 'SIGPWR'), 'SIGPWR', join(folder, 'stopped'));
  const resumed = await runHere(folder, heldArgs('stopped'));
  expect(resumed.exitCode, resumed.all).toBe(0);
  expect(resumed.stdout).toContain('\nresuming in epoch 1 after 2 of 3 batches\n');
  expect(outcomeOf(join(folder, 'stopped'))).toEqual(outcomeOf(join(folder, 'whole')));
  expect(read(folder, 'whole', 'config.yaml')).toContain('  mixup:\n    alpha: 0.8\n    probability: 1\n');
});

it('false is the same run as no key', async () => {
  const off = ['augmentation.mixup=false', 'augmentation.cutmix=false'];
  for (const [out, changes] of [
    ['off', off],
    ['plain', []],
  ] as const) {
    const ended = await runHere(folder, args(out, changes));
    expect(ended.exitCode, ended.all).toBe(0);
  }
  expect(outcomeOf(join(folder, 'off'))).toEqual(outcomeOf(join(folder, 'plain')));
});

const ownLoss = (declared: string): string => `
export const createLoss = ({ kit }) => ({
  name: 'own', tensors: [], scalars: {}, ${declared}
  compute: ({ logits, targets }) => kit.ops.mean(kit.ops.softTargetCrossEntropy(logits, targets)),
});`;

it('a loss of a user’s file gets soft targets where it declares them, and is refused by name where not', async () => {
  await writeFile(join(folder, 'soft.mjs'), ownLoss('softTargets: true,'));
  await writeFile(join(folder, 'hard.mjs'), ownLoss(''));
  const custom = (file: string): string[] => [...mixing, 'loss.name=custom', `loss.module=${file}`];
  const soft = await runHere(folder, args('soft', custom('soft.mjs')));
  expect(soft.exitCode, soft.all).toBe(0);
  const builtIn = await runHere(folder, args('built-in', mixing));
  expect(builtIn.exitCode, builtIn.all).toBe(0);
  expect(metricsOf(join(folder, 'soft'))).toEqual(metricsOf(join(folder, 'built-in')));

  const refused = await runHere(folder, args('hard', custom('hard.mjs')));
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toBe(
    [
      'error: cannot mix images: the loss own takes no soft targets',
      `  ${join(folder, 'hard.mjs')}`,
      '  hint: docs/extending.md, "Soft targets", explains how to support them; or leave out augmentation.mixup and augmentation.cutmix',
    ].join('\n'),
  );
  expect(existsSync(join(folder, 'hard', 'metrics.csv'))).toBe(false);
});
