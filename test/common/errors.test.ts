// Expected failures: their text, their codes, and the closed list of codes.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cannot, formatError, systemCode } from '../../src/common/errors.js';
import { loadConfig } from '../../src/config/load.js';
import { projectRoot } from '../config/support.js';

const source = join(projectRoot, 'src');
const listFile = 'common/errors.ts';
const read = (path: string): string => readFileSync(join(source, path), 'utf8');

describe('formatError', () => {
  const error = cannot('read a', 'it is damaged', { code: 'file/read', place: '/a', hint: 'make it anew' });
  it('shows message, place and hint', () => {
    expect(formatError(error, false)).toBe('error: cannot read a: it is damaged\n  /a\n  hint: make it anew');
  });
  it('adds code and stack for --debug', () => {
    expect(formatError(error, true).split('\n').slice(2, 5)).toEqual([
      '  hint: make it anew',
      '  code: file/read',
      'IsdaError: cannot read a: it is damaged',
    ]);
  });
});

it('the code of a failure of this program is none of the system', () => {
  expect(systemCode(cannot('read a', 'x', { code: 'file/read' }))).toBeUndefined();
  expect(systemCode(Object.assign(new Error('x'), { code: 'ENOENT' }))).toBe('ENOENT');
});

it('every code of the list is that of some failure', () => {
  const codes = [...read(listFile).matchAll(/^ {2}\| '([a-z/-]+)'/gm)].map(([, code]) => code);
  expect(codes.length).toBeGreaterThan(50);
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' });
  const text = files
    .filter((path) => path.endsWith('.ts'))
    .map((path) => read(path).replaceAll(/^ {2}\| '[a-z/-]+';?$/gm, ''))
    .join('\n');
  expect(codes.filter((code) => !text.includes(`'${code}'`))).toEqual([]);
});

describe('the code of a config that cannot be used', () => {
  const places = { configsDirectory: join(projectRoot, 'configs'), workingDirectory: projectRoot };
  it.each([
    ['no-such-config', [], 'config/missing'],
    ['configs', [], 'config/missing'],
    ['tiny-gan', [], 'config/kind'],
    ['tiny-isda', ['training.epoch=1'], 'config/unknown-key'],
    ['tiny-isda', ['training.epoch=1', 'training.batchsize=1'], 'config/unknown-key'],
    ['tiny-isda', ['training.epochs=0'], 'config/invalid'],
    ['tiny-isda', ['training.epochs=0', 'training.epoch=1'], 'config/invalid'],
    ['tiny-isda', ['model={name: '], 'config/yaml'],
  ] as const)('%s with %j', (name, overrides, code) => {
    expect(() => loadConfig(name, { ...places, overrides })).toThrow(expect.objectContaining({ code }) as Error);
  });
});
