// Images a second of isda's loader beside torchvision's with Pillow, in turn; see README.md in this folder.
import { join } from 'node:path';
import { fileURLToPath, URL } from 'node:url';
import { fail, median, printTable } from './measuring.mjs';
import { launcher, readOptions, runProgram } from './programs.mjs';

const usage = `usage: node bench/data.mjs --data DIR [--python python3] [--rounds 3] [--seconds 3] [--batch 128]
         [--workers 0 --workers 2] [--augmentation standard --augmentation cutout --augmentation autoaugment] [--padding reflect|zero]
         [--json]
  DIR holds CIFAR-10 as cifar-10-batches-bin`;

const text = (fallback) => ({ type: 'string', default: fallback });
const list = (...fallback) => ({ type: 'string', multiple: true, default: fallback });
const options = readOptions(usage, {
  options: {
    data: { type: 'string' },
    python: text('python3'),
    rounds: text('3'),
    seconds: text('3'),
    batch: text('128'),
    padding: text('reflect'),
    workers: list('0', '2'),
    augmentation: list('standard', 'cutout', 'autoaugment'),
    json: { type: 'boolean', default: false },
  },
  counts: ['rounds', 'seconds', 'batch'],
  wholes: ['workers'],
  choices: { padding: ['reflect', 'zero'] },
  required: ['data'],
});
const { data, batch, seconds, padding, augmentation } = options;
const script = fileURLToPath(new URL('torchvision_data.py', import.meta.url));

const settings = [`dataset.dir=${data}`, `training.batchSize=${batch}`, `augmentation.padCrop.mode=${padding}`].flatMap(
  (each) => ['--set', each],
);
const measure = (program, args) => runProgram(program, args).catch((error) => fail(error.message, 1));
const ours = (workers) =>
  measure(process.execPath, [
    ...[launcher, 'bench', 'data', '--json', '--seconds', seconds, '--workers', workers, ...settings],
    ...['--augmentation', ...augmentation],
  ]);
const theirs = (workers) =>
  measure(options.python, [
    ...['-B', script, '--cifar10', join(data, 'cifar-10-batches-bin'), '--seconds', seconds],
    ...['--workers', workers, '--batch', batch, '--padding', padding, '--augmentation', ...augmentation],
  ]);

const rows = augmentation.flatMap((name) =>
  options.workers.map((workers) => ({ augmentation: name, workers: Number(workers), isda: [], torchvision: [] })),
);
let versions;
for (let round = 0; round < Number(options.rounds); round++) {
  for (const workers of options.workers) {
    const results = { isda: await ours(workers), torchvision: await theirs(workers) };
    versions = results.torchvision[0];
    for (const [program, measured] of Object.entries(results)) {
      for (const { augmentation: name, imagesPerSecond } of measured)
        rows.find((row) => row.augmentation === name && row.workers === Number(workers))[program].push(imagesPerSecond);
    }
  }
  if (process.stderr.isTTY) process.stderr.write(`round ${round + 1} of ${options.rounds}\n`);
}

const compared = rows.map((row) => ({ ...row, ratio: median(row.isda) / median(row.torchvision) }));
if (options.json) {
  const { torch, torchvision, pillow } = versions;
  console.log(JSON.stringify({ versions: { torch, torchvision, pillow }, rows: compared }));
} else {
  const rounds = (values) => values.map((value) => value.toFixed(0)).join(' ');
  printTable([
    ['augmentation', 'workers', 'isda', 'torchvision', 'ratio', 'rounds: isda', 'torchvision'],
    ...compared.map((row) => [
      row.augmentation,
      String(row.workers),
      median(row.isda).toFixed(0),
      median(row.torchvision).toFixed(0),
      row.ratio.toFixed(1),
      rounds(row.isda),
      rounds(row.torchvision),
    ]),
  ]);
  console.log(`images a second, medians; torchvision ${versions.torchvision}, Pillow ${versions.pillow}`);
}
