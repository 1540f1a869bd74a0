// The README and the docs name files that exist.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kit } from '../src/runs/kit.js';
import { projectRoot } from './config/support.js';

const docs = readdirSync(join(projectRoot, 'docs')).filter((name) => name.endsWith('.md'));
const pages = ['README.md', 'bench/README.md', 'results/README.md', ...docs.map((name) => `docs/${name}`)];

/** Paths of the repository in backticks. Examples of what a reader would add have capitals or `my` in them. */
const named = /`((?:src|test|scripts|bench|docs|examples|native|configs)\/[\w./-]+)`/g;
const links = /\]\(([^)#:]+)(?:#[^)]*)?\)/g;

describe.each(pages)('%s', (page) => {
  const text = readFileSync(join(projectRoot, page), 'utf8');
  const matches = (pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, path]) => path);

  it('names paths of the repository that exist', () => {
    const examples = ['src/data/augment/grey.ts', 'src/data/transforms/grey.ts'];
    const missing = matches(named).filter((path) => !existsSync(join(projectRoot, path)) && !examples.includes(path));
    expect(missing).toEqual([]);
  });
  it('links to files that exist', () => {
    expect(matches(links).filter((path) => !existsSync(join(projectRoot, dirname(page), path)))).toEqual([]);
  });
});

it('links from the README to every page of docs/', () => {
  const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8');
  expect(docs.filter((name) => !readme.includes(`(docs/${name})`))).toEqual([]);
});

it.each(['ops', 'layers'] as const)('docs/extending.md names all of kit.%s', (part) => {
  const text = readFileSync(join(projectRoot, 'docs', 'extending.md'), 'utf8');
  const listed = new RegExp(`^\`kit\\.${part}\`: (.*)\\.$`, 'm').exec(text)?.[1] ?? '';
  expect([...listed.matchAll(/`(\w+)`/g)].map(([, name]) => name)).toEqual(Object.keys(kit[part]).sort());
});
