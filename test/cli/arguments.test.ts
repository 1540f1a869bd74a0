import { describe, expect } from 'vitest';
import { runCli } from '../support/cli.js';
import { test } from '../temporary-folder.js';

describe('a config or run as a plain argument', () => {
  test.for([
    [['train', 'tiny-isda', '--set', 'dataset.dir=nowhere'], 1, 'nowhere'],
    [['train', 'no-such'], 2, 'cannot use config no-such'],
    [['train', '--config', 'tiny-isda', 'training.epochs=3'], 2, 'hint: write --set training.epochs=3'],
    [['train', 'tiny-isda', '--set', 'a.b=1', 'training.epochs=3'], 2, 'hint: write --set training.epochs=3'],
    [['ablate', 'training.epochs=3'], 2, 'hint: write --set training.epochs=3'],
    [['train', 'a', '--config', 'b'], 2, 'both a and b are given'],
    [['train'], 2, "required option '--config <file>' not specified"],
    // Two of its four letters differ from "tiny": base/tiny is not suggested.
    [['train', 'mine.yaml'], 2, 'hint: give the path of a YAML file'],
    [['data', 'verify', 'imagefolder'], 2, 'hint: did you mean image-folder?'],
    [['gan', 'quality', '--run', 'r', '--generator', 'g', '--samples', '1'], 2, 'Expected at least 2'],
    [['gan', 'quality', '--run', 'r', '--generator', 'g', '--images', '1'], 2, 'Expected at least 2'],
    [['evaluate', 'no-run'], 1, 'there is no config.yaml'],
    [['evaluate'], 2, "required option '--run <dir>' not specified"],
  ] as const)('%j', async ([args, exit, message], { folder }) => {
    const { code, stderr } = await runCli(folder, args);
    expect(stderr).toContain(message);
    expect(code).toBe(exit);
  });
});
