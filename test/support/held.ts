// Pauses runs at a chosen image or printed line, so that tests do not depend on the machine's speed.
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

/** The data set's module, for commands that use a run's data. */
export const heldModule = fileURLToPath(new URL('held-images.js', import.meta.url));

/** The `dataset` section of a config whose runs can be paused. They need `training.workers: 0`. */
export const heldDataset = ({ train, test }: HeldData) => ({
  name: 'custom',
  module: heldModule,
  options: { train, test },
  subset: train,
  testSubset: test,
});

/** `train` on 36 such images, in two epochs of 3 steps; the second step starts with image 13. */
export function heldTrainArgs(out: string, changes: readonly string[] = [], config = 'tiny-isda'): string[] {
  const dataset = `dataset=${JSON.stringify(heldDataset({ train: 36, test: 20 }))}`;
  const training = 'training={epochs: 2, batchSize: 12, evaluationBatchSize: 20, workers: 0}';
  const sets = [dataset, training, ...changes].flatMap((change) => ['--set', change]);
  return ['train', '--config', config, ...sets, '--out', out];
}

interface HeldRun {
  /** Text in the command line of the process to pause: part of its run folder's name. */
  readonly run: string;
}

/** The point at which a process of a run on such images is paused. */
export interface ImageHold extends HeldRun {
  readonly part?: 'train' | 'test';
  /** The number, from 1, of the image at which it is paused, among those that the process reads. */
  readonly image: number;
}

/** The point at which any process is paused. */
interface LineHold extends HeldRun {
  /** The line on stdout after which it is paused. */
  readonly line: RegExp;
}

const preload = `--import=${new URL('held-output.js', import.meta.url).href}`;

interface HeldProcess {
  readonly child: IsdaProcess;
  /** The id of the paused process. */
  readonly pid: number;
  /** Lets it continue. */
  readonly go: () => void;
}

/** Starts a command line and returns once the process of `hold` is paused. Errors: the command line ended. */
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

/** Signals the paused process, or another one, and lets it continue; returns how the command line ended. */
export async function signalHeld(
  { child, pid, go }: HeldProcess,
  signal: NodeJS.Signals,
  receiver: number = pid,
): Promise<Awaited<IsdaProcess>> {
  process.kill(receiver, signal);
  go();
  return await child;
}

/** Waits until a process has received every signal sent to it: two pending signals of a kind are merged into one. */
export async function signalsTaken(pid: number): Promise<void> {
  while (!/^ShdPnd:\s*0+$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) await setTimeout(1);
}

/** Waits until a process is idle. */
export async function isIdle(pid: number): Promise<void> {
  while (!/^State:\s*S/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) await setTimeout(1);
}
