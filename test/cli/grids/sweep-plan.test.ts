// The runs of a sweep: each value on held-out images, and the final runs of each value on all images.
import { Command } from 'commander';
import { expect, it } from 'vitest';
import { withSweepOptions } from '../../../src/cli/commands/sweep.js';
import type { CommandContext } from '../../../src/cli/context.js';
import { readSweep, sweepCells, type SweepOptions } from '../../../src/cli/grids/sweep-plan.js';
import type { Cell } from '../../../src/grids/store/store.js';

const context: CommandContext = {
  ...{ stdout: process.stdout, stderr: process.stderr, environment: {}, workingDirectory: '/' },
  ...{ now: Date.now, clock: Date.now, onSignal: () => () => undefined },
  exit: (): never => {
    throw new Error('exit');
  },
};

function sweepOf(...words: readonly string[]) {
  const command = withSweepOptions(new Command()).parse(['--config', 'tiny-isda', ...words], { from: 'user' });
  const options = command.opts<SweepOptions>();
  return { sweep: readSweep(command.args.at(0), options, context), options };
}

/** What the runs of a command line have of the settings that a sweep sets. */
function cellsOf(...words: readonly string[]) {
  const { sweep, options } = sweepOf(...words);
  const { trials, finals } = sweepCells(sweep, options);
  const told = ({ row, config: { experiment, loss, optimizer, dataset, training } }: Cell) => [
    ...[row, experiment, loss.name === 'isda' ? loss.lambda0 : loss.name],
    ...[optimizer.learningRate, dataset.holdout, training.seed],
  ];
  return {
    trials: trials.map(told),
    finals: Object.fromEntries([...finals].map(([name, cells]) => [name, cells.map(told)])),
  };
}

it('are each value on held-out images by every seed, and each value on all images by the final seeds', () => {
  const words = ['lambda0', '--values', '2,0', '--holdout', '20', '--seeds', '2', '--final-seeds', '3'];
  const trial = (value: number, seed: number) => [`lambda0-${value}`, `tiny-isda-lambda0-${value}`, value, 0.1, 20, seed]; // prettier-ignore
  const final = (value: number, seed: number) => [`lambda0-${value}-final`, `tiny-isda-lambda0-${value}-final`, value, 0.1, 0, seed]; // prettier-ignore
  const { trials, finals } = cellsOf(...words);
  expect(trials).toEqual([trial(0, 1), trial(2, 1), trial(0, 2), trial(2, 2)]);
  expect(finals).toEqual({
    'lambda0-0': [1, 2, 3].map((seed) => final(0, seed)),
    'lambda0-2': [1, 2, 3].map((seed) => final(2, seed)),
  });
});

it('keep what --set changes, and use ISDA where its lambda0 is swept', () => {
  const set = ['--set', 'loss.name=cross-entropy', '--set', 'optimizer.learningRate=0.7'];
  const sizes = ['--holdout', '20', '--final-seeds', '1'];
  const { trials, finals } = cellsOf('lambda0', '--values', '0.25', ...set, ...sizes);
  expect([trials, finals['lambda0-0.25']].map(([cell]) => cell.slice(2, 5))).toEqual([
    [0.25, 0.7, 20],
    [0.25, 0.7, 0],
  ]);
  const rates = cellsOf('optimizer.learningRate', '--values', '0.3', '--set', 'loss.name=cross-entropy', ...sizes);
  expect(rates.finals['learningRate-0.3'][0].slice(2, 5)).toEqual(['cross-entropy', 0.3, 0]);
});

it('are for the network, data and loss of the chosen point', () => {
  const choices = ['loss.covariance=full,diagonal', 'model.depth=8,14', 'loss.lambda0=0.5,1'];
  const random = ['--random', '8', ...choices.flatMap((choice) => ['--choice', choice])];
  const { sweep } = sweepOf(...random, '--set', 'dataset.testSubset=20');
  expect(sweep.subjectOf({})).toMatchObject({ network: 'resnet-8' });
  const point = { 'model.depth': 14, 'loss.covariance': 'diagonal', 'loss.lambda0': 1 };
  const { network, settings } = sweep.subjectOf(point);
  expect([network, settings?.['loss.covariance'], settings?.['model.depth']]).toEqual([
    'resnet-14',
    '"diagonal"',
    '14',
  ]);
  expect(Object.keys(settings ?? {})).not.toContain('loss.lambda0');
});
