// Each optimizer from a config: it trains, and a run that is stopped, each by another signal, resumes to the same
// bytes.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { heldTrainArgs, signalHeld, startHeld } from '../../support/held.js';
import { runHere } from '../../support/cli.js';
import { outcomeOf } from '../../support/runs.js';
import { expectStopped } from '../../support/stopped.js';

const folder = await mkdtemp(join(tmpdir(), 'isda-test-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const argsOf = (out: string, optimizer: string): string[] =>
  heldTrainArgs(out, [`optimizer={name: ${optimizer}, learningRate: 0.001}`]);

// Each is stopped by a different uncommon signal; the common ones are in interruption.test.ts.
describe.each([
  ['sgd', 'SIGQUIT'],
  ['adam', 'SIGALRM'],
  ['adamw', 'SIGVTALRM'],
  ['rmsprop', 'SIGIO'],
] as const)('optimizer.name: %s', (name, signal) => {
  it(`trains, and resumes after ${signal} to the same bytes`, async () => {
    const whole = await runHere(folder, argsOf(`${name}-whole`, name));
    expect(whole.exitCode, whole.all).toBe(0);
    const held = await startHeld(folder, argsOf(name, name), { run: 'train', image: 13 });
    expectStopped(await signalHeld(held, signal), signal, join(folder, name));
    const resumed = await runHere(folder, argsOf(name, name));
    expect(resumed.exitCode, resumed.all).toBe(0);
    expect(resumed.stdout).toContain('\nresuming in epoch 1 after 2 of 3 batches\n');
    expect(outcomeOf(join(folder, name))).toEqual(outcomeOf(join(folder, `${name}-whole`)));
  });
});
