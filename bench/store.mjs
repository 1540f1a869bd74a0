// How long listing a large store, its table, its report and a figure take; see README.md in this folder.
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath, URL } from 'node:url';
import { promisify } from 'node:util';
import { loadConfig } from '../dist/config/load.js';
import { printConfig } from '../dist/config/print.js';
import { writeCell } from '../dist/grids/store/cell.js';
import { cellName, placeCell } from '../dist/grids/store/store.js';
import { readMetrics } from '../dist/records/metrics-csv.js';
import { knownMetrics } from '../dist/training/metrics/registry.js';
import { summarize, writeSummary } from '../dist/records/summary.js';
import { median, printTable } from './measuring.mjs';
import { launcher, readOptions } from './programs.mjs';

const usage = `usage: node bench/store.mjs [--runs 1000] [--rounds 3] [--json]
  makes two stores in a temporary folder, one of planned runs, one of runs that are done with 60 epochs each`;

const text = (fallback) => ({ type: 'string', default: fallback });
const options = readOptions(usage, {
  options: { runs: text('1000'), rounds: text('3'), json: { type: 'boolean', default: false } },
  counts: ['runs', 'rounds'],
});
const root = fileURLToPath(new URL('..', import.meta.url));
const places = { configsDirectory: join(root, 'configs'), workingDirectory: root };
const methods = ['basic', 'isda', 'focal', 'center', 'lq', 'large-margin', 'disturb-label'];
const metrics = join(root, 'bench/store-metrics.csv');
const rows = await readMetrics(metrics, knownMetrics);

/** The cells: the losses of Table 3, as many seeds as it takes. */
const cells = Array.from({ length: Number(options.runs) }, (_, index) => {
  const row = methods[index % methods.length];
  const seed = 1 + Math.floor(index / methods.length);
  const { config } = loadConfig(`resnet110-cifar10-${row}`, {
    ...places,
    overrides: [`training.seed=${seed}`, `training.epochs=${rows.length}`, 'schedule.milestones=[30,45]'],
  });
  return { row, config };
});

/** Ends a planned cell with the metrics of a real run. */
async function finish({ folder, config }) {
  const record = JSON.parse(await readFile(join(folder, 'cell.json'), 'utf8'));
  await writeFile(join(folder, 'config.yaml'), printConfig(config));
  await copyFile(metrics, join(folder, 'metrics.csv'));
  const facts = { experiment: config.experiment, parameters: 1, multiplyAdds: 1, settings: record.fingerprint };
  await writeSummary(join(folder, 'summary.json'), summarize(facts, rows, knownMetrics));
  await writeCell(folder, { ...record, state: 'done' });
}

const folder = await mkdtemp(join(tmpdir(), 'isda-bench-'));
const run = promisify(execFile);
async function seconds(words) {
  const begin = performance.now();
  await run(process.execPath, [launcher, ...words], { cwd: folder, maxBuffer: 2 ** 26 });
  return (performance.now() - begin) / 1000;
}

try {
  for (const cell of cells) {
    await placeCell(join(folder, 'planned'), cell, Date.now);
    await finish(await placeCell(join(folder, 'done'), cell, Date.now));
  }
  const commands = [
    ['runs', 'planned'],
    ['runs', 'done'],
    ['table', '3', '--from', 'planned'],
    ['table', '3', '--from', 'done'],
    ['figure', 'baselines', '--store', 'done', '--out', 'figure.svg'],
    ['report', '--store', 'done', '--out', 'report.html'],
  ];
  const times = commands.map(() => []);
  for (let round = 0; round < Number(options.rounds); round++)
    for (const [index, words] of commands.entries()) times[index].push(await seconds(words));
  const results = commands.map((words, index) => ({
    command: `isda ${words.join(' ')}`,
    seconds: median(times[index]),
  }));
  if (options.json)
    console.log(JSON.stringify({ runs: cells.length, first: cellName(cells[0]), results }, undefined, 2));
  else {
    console.log(`stores of ${cells.length} runs, median of ${options.rounds}`);
    printTable([['command', 'seconds'], ...results.map(({ command, seconds: time }) => [command, time.toFixed(2)])]);
  }
} finally {
  await rm(folder, { recursive: true });
}
