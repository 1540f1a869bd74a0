// The commands of docs/tutorial.md, in their order, on few synthetic images for one epoch.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { projectRoot } from './config/support.js';
import { runHere } from './support/cli.js';
import { makeData } from './support/runs.js';
import { findTorch } from './support/torch.js';

const page = readFileSync(join(projectRoot, 'docs/tutorial.md'), 'utf8');
const commands = [...page.matchAll(/^```sh\n([^]*?)^```$/gm)].flatMap(([, block]) => block.trimEnd().split('\n'));

const python = findTorch();

const folder = await mkdtemp(join(tmpdir(), 'isda-test-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Replacements in commands that would take long or need the network. */
const smaller: readonly (readonly [RegExp, string])[] = [
  [/--count 500/, '--count 10'],
  [/^plan ablate (.*)--seeds 5/, 'plan ablate $1--seeds 1 --steps 1'],
  [/^ablate (.*)--seeds 5/, 'ablate $1--seeds 1 --set training.epochs=1'],
  // The first cat of synthetic images.
  [/new\/cat\/00000/, 'new/cat/00003'],
  // Worker threads run the built files; everything here except the runs of the grid runs from the sources.
  [/^evaluate /, 'evaluate --set training.workers=0 '],
];

const wordsOf = (command: string): string[] => {
  const line = command.replace(/^isda /, '');
  return smaller.reduce((text, [long, short]) => text.replace(long, short), line).split(' ');
};

/** Output files that options of a command name. */
const writtenBy = (words: readonly string[]): string[] =>
  words.filter((word, at) => /\.(svg|png|csv|html|safetensors)$/.test(word) && /^--(?!network)/.test(words[at - 1]));

describe('docs/tutorial.md', () => {
  it('has only isda commands, one per line', () => {
    expect(commands.length).toBeGreaterThan(10);
    expect(commands.filter((command) => !/^isda [a-z]+ [^"'|>&;]+$/.test(command))).toEqual([]);
  });

  it('runs without errors and prints the tables of the page', async () => {
    // In place of the download: the same number of classes with the same names.
    await makeData(folder, 200);
    const names = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
    writeFileSync(join(folder, 'data/cifar-10-batches-bin/batches.meta.txt'), `${names.join('\n')}\n`);
    const printed = new Map<string, string>();
    for (const command of commands.filter((each) => !each.startsWith('isda data download'))) {
      const words = wordsOf(command);
      const { exitCode, stdout, all } = await runHere(folder, words);
      expect(exitCode, `${command}\n${all}`).toBe(0);
      expect(
        writtenBy(words).filter((file) => !existsSync(join(folder, file))),
        command,
      ).toEqual([]);
      printed.set(command, stdout);
    }
    // The header of each table of the page was printed too.
    const tables = [...page.matchAll(/^```\n(.*)\n([-\s]+)$/gm)].map(([, header]) => header.trim().split(/\s{2,}/));
    expect(tables.length).toBeGreaterThan(2);
    const all = [...printed.values()].join('\n').replaceAll(/ +/g, ' ');
    for (const [first, second] of tables) expect(all).toContain(`\n${first} ${second}`);
  });

  it.skipIf(python === undefined)('gives the same probabilities in PyTorch', async () => {
    const [whole, own] = [readFileSync(join(projectRoot, 'docs/networks.md'), 'utf8'), page].map(
      (text) => /```python\n([^]*?)```/.exec(text)![1],
    );
    // Each of its lines replaces the line that sets the same variable.
    const lines = own.split('\n').filter((line) => line !== '');
    const [load, ...others] = lines;
    const script = others.reduce((text, line) => {
      const name = line.split(' = ')[0];
      return text.replace(new RegExp(`^( *)${name} = .*$`, 'm'), (_, indent: string) => `${indent}${line}`);
    }, `${load}\n${whole}`);
    writeFileSync(join(folder, 'use.py'), script);
    const image = 'new/cat/00003.png';
    const env = { PYTHONPATH: join(projectRoot, 'bench') };
    const { stdout } = await execa(python!, ['use.py', 'animals.safetensors', image], { cwd: folder, env });
    const predicted = await runHere(folder, ['predict', image, '--network', 'animals.safetensors', '--top', '1']);
    const words = (text: string): string[] => text.split(/\s+/);
    expect(words(stdout)).toEqual(words(predicted.stdout.replace(' %', '%')));
  });

  it('shows only pictures that its commands write', () => {
    const pictures = [...page.matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)].map(([, path]) => path);
    expect(pictures.filter((path) => dirname(path) === 'tutorial')).toHaveLength(pictures.length);
    const named = commands.join(' ');
    expect(pictures.filter((path) => !named.includes(` ${path.slice('tutorial/'.length)}`))).toEqual([]);
  });
});
