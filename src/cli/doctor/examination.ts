// The examination behind `isda doctor`: each finding with its state, its value and advice.
import { existsSync, statfsSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { cacheHome, type Environment } from '../../common/home.js';
import { cifarFormats } from '../../data/datasets/cifar/format.js';
import { engineFindings } from './engine-findings.js';
import type { Finding } from './finding.js';
import { programVersion } from '../program.js';

const oldestNode = 20;

function nodeFinding(version: string): Finding {
  const good = Number.parseInt(version, 10) >= oldestNode;
  const advice = good ? undefined : `install Node.js ${oldestNode} or newer: https://nodejs.org`;
  return { name: 'Node.js', state: good ? 'good' : 'bad', value: version, advice };
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
  return Object.values(cifarFormats).map(({ name, folder, files: parts }): Finding => {
    const files = [...parts.train, ...parts.test];
    const directory = join(root, folder);
    const absent = files.filter((file) => !existsSync(join(directory, file)));
    if (absent.length === 0) return { name, state: 'good', value: directory };
    const value = absent.length === files.length ? `not in ${directory}` : `${directory} lacks ${absent.join(', ')}`;
    const advice = `\`isda data download ${name}\` gets it; ISDA_DATA sets its parent folder`;
    return { name, state: 'note', value, advice };
  });
}

/** Examines program version, Node.js, engine, devices, memory, disk and data sets, without changing anything. */
export async function examine(environment: Environment, workingDirectory: string): Promise<readonly Finding[]> {
  return [
    { name: 'isda', state: 'good', value: programVersion() },
    nodeFinding(process.versions.node),
    ...(await engineFindings(environment)),
    ...machineFindings(environment),
    ...dataFindings(environment, workingDirectory),
  ];
}
