// The examination behind `isda doctor`: each finding with its state, its value and advice.
import { existsSync, statfsSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { IsdaError } from '../../common/errors.js';
import { orList } from '../../common/format.js';
import { cacheHome, type Environment } from '../../common/home.js';
import { cifarFormats, type CifarFormat } from '../../data/datasets/cifar/format.js';
import { dataDirectories, findCifarFolder } from '../../data/locate.js';
import { engineFindings } from './engine-findings.js';
import type { Finding } from './finding.js';
import { programVersion } from '../program.js';

/** As `engines` of package.json. */
const [oldestMajor, oldestMinor] = [20, 9];

/** Whether this version of Node.js runs the program. */
export function nodeFinding(version: string): Finding {
  const [major, minor] = version.split('.').map(Number);
  const good = major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
  const advice = good ? undefined : `install Node.js ${oldestMajor}.${oldestMinor} or newer: https://nodejs.org`;
  return { name: 'Node.js', state: good ? 'good' : 'bad', value: version, advice };
}

/** The cache folder; without one, which is a finding about the engine, the working directory. */
function placeOfCache(environment: Environment, workingDirectory: string): string {
  try {
    return cacheHome(environment);
  } catch (error) {
    if (error instanceof IsdaError) return workingDirectory;
    throw error;
  }
}

function machineFindings(environment: Environment, workingDirectory: string): readonly Finding[] {
  const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  let place = placeOfCache(environment, workingDirectory);
  while (!existsSync(place)) place = dirname(place);
  const disk = statfsSync(place);
  return [
    { name: 'memory', state: 'good', value: `${gibibytes(totalmem())}, ${gibibytes(freemem())} free` },
    { name: 'disk', state: 'good', value: `${gibibytes(disk.bavail * disk.bsize)} free in ${place}` },
  ];
}

/** Looks for a data set where runs do. */
async function dataFinding(format: CifarFormat, searched: readonly string[]): Promise<Finding> {
  const { name } = format;
  const missing = (value: string): Finding => {
    const advice = `\`isda data download ${name}\` gets it; ISDA_DATA sets its parent folder`;
    return { name, state: 'note', value, advice };
  };
  try {
    for (const candidate of searched) {
      const folder = await findCifarFolder(format, candidate);
      if (folder === undefined) continue;
      const files = [...format.files.train, ...format.files.test];
      const absent = files.filter((file) => !existsSync(join(folder, file)));
      return absent.length === 0
        ? { name, state: 'good', value: folder }
        : missing(`${folder} lacks ${absent.join(', ')}`);
    }
  } catch (error) {
    if (error instanceof IsdaError) return { name, state: 'note', value: error.message, advice: error.hint };
    throw error;
  }
  return missing(`not in ${orList(searched.map((folder) => join(folder, format.folder)))}`);
}

/** Examines program version, Node.js, engine, devices, memory, disk and data sets, without changing anything. */
export async function examine(environment: Environment, workingDirectory: string): Promise<readonly Finding[]> {
  const searched = dataDirectories({ environment, workingDirectory });
  return [
    { name: 'isda', state: 'good', value: programVersion() },
    nodeFinding(process.versions.node),
    ...(await engineFindings(environment)),
    ...machineFindings(environment, workingDirectory),
    ...(await Promise.all(Object.values(cifarFormats).map((format) => dataFinding(format, searched)))),
  ];
}
