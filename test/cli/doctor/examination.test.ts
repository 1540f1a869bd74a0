// The findings of `isda doctor` about the data sets.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { examine, nodeFinding } from '../../../src/cli/doctor/examination.js';
import type { Finding } from '../../../src/cli/doctor/finding.js';
import { isdaCommand } from '../../support/process.js';
import { test } from '../../temporary-folder.js';

test('reports which data sets are present, and whether they are complete', async ({ folder }) => {
  await mkdir(join(folder, 'cifar-100-binary'));
  await mkdir(join(folder, 'cifar-10-batches-bin'));
  for (const name of ['train', 'test']) await writeFile(join(folder, 'cifar-100-binary', `${name}.bin`), '');
  for (const batch of [1, 2, 4, 5]) {
    await writeFile(join(folder, 'cifar-10-batches-bin', `data_batch_${batch}.bin`), '');
  }
  const findings = await examine({ ISDA_HOME: folder, ISDA_DATA: folder, PATH: '' }, '/nowhere');
  expect(findings.find(({ name }) => name === 'cifar100')).toEqual({
    name: 'cifar100',
    state: 'good',
    value: join(folder, 'cifar-100-binary'),
  });
  expect(findings.find(({ name }) => name === 'cifar10')).toMatchObject({
    state: 'note',
    value: `${join(folder, 'cifar-10-batches-bin')} lacks data_batch_3.bin, test_batch.bin`,
  });
});

test('finds a data set where runs do: in ISDA_DATA itself, and in ./data where ISDA_DATA has none', async ({
  folder,
}) => {
  const files = join(folder, 'data', 'cifar-100-binary');
  await mkdir(files, { recursive: true });
  for (const name of ['train', 'test']) await writeFile(join(files, `${name}.bin`), '');
  const found = { name: 'cifar100', state: 'good', value: files };
  for (const [data, from] of [
    [files, '/nowhere'],
    ['/nowhere', folder],
  ])
    expect(await examine({ ISDA_HOME: folder, ISDA_DATA: data, PATH: '' }, from)).toContainEqual(found);
});

test('reports all findings where there is no folder for the engine', async ({ skip }) => {
  // A user that the system does not know.
  const asNobody = (...words: readonly string[]) =>
    execa('setpriv', ['--reuid', '54321', '--clear-groups', process.execPath, ...words], {
      ...{ cwd: '/', reject: false, env: { HOME: undefined, ISDA_HOME: undefined } },
    });
  if ((await asNobody('--version')).failed) skip('this user cannot become another one');
  const { stdout, stderr } = await asNobody(...isdaCommand, 'doctor', '--json');
  const { findings } = JSON.parse(stdout) as { findings: readonly Finding[] };
  expect(findings.find(({ name }) => name === 'engine')?.advice).toContain('set HOME');
  expect(findings.find(({ name }) => name === 'disk')?.value).toMatch(/free in \/$/);
  expect(stderr).toBe('error: essential parts are missing: engine');
});

test.for([
  ['20.8.1', 'bad'],
  ['20.9.0', 'good'],
  ['22.0.0', 'good'],
  ['18.20.0', 'bad'],
] as const)('Node.js %s is %s', ([version, state]) => {
  expect(nodeFinding(version).state).toBe(state);
});
