// The examination behind `isda doctor`: each finding with its state, its value and advice.
import { existsSync, statfsSync } from 'node:fs';
import { cpus, freemem, totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { reasonOf } from '../common/errors.js';
import { cacheHome, type Environment } from '../common/home.js';
import { gpuNames, processorName } from '../engine/devices.js';
import { tryBinding } from '../engine/setup/compile.js';
import { nvidiaDriver } from '../engine/setup/driver.js';
import { findEngine } from '../engine/setup/location.js';
import { describeEngine } from './setup.js';

/** `bad`: nothing works without it. `note`: something that may be wanted is missing. */
export interface Finding {
  readonly name: string;
  readonly state: 'good' | 'note' | 'bad';
  readonly value: string;
  /** What to do about it. */
  readonly advice?: string;
}

/** CIFAR's binary files: the folder and what has to be in it. */
const dataSets = [
  {
    name: 'cifar10',
    folder: 'cifar-10-batches-bin',
    files: [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`).concat('test_batch.bin'),
  },
  { name: 'cifar100', folder: 'cifar-100-binary', files: ['train.bin', 'test.bin'] },
];

const oldestNode = 20;

function nodeFinding(version: string): Finding {
  const good = Number.parseInt(version, 10) >= oldestNode;
  const advice = good ? undefined : `install Node.js ${oldestNode} or newer: https://nodejs.org`;
  return { name: 'Node.js', state: good ? 'good' : 'bad', value: version, advice };
}

/** Loads the engine in a process of its own, so that a crash of the library is a finding too. */
async function engineFindings(environment: Environment): Promise<readonly Finding[]> {
  const driver = nvidiaDriver(environment);
  const search = findEngine({ home: cacheHome(environment), environment });
  const names = driver === undefined ? [] : gpuNames(environment);
  const processor = `${processorName()}, ${cpus().length} ${cpus().length === 1 ? 'core' : 'cores'}`;
  if (search.found === undefined) {
    return [
      { name: 'engine', state: 'bad', value: search.missing, advice: 'run `isda setup`' },
      { name: 'CPU', state: 'good', value: processor },
      ...gpuFinding(driver, names, undefined),
    ];
  }
  const engine = search.found;
  const trial = await tryBinding(engine.bindingPath, environment).catch((error: unknown) => reasonOf(error));
  const broken = typeof trial === 'string';
  return [
    broken
      ? { name: 'engine', state: 'bad', value: trial, advice: 'run `isda setup --force`' }
      : { name: 'engine', state: 'good', value: describeEngine(engine) },
    { name: 'engine folder', state: 'good', value: engine.directory },
    ...(engine.source === 'download'
      ? []
      : [{ name: 'libraries', state: 'good', value: engine.libraryDirectory } as const]),
    ...(broken ? [] : [deviceFinding(trial.usesGpu, names)]),
    { name: 'CPU', state: 'good', value: processor },
    ...gpuFinding(driver, names, broken ? undefined : trial.usesGpu),
  ];
}

function deviceFinding(usesGpu: boolean, names: readonly string[]): Finding {
  return { name: 'device', state: 'good', value: usesGpu ? `cuda: ${names[0] ?? 'NVIDIA GPU'}` : 'cpu' };
}

function gpuFinding(
  driver: string | undefined,
  names: readonly string[],
  used: boolean | undefined,
): readonly Finding[] {
  if (driver === undefined) return [{ name: 'GPU', state: 'note', value: 'no NVIDIA driver: runs compute on the CPU' }];
  const value = names.length > 0 ? names.join(', ') : `driver (${driver}), but nvidia-smi lists no GPU`;
  const advice = 'not used: `isda setup --build cuda` gets the CUDA build; see also CUDA_VISIBLE_DEVICES';
  return [{ name: 'GPU', state: used === false ? 'note' : 'good', value, advice: used === false ? advice : undefined }];
}

function machineFindings(environment: Environment): readonly Finding[] {
  const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  let place = cacheHome(environment);
  while (!existsSync(place)) place = dirname(place);
  const disk = statfsSync(place);
  return [
    { name: 'memory', state: 'good', value: `${gibibytes(totalmem())}, ${gibibytes(freemem())} free` },
    { name: 'disk', state: 'good', value: `${gibibytes(disk.bavail * disk.bsize)} free in ${place}` },
  ];
}

function dataFindings(environment: Environment, workingDirectory: string): readonly Finding[] {
  const root = resolve(workingDirectory, environment['ISDA_DATA'] || 'data');
  return dataSets.map(({ name, folder, files }): Finding => {
    const directory = join(root, folder);
    const absent = files.filter((file) => !existsSync(join(directory, file)));
    if (absent.length === 0) return { name, state: 'good', value: directory };
    const value = absent.length === files.length ? `not in ${directory}` : `${directory} lacks ${absent.join(', ')}`;
    const advice = `\`isda data download ${name}\` gets it; ISDA_DATA names the folder above it`;
    return { name, state: 'note', value, advice };
  });
}

/** Looks at Node.js, the engine, the devices, memory, disk and data sets; changes nothing. */
export async function examine(environment: Environment, workingDirectory: string): Promise<readonly Finding[]> {
  return [
    nodeFinding(process.versions.node),
    ...(await engineFindings(environment)),
    ...machineFindings(environment),
    ...dataFindings(environment, workingDirectory),
  ];
}
