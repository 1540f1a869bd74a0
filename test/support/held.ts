// Runs that are held at a chosen image or printed line, whatever the machine's load: no test has to guess how far one
// has come.
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startIsda, type IsdaProcess } from './process.js';

/** Images of held-images.js. */
interface HeldData {
  readonly train: number;
  readonly test: number;
}

/** The data set's module, which a command names that uses a run's data. */
export const heldModule = fileURLToPath(new URL('held-images.js', import.meta.url));

/** The `dataset` section of a config whose runs can be held. They need `training.workers: 0`. */
export const heldDataset = ({ train, test }: HeldData) => ({
  name: 'custom',
  module: heldModule,
  options: { train, test },
  subset: train,
  testSubset: test,
});

/** `train` on 36 such images, in two epochs of 3 steps; the second step begins at image 13. */
export function heldTrainArgs(out: string, changes: readonly string[] = [], config = 'tiny-isda'): string[] {
  const dataset = `dataset=${JSON.stringify(heldDataset({ train: 36, test: 20 }))}`;
  const training = 'training={epochs: 2, batchSize: 12, evaluationBatchSize: 20, workers: 0}';
  const sets = [dataset, training, ...changes].flatMap((change) => ['--set', change]);
  return ['train', '--config', config, ...sets, '--out', out];
}

interface HeldRun {
  /** Text of the command line of the process to hold: part of its run folder's name. */
  readonly run: string;
}

/** Where a process of a run on held images is held. */
export interface ImageHold extends HeldRun {
  readonly part?: 'train' | 'test';
  /** Which of the images that the process reads it is held at, from 1. */
  readonly image: number;
}

/** Where any process is held. */
interface LineHold extends HeldRun {
  /** The line on stdout after which it is held. */
  readonly line: RegExp;
}

const preload = `--import=${new URL('held-output.js', import.meta.url).href}`;

interface HeldProcess {
  readonly child: IsdaProcess;
  /** The id of the process that is held. */
  readonly pid: number;
  /** Lets it go on. */
  readonly go: () => void;
}

/** Starts a command line and returns once the process that `hold` means is held. Errors: the command line ended. */
export async function startHeld(
  folder: string,
  args: readonly string[],
  where: ImageHold | LineHold,
  environment: Readonly<Record<string, string | undefined>> = {},
): Promise<HeldProcess> {
  const meeting = mkdtempSync(join(folder, 'hold-'));
  const place = 'line' in where ? { ...where, line: where.line.source } : { part: 'train', ...where };
  const child = startIsda(folder, args, {
    ...environment,
    ISDA_TEST_HOLD: JSON.stringify({ ...place, folder: meeting }),
    ...('line' in where ? { NODE_OPTIONS: preload } : {}),
  });
  const ended = child.then(() => true);
  while (!existsSync(join(meeting, 'pid'))) {
    if (await Promise.race([ended, setTimeout(5, false)])) throw new Error(`it was not held:\n${(await child).all}`);
  }
  return {
    child,
    pid: Number(readFileSync(join(meeting, 'pid'), 'utf8')),
    go: () => writeFileSync(join(meeting, 'go'), ''),
  };
}

/** Signals a held process, or another one, and lets the held one go on; how the command line ended. */
export async function signalHeld(
  { child, pid, go }: HeldProcess,
  signal: NodeJS.Signals,
  receiver: number = pid,
): Promise<Awaited<IsdaProcess>> {
  process.kill(receiver, signal);
  go();
  return await child;
}

/** Waits until a process has taken every signal that was sent to it: two of a kind that wait are one. */
export async function signalsTaken(pid: number): Promise<void> {
  while (!/^ShdPnd:\s*0+$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) await setTimeout(1);
}

/** Waits until a process has done what there was to do and sleeps. */
export async function isIdle(pid: number): Promise<void> {
  while (!/^State:\s*S/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) await setTimeout(1);
}
