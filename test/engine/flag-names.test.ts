// Names of flags found in libraries, so that TensorFlow does not end the process at one that it does not know.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { flagNamesIn, unknownFlags } from '../../src/engine/flag-names.js';
import { runIsda } from '../support/process.js';
import { makeData } from '../support/runs.js';
import { test } from '../temporary-folder.js';

describe('unknownFlags', () => {
  test('are those that no library beside the given one has as a whole text', ({ folder }) => {
    const core = join(folder, 'libtensorflow_cc.so.2');
    const far = Buffer.concat([Buffer.alloc(2 ** 23 - 5, 'x'), Buffer.from('across_two_parts\0')]);
    writeFileSync(core, Buffer.concat([Buffer.from('a_flag\0with_more_behind_it\0'), far]));
    writeFileSync(join(folder, 'libtensorflow_framework.so.2'), 'tail of_another\0');
    writeFileSync(join(folder, 'notes.txt'), 'not_in_a_library\0');
    const known = ['a_flag', 'across_two_parts', 'of_another'];
    expect(unknownFlags([], core)).toEqual([]);
    expect(unknownFlags(known, core)).toEqual([]);
    const unknown = ['with_more', 'not_in_a_library', 'a_flags'];
    expect(unknownFlags([...known, ...unknown], core)).toEqual(unknown);
  });
});

describe('flagNamesIn', () => {
  test('are words with two dashes, also of a file', ({ folder }) => {
    const file = join(folder, 'flags');
    writeFileSync(file, '# a comment\n--one=1 --two\n  --three=a,b\n');
    expect(flagNamesIn(file)).toEqual(['one', 'two', 'three']);
    expect(flagNamesIn(' --one=--two  --three ')).toEqual(['one', 'three']);
    expect(flagNamesIn(`--one="a \\" --no" --two='b --no'`)).toEqual(['one', 'two']);
    expect([flagNamesIn(undefined), flagNamesIn(''), flagNamesIn(join(folder, 'none'))]).toEqual([[], [], []]);
  });
});

describe('isda train', () => {
  test.for([
    ['TF_XLA_FLAGS', '--tf_xla_cpu_global_jit --tf_xla_nonsense=1'],
    ['XLA_FLAGS', '--xla_dump_hlo_as_text --tf_xla_nonsense'],
  ])('refuses a flag in %s that the real libraries do not know', async ([name, value], { folder }) => {
    await makeData(folder, 128);
    const args = [
      'train',
      '--config',
      'tiny-isda',
      '--set',
      'dataset.dir=data',
      '--out',
      'run',
      '--set',
      'training.device=cpu',
    ];
    const { exitCode, stderr } = await runIsda(folder, args, { [name]: value });
    expect(stderr).toContain(
      `the environment variable ${name} contains --tf_xla_nonsense, which this version of TensorFlow`,
    );
    expect(exitCode).toBe(2);
    expect(existsSync(join(folder, 'run'))).toBe(false);
  });
});
