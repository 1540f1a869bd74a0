// `--help`: required options are marked, examples are valid, lines fit the terminal.
import { PassThrough } from 'node:stream';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/main.js';
import type { CommandContext } from '../../src/cli/context.js';
import { commandWords } from '../../src/cli/help.js';
import { projectRoot } from '../config/support.js';

/** The program, printing to a terminal of that many columns; undefined: to no terminal. */
function programOf(columns?: number): Command {
  const stream = Object.assign(new PassThrough(), columns === undefined ? {} : { isTTY: true, columns });
  return createProgram({
    stdout: stream as unknown as NodeJS.WriteStream,
    stderr: stream as unknown as NodeJS.WriteStream,
    environment: {},
    workingDirectory: '/',
    now: () => 0,
    clock: () => 0,
    onSignal: () => () => undefined,
    exit: () => {
      throw new Error('the program ends the process');
    },
  } satisfies CommandContext);
}

/** The output of a command's `--help`. */
function helpOf(command: Command): string {
  const lines: string[] = [];
  command.configureOutput({ writeOut: (text) => lines.push(text) });
  command.outputHelp();
  return lines.join('');
}

const everyCommand = (command: Command): Command[] => [command, ...command.commands.flatMap(everyCommand)];
const nameOf = (command: Command): string => commandWords(command).join(' ');
const calledOf = (program: Command): Command[] =>
  everyCommand(program).filter((command) => command.commands.length === 0 || command.name() === 'bench');

/** Terms and words that cannot be broken. */
const unbreakable = 48;

describe.each([undefined, 40, 60, 80, 160])('on a terminal of %s columns', (columns) => {
  it.each(everyCommand(programOf(columns)).map((command) => [nameOf(command), command] as const))(
    '%s has no longer line',
    (_, command) => {
      const all = helpOf(command).split('\n');
      const lines = all.filter((line) => !/^Usage: isda/.test(line));
      expect(lines).toHaveLength(all.length - 1);
      const width = Math.max(columns ?? 80, unbreakable);
      const isExample = (line: string): boolean => line.startsWith('  isda ');
      expect(lines.filter((line) => line.length > width && !isExample(line))).toEqual([]);
    },
  );
});

it('uses the full width for descriptions, also next to long terms', () => {
  const help = (columns?: number): string => {
    const program = programOf(columns);
    return helpOf(everyCommand(program).find((command) => nameOf(command) === 'isda table')!);
  };
  const longest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));
  for (const columns of [undefined, 80, 120]) {
    expect(longest(help(columns))).toBeGreaterThan((columns ?? 80) - 12);
  }
  expect(help(undefined)).toBe(help(80));
});

describe.each(everyCommand(programOf()).map((command) => [nameOf(command), command] as const))('%s', (_, command) => {
  const help = helpOf(command);
  const options = command.options.filter(({ mandatory }) => mandatory);

  it('marks the required options', () => {
    expect(help.match(/\(required\)/g)?.length ?? 0).toBe(options.length);
    for (const { flags } of options) {
      const start = help.indexOf(`\n  ${flags}`);
      const end = help.slice(start + 1).search(/\n {2}\S|\n\n/);
      expect(help.slice(start, start + 1 + end).replaceAll(/\s+/g, ' '), flags).toMatch(/\(required\)$/);
    }
  });
  it('prints no empty lists', () => {
    expect(help).not.toContain('[])');
  });
});

it.each(calledOf(programOf()).map((command) => [nameOf(command), command] as const))(
  '%s has a valid example',
  (name, command) => {
    const line = /\nExamples?:\n {2}(.*)\n/.exec(helpOf(command))?.[1] ?? '';
    expect(`${line} `).toContain(`${name} `);
    const { operands, unknown } = command.parseOptions(line.slice(name.length + 1).split(' ').filter(Boolean)); // prettier-ignore
    expect(unknown).toEqual([]);
    const missing = command.options.filter(
      (option) => option.mandatory && command.getOptionValueSource(option.attributeName()) !== 'cli',
    );
    expect(missing.map(({ flags }) => flags)).toEqual([]);
    const needed = command.registeredArguments.filter(({ required }) => required);
    expect(operands.length).toBeGreaterThanOrEqual(needed.length);
    for (const [index, { argChoices }] of command.registeredArguments.entries()) {
      if (argChoices !== undefined && operands[index] !== undefined) expect(argChoices).toContain(operands[index]);
    }
  },
);

it('isda --help starts with the same three commands as the README', () => {
  const lines = helpOf(programOf()).split('\n');
  const calls = lines.slice(0, lines.indexOf('')).filter((line) => /^ {2}isda /.test(line));
  const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8');
  const block = /```sh\n([^`]*)```/.exec(readme)?.[1] ?? '';
  const asked = block
    .trim()
    .split('\n')
    .map((line) => line.replace(/ +#.*/, ''));
  expect(asked).toEqual([
    'isda train --config wrn28-10-cifar100.yaml',
    'isda sweep lambda0',
    'isda ablate --variant diagonal',
  ]);
  expect(calls.map((line) => line.trim().replace(/ {2,}.*/, ''))).toEqual(asked);
});

it('isda --help lists every command under a heading', () => {
  const program = programOf();
  const help = helpOf(program);
  expect(help).not.toContain('\nCommands:\n');
  const headings = new Set(program.commands.map((command) => command.helpGroup()));
  expect(headings.size).toBeGreaterThan(3);
  for (const heading of headings) expect(help).toContain(`\n${heading}\n`);
  for (const command of program.commands) expect(help).toMatch(new RegExp(`^ {2}${command.name()}\\b`, 'm'));
  expect(help).toMatch(/^ {2}help \[command\]/m);
});
