// The README and the docs name existing files and show valid configs.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createProgram } from '../src/cli/main.js';
import { findConfig } from '../src/config/find.js';
import { ganConfigSchema } from '../src/config/gan.js';
import { experimentSchema } from '../src/config/schema.js';
import { kit } from '../src/runs/kit.js';
import { projectRoot } from './config/support.js';

const docs = readdirSync(join(projectRoot, 'docs')).filter((name) => name.endsWith('.md'));
const pages = ['README.md', 'bench/README.md', 'results/README.md', ...docs.map((name) => `docs/${name}`)];

/** Paths of the repository in backticks. Example files for a reader to add have capitals or `my` in their names. */
const named = /`((?:src|test|scripts|bench|docs|examples|native|configs)\/[\w./-]+)`/g;
const links = /\]\(([^)#:]+)(?:#[^)]*)?\)/g;
const anchors = /\]\(([^):]*#[^)]+)\)/g;
const yamlBlocks = /^```yaml\n(.*?)^```/gms;

const read = (page: string): string => readFileSync(join(projectRoot, page), 'utf8');

/** The anchors of a page's headings, as GitHub makes them. */
const headingsOf = (page: string): string[] =>
  [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe.each(pages)('%s', (page) => {
  const text = read(page);
  const matches = (pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, path]) => path);

  it('names paths of the repository that exist', () => {
    const examples = ['src/data/augment/grey.ts', 'src/data/transforms/grey.ts'];
    const missing = matches(named).filter((path) => !existsSync(join(projectRoot, path)) && !examples.includes(path));
    expect(missing).toEqual([]);
  });
  it('links to files that exist', () => {
    expect(matches(links).filter((path) => !existsSync(join(projectRoot, dirname(page), path)))).toEqual([]);
  });
  it('links to headings that exist', () => {
    const broken = matches(anchors).filter((link) => {
      const [file, anchor] = link.split('#');
      return !headingsOf(file === '' ? page : join(dirname(page), file)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });
  it('shows configs that are valid', () => {
    for (const block of matches(yamlBlocks)) {
      const entries = Object.entries(parse(block) as Readonly<Record<string, unknown>>);
      const config = Object.fromEntries(entries.filter(([key]) => key !== 'extends'));
      // A study.
      if ('rows' in config) continue;
      const schema = 'gan' in config ? ganConfigSchema : experimentSchema;
      const checked = schema.safeParse({ experiment: 'x', ...config });
      expect(checked.error?.issues, block).toBeUndefined();
    }
  });
});

describe('command lines', () => {
  const program = createProgram({
    stdout: process.stdout,
    stderr: process.stderr,
    environment: {},
    workingDirectory: projectRoot,
    now: () => 0,
    clock: () => 0,
    onSignal: () => () => undefined,
    exit: () => {
      throw new Error('the program ends the process');
    },
  });
  const places = { configsDirectory: join(projectRoot, 'configs'), workingDirectory: projectRoot };

  /** The command that the first words of a line call, and its options. */
  function called(words: readonly string[]): { command: Command; known: readonly (string | undefined)[] } {
    let command: Command = program;
    const known = ['--help', ...command.options.map(({ long }) => long)];
    for (const word of words) {
      const part = command.commands.find((each) => each.name() === word);
      if (part === undefined) break;
      command = part;
      known.push(...command.options.map(({ long }) => long));
    }
    return { command, known };
  }

  /** Command lines in blocks and in backticks; a comment after a line is left out. */
  const linesOf = (page: string): readonly string[][] =>
    [...read(page).matchAll(/(?:^|[`\s])(?:(?:node )?bin\/isda\.js|isda) ([a-z][^`\n]*)/g)].map(([, line]) =>
      line.replace(/\s#.*$/, '').split(/\s+/),
    );

  it.each([...pages, 'CONTRIBUTING.md'])('in %s have options that exist, and configs', (page) => {
    const mistakes = linesOf(page).flatMap((words) => {
      const { command, known } = called(words);
      if (command === program) return [];
      const options = words
        .flatMap((word) => /^--[a-z][\w-]*/.exec(word) ?? [])
        .filter((flag) => !known.includes(flag));
      const config = words[words.indexOf('--config') + 1];
      const isName = words.includes('--config') && /^[a-z]+\d[\w-]*$/.test(config);
      return [...options, ...(isName && !hasConfig(config) ? [config] : [])].map(
        (each) => `${words.join(' ')}: ${each}`,
      );
    });
    expect(mistakes).toEqual([]);
  });

  function hasConfig(name: string): boolean {
    try {
      return findConfig(name, places) !== '';
    } catch {
      return false;
    }
  }
});

it.each(['docs/config.md', 'docs/data.md', 'docs/extending.md'])('%s shows configs', (page) => {
  expect(read(page)).toMatch(/^```yaml\n/m);
});

it('links from the README to every page of docs/', () => {
  const readme = read('README.md');
  expect(docs.filter((name) => !readme.includes(`(docs/${name})`))).toEqual([]);
});

it.each(['ops', 'layers'] as const)('docs/extending.md names all of kit.%s', (part) => {
  const text = read('docs/extending.md');
  const listed = new RegExp(`^\`kit\\.${part}\`: (.*)\\.$`, 'm').exec(text)?.[1] ?? '';
  expect([...listed.matchAll(/`(\w+)`/g)].map(([, name]) => name)).toEqual(Object.keys(kit[part]).sort());
});

it.each([
  ['src/data/augment', '// Random grey: '],
  ['src/cli/commands', '// `isda name`: '],
])('docs/extending.md shows a file of %s whose imports exist', (folder, start) => {
  const blocks = [...read('docs/extending.md').matchAll(/^```ts\n(.*?)^```/gms)].map(([, block]) => block);
  const source = blocks.find((block) => block.startsWith(start))!;
  const imports = [...source.matchAll(/^import (?:type )?\{(.*?)\} from '(.*?)\.js';/gm)];
  expect(imports.length).toBeGreaterThan(0);
  for (const [line, names, from] of imports) {
    const path = join(projectRoot, folder, `${from}.ts`);
    expect(existsSync(path), line).toBe(true);
    for (const name of names.split(',').map((each) => each.replace('type ', '').trim()))
      expect(readFileSync(path, 'utf8'), line).toMatch(
        new RegExp(`^export (?:type|interface|const|function) ${name}\\b`, 'm'),
      );
  }
});

it('docs/extending.md shows the built-in loss of its example as it is', () => {
  const text = read('docs/extending.md');
  expect(text).toContain(`\`\`\`ts\n${read('src/losses/label-smoothing.ts')}\`\`\`\n`);
  const [options] = /^\/\*\* Label smoothing .*?^\}\);$/ms.exec(read('src/losses/options.ts'))!;
  expect(text).toContain(options);
  const [line] = /^ +'label-smoothing': .*$/m.exec(read('src/losses/registry.ts'))!;
  expect(text).toContain(line);
});
