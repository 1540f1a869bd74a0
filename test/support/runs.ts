// Small runs for tests: their data, their command line, and the files that must be equal in two runs.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { synthesize } from '../../src/data/datasets/synthetic/synthesize.js';

/** Makes a small data set in CIFAR-10's format in the subfolder `data`. */
export async function makeData(folder: string, train = 512): Promise<void> {
  await synthesize({ name: 'cifar10', train, test: 100, classes: 10, seed: 1 }, join(folder, 'data'));
}

/** `train --config tiny-isda` on that data, with changes such as `training.epochs=4`. */
export function trainArgs(out: string, changes: readonly string[] = [], config = 'tiny-isda'): string[] {
  const sets = ['dataset.dir=data', ...changes].flatMap((change) => ['--set', change]);
  return ['train', '--config', config, ...sets, '--out', out];
}

export const sha256Of = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

export const read = (...path: readonly string[]): string => readFileSync(join(...path), 'utf8');

/** metrics.csv without its two time columns. */
export function metricsOf(run: string): string[] {
  const lines = read(run, 'metrics.csv').trimEnd().split('\n');
  return lines.map((line) => line.split(',').slice(0, -2).join(','));
}

/** The regular checkpoints of a run, oldest first, without the best ones. */
export const checkpointsOf = (run: string): string[] =>
  readdirSync(join(run, 'checkpoints'))
    .filter((name) => name.startsWith('epoch-'))
    .sort();

/** The content of every file in a folder; `except` names files that may differ. */
export function contentOf(folder: string, except: readonly string[] = []): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((file) => join(file.parentPath, file.name).slice(folder.length + 1));
  return Object.fromEntries(
    paths.filter((path) => !except.includes(path)).map((path) => [path, readFileSync(join(folder, path), 'latin1')]),
  );
}

/** The files that must be identical in runs with the same config and seed: metrics and the final checkpoint. */
export function outcomeOf(run: string): { metrics: string[]; checkpoint: string; sha256: string } {
  const checkpoint = checkpointsOf(run).at(-1)!;
  return { metrics: metricsOf(run), checkpoint, sha256: sha256Of(join(run, 'checkpoints', checkpoint)) };
}
