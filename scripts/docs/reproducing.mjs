// The tables of docs/reproducing.md: runs and hours of each of the paper's tables, and what is done.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { counted } from '../../dist/common/format.js';
import { measure } from '../../dist/report/tables/measure.js';
import { paperItems } from '../../dist/report/tables/numbers.js';
import { readPrintedNumbers, tableNumbers } from '../../dist/report/tables/printed.js';
import { expectedTimeIn } from '../../dist/runs/expected-time.js';
import { table } from './markdown.mjs';

const hoursIn = { min: 1 / 60, h: 1, days: 24 };

/** Operations a second: the GPU of the configs' expected times, and ResNet-32 as measured on two cores of a CPU. */
const gpuRate = 20e12;
/** 128 images of 69 million multiply-adds, six operations each, in 179 ms (results/tenth/protocol.md, float32). */
const cpuRate = (128 * 69.1e6 * 6) / 0.179;

/** The hours of a run by its config's expected time. Errors: the config says none. */
function gpuHours(projectRoot, name) {
  const time = expectedTimeIn(readFileSync(join(projectRoot, 'configs', `${name}.yaml`), 'utf8')) ?? '';
  const found = /^(?:less than a minute|at least ([\d.]+) (min|h|days))$/.exec(time);
  if (found === null) throw new Error(`configs/${name}.yaml has no expected time`);
  return found[1] === undefined ? 1 / 60 : Number(found[1]) * hoursIn[found[2]];
}

/** Hours as days or years where that is easier to grasp. */
function hoursText(hours) {
  const two = (value) => String(Number(value.toPrecision(2)));
  if (hours < 48) return `${two(hours)} h`;
  return hours < 24 * 730 ? `${two(hours / 24)} days` : `${two(hours / 24 / 365)} years`;
}

const generators = ['acgan', 'cgan', 'infogan', 'wgan'].flatMap((kind) =>
  ['cifar10', ...(kind === 'wgan' ? [] : ['cifar100'])].map((dataset) => `gan/${kind}-${dataset}`),
);

/** One row a table: what it takes, beyond those before it, and what is done. */
function costRows(projectRoot, runs) {
  const numbers = readPrintedNumbers();
  const places = { configsDirectory: join(projectRoot, 'configs'), workingDirectory: projectRoot, overrides: [] };
  const seen = new Set();
  const perTable = tableNumbers.map((number) => {
    const items = paperItems(number, numbers, places);
    // The paper gives a deviation where it ran three seeds.
    const seeds = items.some(({ printed }) => printed?.std !== undefined) ? 3 : 1;
    const names = [...new Set(items.flatMap(({ config, configName }) => (config === undefined ? [] : [configName])))];
    const own = names.filter((name) => !seen.has(name));
    own.forEach((name) => seen.add(name));
    const allSeeds = Array.from({ length: seeds }, (_, index) => index + 1);
    const { used } = measure(items, allSeeds, runs);
    const extra = number === 3 ? generators.reduce((sum, name) => sum + gpuHours(projectRoot, name), 0) : 0;
    const hours = own.reduce((sum, name) => sum + seeds * gpuHours(projectRoot, name), extra);
    const cpu = hours * (gpuRate / cpuRate);
    return {
      number,
      configs: names.length,
      shared: names.length - own.length,
      runs: own.length * seeds,
      hours,
      cpu,
      done: used.length,
      of: names.length * seeds,
    };
  });
  return perTable;
}

/** The generated parts of docs/reproducing.md by their names. */
export function reproducingParts(projectRoot, { tenth }) {
  const stored = tenth.flatMap(({ runs }) => runs);
  const rows = costRows(projectRoot, stored);
  const total = (key) => rows.reduce((sum, row) => sum + row[key], 0);
  const cost = table(
    [
      'table',
      'configs',
      'shared with others',
      'runs',
      'GPU, at least',
      'CPU, about',
      'done with the settings of the paper',
    ],
    [
      ...rows.map((row) => [
        `Table ${row.number}`,
        row.configs,
        row.shared,
        row.runs,
        hoursText(row.hours),
        hoursText(row.cpu),
        `${row.done} of ${row.of}`,
      ]),
      [
        'all',
        '',
        '',
        total('runs'),
        hoursText(total('hours')),
        hoursText(total('cpu')),
        `${total('done')} of ${total('of')}`,
      ],
    ],
  );
  const progress = table(
    ['study', 'runs done', 'failed', 'missing', 'hours'],
    tenth.map(({ name, runs, failedRuns, askedRuns, hours }) => [
      name,
      runs.length,
      failedRuns,
      askedRuns - runs.length - failedRuns,
      hours.toFixed(1),
    ]),
  );
  const done = tenth.reduce((sum, { runs }) => sum + runs.length, 0);
  return { cost, progress: `${counted(done, 'run')} of the study in results/tenth are done.\n\n${progress}` };
}
