// Random changes to the files that a run reads: an error, or a warning and the same numbers, but never other numbers.
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { RandomStream } from '../../src/common/random.js';
import { runHere } from '../support/cli.js';
import { signalHeld, startHeld } from '../support/held.js';
import { makeData } from '../support/runs.js';
import { faultSeed, faultStream, oneOf, scale } from './scale.js';
import { expectPlainError, smallRun, wholeOutcome } from './support.js';

const cases = scale({ short: 3, long: 60 });
const seed = faultSeed('corruption');
const folder = await mkdtemp(join(tmpdir(), 'isda-faults-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
await makeData(folder, 64);
const outcome = await runHere(folder, smallRun('whole'));
if (outcome.exitCode !== 0) throw new Error(outcome.all);
const whole = await wholeOutcome(join(folder, 'whole'));
const half = smallRun('half', ['output.checkpointEvery={steps: 3}']);
const stopped = await signalHeld(await startHeld(folder, half, { run: 'train', line: /^epoch 2\// }), 'SIGTERM');
if (stopped.exitCode !== 75) throw new Error(stopped.all);
const evaluation = (await runHere(folder, ['evaluate', '--run', 'half', '--json'])).stdout;

/** The checkpoint that `isda evaluate --json` reports. */
const checkpointOf = (told: string): string => (JSON.parse(told) as { checkpoint: string }).checkpoint;

/** Damages a file and describes the damage. */
function harm(path: string, random: RandomStream): string {
  const bytes = readFileSync(path);
  const at = random.integer(Math.max(1, bytes.length));
  const length = Math.min(bytes.length - at, 1 + random.integer(64));
  const kind = oneOf(random, ['flip', 'flip', 'cut', 'append', 'zeros', 'delete', 'empty', 'digit'] as const);
  switch (kind) {
    case 'flip':
      bytes[at] ^= 1 + random.integer(255);
      writeFileSync(path, bytes);
      break;
    case 'digit': {
      // The hardest to detect: one number becomes another.
      const digits = [...bytes.keys()].filter((index) => bytes[index] >= 0x30 && bytes[index] <= 0x39);
      if (digits.length === 0) return 'no digit';
      const place = oneOf(random, digits);
      bytes[place] = 0x30 + ((bytes[place] - 0x30 + 1 + random.integer(9)) % 10);
      writeFileSync(path, bytes);
      break;
    }
    case 'cut':
      truncateSync(path, at);
      break;
    case 'append':
      appendFileSync(
        path,
        Uint8Array.from({ length: 1 + random.integer(4000) }, () => random.integer(256)),
      );
      break;
    case 'zeros':
      bytes.fill(0, at, at + length);
      writeFileSync(path, bytes);
      break;
    case 'empty':
      truncateSync(path, 0);
      break;
    case 'delete':
      rmSync(path);
  }
  return `${kind} at ${at}`;
}

/** Files below a folder, relative to it. */
const filesOf = (root: string): string[] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();

describe(`${cases} damaged files`, () => {
  it.each(Array.from({ length: cases }, (_, index) => index))('case %i', async (index) => {
    const random = faultStream(seed, 'corruption', index);
    const own = join(folder, `case-${index}`);
    await cp(join(folder, 'half'), join(own, 'half'), { recursive: true });
    await cp(join(folder, 'data'), join(own, 'data'), { recursive: true });
    // Metrics, config and checkpoints are chosen as often as all other files together.
    const all = filesOf(own);
    const weighty = all.filter((file) => /metrics\.csv|config\.yaml|checkpoints\//.test(file));
    const files = random.uniform() < 0.5 ? all : weighty;
    const file = oneOf(random, files);
    const about = `seed ${seed}, case ${index}: ${file}: ${harm(join(own, file), random)}`;

    const evaluated = await runHere(own, ['evaluate', '--run', 'half', '--json']);
    if (evaluated.exitCode === 0) {
      const same = evaluated.stdout.replaceAll(own, folder) === evaluation;
      // A missing checkpoint cannot be detected: another one is evaluated, and named.
      const isGone = !existsSync(join(own, file)) && file.startsWith('half/checkpoints/');
      const isOther = checkpointOf(evaluated.stdout) !== checkpointOf(evaluation).replace(folder, own);
      expect(same || evaluated.stderr.includes('warning: ') || (isGone && isOther), `${about}\n${evaluated.all}`).toBe(
        true,
      );
    } else expectPlainError(evaluated, about);

    const resumed = await runHere(own, half);
    // The weights of an earlier best epoch are lost.
    const isLost = resumed.all.includes(': its weights are lost') && file.startsWith('half/checkpoints/best-');
    if (resumed.exitCode === 0 && !isLost)
      expect(await wholeOutcome(join(own, 'half')), `${about}\n${resumed.all}`).toEqual(whole);
    else if (resumed.exitCode !== 0) expectPlainError(resumed, about);
    await rm(own, { recursive: true });
  });
});
