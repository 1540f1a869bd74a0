// The command line that messages suggest to repeat: parsed again, it gives the same options.
import { Command } from 'commander';
import fc from 'fast-check';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { withAblateOptions } from '../../src/cli/commands/ablate.js';
import { givenLine, optionWords } from '../../src/cli/command-line.js';
import { withTableChoice } from '../../src/cli/grids/paper-table-plan.js';
import { withGridOptions } from '../../src/cli/grids/grid.js';
import { withStudyOptions } from '../../src/cli/commands/study.js';
import { withSweepOptions } from '../../src/cli/commands/sweep.js';

/** A command that has parsed `words`. */
function parsedCommand(name: string, words: readonly string[], withOptions: (command: Command) => Command): Command {
  const program = new Command('isda').exitOverride();
  const command = withOptions(program.command(name)).action(() => undefined);
  program.parse([name, ...words], { from: 'user' });
  return command;
}

const withTableOptions = (command: Command): Command => withGridOptions(withTableChoice(command.option('--run')));

it.each([
  ['ablate', '--config tiny-isda --set training.epochs=1 --set loss.lambda0=2 --variant isda --variant basic --seed 7'],
  ['ablate', '--config tiny-isda --seeds 2 --out store --jobs 3 --executor slurm --poll 0.5 --json'],
  ['study', 'study.yaml --set slurm.gpus=1 --seeds 2 --out store --executor slurm --detach'],
  ['sweep', 'lambda0 --config tiny-isda --values 0,1 --values -1 --holdout 0 --seeds 2 --final-seeds 0'],
  ['sweep', '--config tiny-isda --random 4 --range loss.lambda0=log:0.1..1 --choice loss.name=isda,focal'],
  ['table', "1 --run --seeds 2 --only 'wrn-*' --only cifar10 --config a.yaml --config 'my b.yaml' --from x --jobs 2"],
] as const)('repeats unchanged: isda %s %s', async (name, line) => {
  const withOptions = {
    ablate: withAblateOptions,
    study: withStudyOptions,
    sweep: withSweepOptions,
    table: withTableOptions,
  }[name];
  const { stdout } = await execa('bash', ['-c', `printf '%s\\n' ${line}`]);
  expect(givenLine(parsedCommand(name, stdout.split('\n'), withOptions))).toBe(`isda ${name} ${line}`);
});

it('leaves out defaults and unwanted options', () => {
  const command = parsedCommand('table', ['1', '--executor', 'slurm', '--detach', '--seeds', '3'], withTableOptions);
  expect(givenLine(command, ['detach'])).toBe('isda table 1 --seeds 3 --executor slurm');
  expect(optionWords(command, ['detach', 'executor'])).toEqual(['--seeds', '3']);
});

it('gives the same options for any values', async () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 12 }).map((value) => value.replaceAll('\0', ''));
  await fc.assert(
    fc.asyncProperty(fc.array(text, { maxLength: 3 }), text, async (sets, out) => {
      const words = [...sets.flatMap((set) => ['--set', set]), '--out', out];
      const command = parsedCommand('study', ['study.yaml', ...words], withStudyOptions);
      const line = givenLine(command).replace(/^isda study /, '');
      const { stdout } = await execa('bash', ['-c', `printf '%s\\0' ${line}`], { stripFinalNewline: false });
      const again = parsedCommand('study', stdout.split('\0').slice(0, -1), withStudyOptions);
      expect([again.args, again.opts()]).toEqual([command.args, command.opts()]);
    }),
    { numRuns: 30 },
  );
});
