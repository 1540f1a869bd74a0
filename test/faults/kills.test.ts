// kill -9 at random points of a run, repeatedly: the final files are those of an undisturbed run.
import { mkdirSync, readdirSync, watch } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RandomStream } from '../../src/common/random.js';
import { runIsda, startIsda } from '../support/process.js';
import { makeData } from '../support/runs.js';
import { faultSeed, faultStream, oneOf, scale } from './scale.js';
import { expectWholeRows, smallRun, stepsKept, stepsPerEpoch, wholeOutcome } from './support.js';

const { rounds, killsARound } = scale({ short: { rounds: 1, killsARound: 4 }, long: { rounds: 12, killsARound: 5 } });
const seed = faultSeed('kill -9');
const folder = await mkdtemp(join(tmpdir(), 'isda-faults-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** How long an undisturbed run takes, and how often it changes its folder. */
interface Undisturbed {
  readonly outcome: object;
  readonly milliseconds: number;
  readonly changes: number;
}

/** Watches a run folder and its folder of checkpoints for changes. */
function watchRun(out: string, told: () => void): () => void {
  const places = [join(folder, out), join(folder, out, 'checkpoints')];
  mkdirSync(places[1], { recursive: true });
  const watchers = places.map((place) => watch(place, told));
  return () => watchers.forEach((watcher) => watcher.close());
}

/** Checkpoint intervals, which change only when a run is saved. */
const cadences = [1, 2, '{steps: 1}', '{steps: 2}', '{steps: 7}', '{minutes: 0.002}', '{epochs: 2, steps: 3}'];

/** The maximum number of steps that a kill may lose. */
function intervalOf(cadence: string | number): number {
  if (typeof cadence === 'number') return cadence * stepsPerEpoch;
  const steps = /steps: (\d+)/.exec(cadence);
  // With an interval in minutes, any number of steps may be lost.
  return steps === null ? Infinity : Number(steps[1]);
}

/** Starts the run and kills it at a random moment: after some time, or during a change of its folder. */
async function killOnce(
  out: string,
  changes: readonly string[],
  random: RandomStream,
  { milliseconds, changes: most }: Undisturbed,
) {
  const byTime = random.uniform() < 0.4;
  const moment = byTime
    ? `after ${Math.round(random.uniform() * milliseconds)} ms`
    : `at change ${1 + random.integer(most)}`;
  const [number] = /\d+/.exec(moment)!.map(Number);
  const pause = byTime ? 0 : random.integer(4);
  let seen = 0;
  const stopWatching = watchRun(out, () => {
    seen += 1;
    if (!byTime && seen === number) void setTimeout(pause).then(() => child.kill('SIGKILL'));
  });
  const child = startIsda(folder, smallRun(out, changes));
  if (byTime) void setTimeout(number).then(() => child.kill('SIGKILL'));
  const { signal, exitCode, all } = await child;
  stopWatching();
  // A resumed run is shorter than a new one: it may finish before the kill.
  if (signal !== 'SIGKILL') expect(exitCode, all).toBe(0);
  return {
    moment,
    killed: signal === 'SIGKILL',
    epochsPrinted: Math.max(0, ...[...all.matchAll(/^epoch (\d+)\//gm)].map((match) => Number(match[1]))),
    all,
  };
}

/** The hidden files of a run folder: locks, and remains of interrupted writes. */
const leftovers = (run: string): string[] =>
  readdirSync(run, { recursive: true, encoding: 'utf8' }).filter((path) => basename(path).startsWith('.'));

describe(`a run that is killed ${rounds * killsARound} times`, () => {
  let whole: Undisturbed;
  beforeAll(async () => {
    await makeData(folder, 64);
    let changes = 0;
    const started = performance.now();
    const stopWatching = watchRun('whole', () => void (changes += 1));
    const outcome = await runIsda(folder, smallRun('whole'));
    stopWatching();
    expect(outcome.exitCode, outcome.all).toBe(0);
    whole = { outcome: await wholeOutcome(join(folder, 'whole')), milliseconds: performance.now() - started, changes };
  });

  it.each(Array.from({ length: rounds }, (_, round) => round))(
    'round %i',
    async (round) => {
      const random = faultStream(seed, 'kill', round);
      const out = `round-${round}`;
      const cadence = oneOf(random, cadences);
      const changes = [`output.checkpointEvery=${cadence}`, `training.workers=${random.integer(2)}`];
      const story = [`seed ${seed}, round ${round}: ${changes.join(' ')}`];
      let kept = 0;
      for (let kills = 0, attempts = 0; kills < killsARound; attempts++) {
        expect(attempts, story.join('\n')).toBeLessThan(5 * killsARound);
        const before = kept;
        const { moment, killed, epochsPrinted, all } = await killOnce(out, changes, random, whole);
        story.push(`${killed ? 'killed' : 'done before'} ${moment}: ${all}`);
        const about = story.join('\n');
        kept = await stepsKept(join(folder, out));
        await expectWholeRows(join(folder, out));
        // The newest checkpoint is never replaced by an older one, and at most one interval behind the reported steps.
        const told = epochsPrinted * stepsPerEpoch - intervalOf(cadence);
        expect(kept, about).toBeGreaterThanOrEqual(Math.max(before, told));
        if (killed) kills += 1;
        else {
          // Every kill must hit a running process: a finished run starts over.
          await rm(join(folder, out), { recursive: true });
          kept = 0;
        }
      }
      const last = await runIsda(folder, smallRun(out, changes));
      expect(last.exitCode, [...story, last.all].join('\n')).toBe(0);
      expect(await wholeOutcome(join(folder, out)), story.join('\n')).toEqual(whole.outcome);
      expect(leftovers(join(folder, out)), story.join('\n')).toEqual([]);
    },
    600_000,
  );
});
