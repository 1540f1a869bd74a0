// The rows of a picture of generated images have the names of their labels' classes.
import { join } from 'node:path';
import { expect } from 'vitest';
import { ganOptions } from '../../../src/gan/options.js';
import { generatorFile } from '../../../src/gan/generator-files.js';
import { saveGenerator } from '../../../src/gan/stored.js';
import { sampleGrid } from '../../../src/runs/gan/sample-grid.js';
import { fresh, narrow } from '../../gan/support.js';
import { testEngine } from '../../support/engine.js';
import { test } from '../../temporary-folder.js';

const engine = testEngine();

test.for([
  ['infogan', true, ['cat', 'dog', 'frog']],
  ['infogan', false, ['category 0', 'category 1', 'category 2']],
  ['wgan', true, Array<string>(8).fill('')],
] as const)('of %s, real labels %s', async ([name, realLabels, rows], { folder }) => {
  const options = ganOptions.parse({ ...narrow(name), ...(name === 'infogan' && { realLabels }) });
  await saveGenerator(join(folder, generatorFile), fresh(options));
  const { grid } = await sampleGrid(engine, folder, { count: 1, seed: 0 });
  expect(grid.rows.map(({ label }) => label)).toEqual(rows);
  const dogs = sampleGrid(engine, folder, { count: 1, seed: 0, only: 'dog' });
  if (rows[1] === 'dog') await expect(dogs).resolves.toMatchObject({ grid: { rows: [{ label: 'dog' }] } });
  else
    await expect(dogs).rejects.toThrow(
      `cannot show one class: the generator was trained on several classes, and ${name === 'wgan' ? 'it takes no labels' : 'its categories are not the classes'}`,
    );
});

test('of an InfoGAN of one class, whose categories are all of this class', async ({ folder }) => {
  const options = ganOptions.parse({ ...narrow('infogan'), realLabels: false });
  await saveGenerator(join(folder, generatorFile), { ...fresh(options), trainedClasses: [1] });
  const { grid } = await sampleGrid(engine, folder, { count: 1, seed: 0 });
  expect(grid.rows.map(({ label }) => label)).toEqual(['dog']);
});
