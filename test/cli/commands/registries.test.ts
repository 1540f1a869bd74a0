// `isda models` as a table and as JSON, and the batches it counts with.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load.js';
import { knownNetworks } from '../../../src/models/known.js';
import { projectRoot } from '../../config/support.js';
import { runCli } from '../../support/cli.js';

interface Entry {
  readonly name: string;
  readonly parameters: number;
  readonly multiplyAdds: number;
  readonly halfFlops: number;
  readonly batchSize: number;
  readonly stepMemoryBytes: number;
  readonly covarianceBytes: Readonly<Record<'full' | 'sketch' | 'diagonal', number>>;
}

const list = async (...args: string[]): Promise<Entry[]> => {
  const { code, stdout } = await runCli('/', ['models', '--json', ...args]);
  expect(code).toBe(0);
  return JSON.parse(stdout) as Entry[];
};

it('prints a line for each network, and says what the columns are', async () => {
  const { stdout } = await runCli('/', ['models']);
  const [table, covariances, names, footer] = stdout.split('\n\n');
  expect(names).toMatch(/^resnet-50 +model\.name=imagenet-resnet model\.depth=50$/m);
  expect(table.split('\n')).toHaveLength(2 + knownNetworks.length);
  expect(table.split('\n')[2]).toMatch(/^resnet-32 +100 +473k +69\.1M +69\.9M +64 +128 +\d+ MiB$/);
  expect(covariances).toMatch(/^resnet-50 +1000 +15\.6 GiB +266 MiB +15\.6 MiB$/m);
  expect(footer).toMatch(/^multiply-adds: .*\nFLOPs\/2: /);
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
});

it('counts a step of the batch that is asked for', async () => {
  const [one, two, three] = [await list('--batch', '2'), await list('--batch', '4'), await list('--batch', '6')];
  one.forEach((entry, index) => {
    expect(entry.batchSize).toBe(2);
    expect(two[index].parameters).toBe(entry.parameters);
    // The worst of many moments, each linear in the batch: it grows, and never more slowly.
    const growth = two[index].stepMemoryBytes - entry.stepMemoryBytes;
    expect(growth).toBeGreaterThan(0);
    expect(three[index].stepMemoryBytes - two[index].stepMemoryBytes).toBeGreaterThanOrEqual(growth);
  });
});

it('counts the covariances of ISDA by form', async () => {
  const entry = (await list()).find(({ name }) => name === 'resnet-50')!;
  const [classes, features, rank] = [1000, 2048, 32];
  // Beside them each form keeps the means and the counts of the classes.
  const others = classes * features + classes;
  expect(entry.covarianceBytes).toEqual({
    full: 4 * (classes * features ** 2 + others),
    // The matrix of the sketch is shared by all classes.
    sketch: 4 * (classes * features * (rank + 1) + features * rank + others),
    diagonal: 4 * (classes * features + others),
  });
});

it('one class is refused', async () => {
  const { code, stderr } = await runCli('.', ['models', '--classes', '1']);
  expect(stderr).toContain('Expected at least 2: classification needs two classes.');
  expect(code).toBe(2);
});

const bases = { 'imagenet-resnext': 'imagenet-resnet' } as Readonly<Record<string, string>>;
it.each(knownNetworks.map(({ model, batchSize }) => ({ family: model.name, batchSize })))(
  'counts $family with the batch of its config',
  ({ family, batchSize }) => {
    const source = { configsDirectory: join(projectRoot, 'configs'), workingDirectory: projectRoot };
    const { config } = loadConfig(`base/${bases[family] ?? family}`, source);
    expect(config.training.batchSize).toBe(batchSize);
  },
);
