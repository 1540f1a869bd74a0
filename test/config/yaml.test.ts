// Reading YAML: values, places and limits.
import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../src/config/yaml.js';
import { plain } from '../../src/config/tree.js';

const read = (text: string) => parseYaml({ kind: 'file', label: 'x.yaml', text });
const messages = (text: string) => read(text).problems.map(({ message }) => message);

describe('parseYaml', () => {
  it('reads values, anchors and keys that are numbers', () => {
    const { tree, problems } = read('a: &v [1, 1e-4, 0x10, "x", null, true]\nb: *v\n3: yes\n__proto__: 1\n');
    expect(problems).toEqual([]);
    const list = [1, 1e-4, 16, 'x', null, true];
    expect(Object.entries(plain(tree!) as object)).toEqual([
      ['3', 'yes'],
      ['a', list],
      ['b', list],
      ['__proto__', 1],
    ]);
  });

  it('knows where a value stands', () => {
    const { tree } = read('a:\n  b: word\n');
    const inner = tree?.kind === 'map' ? tree.entries.get('a')?.value : undefined;
    const value = inner?.kind === 'map' ? inner.entries.get('b') : undefined;
    expect(value?.key).toMatchObject({ start: 5, end: 6 });
    expect(value?.value.span).toMatchObject({ start: 8, end: 12 });
  });

  it('allows 64 levels and refuses 65, however they are written', () => {
    expect(messages('['.repeat(64) + ']'.repeat(64))).toEqual([]);
    for (const deep of ['['.repeat(65) + ']'.repeat(65), '- '.repeat(65) + 'x', '{a: '.repeat(65) + '}'.repeat(65)]) {
      expect(messages(deep)).toEqual(['nested deeper than 64 levels']);
    }
    expect(messages('['.repeat(1_000_000))).toEqual(['nested deeper than 64 levels']);
  });

  it('refuses aliases that write out to too much, once', () => {
    const lines = ['a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]'];
    for (let i = 1; i < 30; i++)
      lines.push(
        `a${i}: &a${i} [${Array(10)
          .fill(`*a${i - 1}`)
          .join(', ')}]`,
      );
    expect(messages(lines.join('\n'))).toEqual(['aliases expand to more than 10000 values']);
  });

  it.each([
    ['a: &x [*x]', 'the alias *x has no anchor before it'],
    ['a: *x', 'the alias *x has no anchor before it'],
    ['a: !foo 1', 'invalid YAML: Unresolved tag: !foo'],
    ['? [1]\n: 2', 'a key must be a word'],
    ['%YAML 1.1\n---\na: 2001-12-14', 'expected text, a number, true, false, a list or a map'],
    ['a: 1\n---\nb: 2', 'invalid YAML: more than one document'],
  ])('refuses %j', (text, message) => {
    expect(messages(text)).toEqual([message]);
  });
});
