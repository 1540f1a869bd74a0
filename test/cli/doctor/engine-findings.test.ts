// The findings of `isda doctor` on a machine with a GPU.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { engineFindings } from '../../../src/cli/doctor/engine-findings.js';
import { fakeCudaEngine, fakeDriver, standInLibraries } from '../../support/gpu.js';
import { test } from '../../temporary-folder.js';

test('names the GPU, its driver, the versions of the CUDA libraries and the missing file', async ({ folder: home }) => {
  const directory = await fakeCudaEngine(home);
  const files = await standInLibraries(directory);
  await rm(files['libcublasLt.so.12']);
  await mkdir(join(directory, 'nvidia_cudnn_cu12-9.28.0.42.dist-info'));
  const environment = { ...process.env, ISDA_HOME: home, ...(await fakeDriver(join(home, 'driver'))) };
  const findings = await engineFindings(environment);
  const find = (name: string) => findings.filter((finding) => finding.name === name);
  expect(findings.filter(({ state }) => state === 'bad')).toEqual([]);
  expect(find('GPU')).toEqual([
    {
      name: 'GPU',
      state: 'note',
      value: 'NVIDIA H200, 140 GiB, compute capability 9.0, driver 570.86.15',
      advice: 'not used: TensorFlow cannot open the CUDA libraries listed below',
    },
  ]);
  expect(find('CUDA libraries')).toEqual([{ name: 'CUDA libraries', state: 'good', value: 'cudnn 9.28.0.42' }]);
  expect(find('CUDA library').map(({ value }) => value)).toEqual([
    'libcublasLt.so.12: cannot open shared object file: No such file or directory (needed by libcublas.so.12)',
  ]);
  expect(find('CUDA library')[0].advice).toContain('`isda setup --build cuda --force` gets it');
});

test('reports that the CPU build uses no GPU', async ({ folder }) => {
  const environment = { ...process.env, ...(await fakeDriver(folder)), ISDA_BUILD: 'cpu' };
  const gpu = (await engineFindings(environment)).find(({ name }) => name === 'GPU');
  expect(gpu?.advice).toBe('not used: `isda setup --build cuda` gets the CUDA build');
});

test.for([
  ['TF_XLA_FLAGS', 'foo', 'cannot load the engine: the environment variable TF_XLA_FLAGS contains foo, '],
  ['TF_NUM_INTRAOP_THREADS', '-1', 'cannot load the engine: the environment variable TF_NUM_INTRAOP_THREADS is -1, '],
  ['ISDA_BUILD', 'gpu', 'cannot choose the engine: the environment variable ISDA_BUILD is gpu, '],
])('reports the variable %s with the invalid value %s, and no set-up', async ([name, value, reason]) => {
  const findings = await engineFindings({ ...process.env, [name]: value });
  const engine = findings.find((finding) => finding.name === 'engine');
  expect(engine?.state).toBe('bad');
  expect(engine?.value).toContain(reason);
  expect(engine?.advice).not.toContain('isda setup');
  expect(findings.some((finding) => finding.name === 'CPU')).toBe(true);
});
