// The summary of a generator's run that is extended.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { ganConfigSchema } from '../../../src/config/gan.js';
import { trainGenerators } from '../../../src/runs/gan/generators.js';
import { testEngine } from '../../support/engine.js';
import { testRunContext } from '../../support/run-context.js';
import { makeData } from '../../support/runs.js';
import { test } from '../../temporary-folder.js';

const engine = testEngine();

test('a generator that is trained further has no summary of its shorter training until it is complete', async ({
  folder,
}) => {
  await makeData(folder, 64);
  const pictures = { grid: () => Promise.resolve(new Uint8Array(1)), losses: () => '' };
  const showProgress = () => ({ iteration: () => {}, print: () => {}, line: () => {}, stop: () => {} });
  const train = (iterations: number, signal?: string) => {
    const config = ganConfigSchema.parse({
      experiment: 'tiny',
      gan: { name: 'acgan', generatorWidth: 2, discriminatorWidth: 2 },
      dataset: { name: 'cifar10', dir: join(folder, 'data') },
      training: { iterations, batchSize: 8, execution: 'eager' },
    });
    const { context } = testRunContext(folder, engine, { stopRequested: () => signal });
    const options = { out: join(folder, 'run'), resume: true };
    return trainGenerators(config, options, { ...context, pictures, showProgress });
  };
  const summary = join(folder, 'run', 'summary.json');
  await train(1);
  expect(existsSync(summary)).toBe(true);
  await expect(train(3, 'SIGTERM')).rejects.toThrow('stopped by SIGTERM');
  expect(existsSync(summary)).toBe(false);
  expect(await train(3)).toMatchObject([{ iterations: 3 }]);
  expect(existsSync(summary)).toBe(true);
});
