// Options of sessions: their bytes, and bindings that are too old for them. What TensorFlow makes of them:
// binding.test.ts.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatError } from '../../src/common/errors.js';
import { requireSessionConfig, sessionConfig } from '../../src/engine/session-config.js';

describe('sessionConfig', () => {
  it('gives TensorFlow nothing where its own layouts are meant', () => {
    expect(sessionConfig('auto')).toBeUndefined();
  });

  it('switches the layout optimizer off for channels-last', () => {
    // ConfigProto { graph_options { rewrite_options { layout_optimizer: OFF } } }, as Python's SerializeToString gives
    // it.
    expect(Buffer.from(sessionConfig('channels-last')!).toString('hex')).toBe('520452020802');
  });
});

describe('requireSessionConfig', () => {
  let folder: string;
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'isda-layout-'))));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('refuses a binding that was compiled without session options, where they are needed', async () => {
    const binding = join(folder, 'tfjs_binding.node');
    await writeFile(binding, '\u007fELF…TF_LoadSessionFromSavedModel…');
    requireSessionConfig('auto', binding);
    let message = 'no error';
    try {
      requireSessionConfig('channels-last', binding);
    } catch (error) {
      message = formatError(error, false);
    }
    expect(message).toBe(
      'error: cannot use training.layout: channels-last: the engine was compiled by a version of isda without that setting\n' +
        `  ${binding}\n` +
        '  hint: `isda setup --force` reinstalls the engine',
    );
  });
});
