// Writes the expected time into the opening lines of every config under configs/: `npm run docs`, after
// `npm run build`. With --check it only lists the configs whose line is missing or out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listConfigs } from '../dist/config/find.js';
import { loadAnyConfig } from '../dist/config/load.js';
import { createTally } from '../dist/engine/tally-program.js';
import { sizeOf } from '../dist/engine/types.js';
import { createGan } from '../dist/gan/registry.js';
import { batchInputs, discriminatorObjective, generatorObjective } from '../dist/gan/steps.js';
import { multiplyAddsIn } from '../dist/models/cost.js';
import { buildParts, multiplyAddsOf } from '../dist/runs/parts.js';
import { isMain, projectRoot } from './bootstrap.mjs';

/**
 * Floating-point operations a second of convolutions in TF32 on an A100-class GPU: an eighth of the 156 TFLOP/s of its
 * data sheet. ResNet-50's 24.5 GFLOP a training image make it about 800 images/s, as published benchmarks have it.
 */
const rate = 20e12;
const rateText = '20 TFLOP/s';

/** A forward pass costs two operations a multiply-add, the backward pass twice as much again. */
const operationsPerMultiplyAdd = 2 * 3;

const trainImages = { cifar10: 50_000, cifar100: 50_000, imagenet: 1_281_167 };
const classesOf = { cifar10: 10, cifar100: 100 };

/** Operations of a classifier's training; evaluation is left out. */
async function trainingOperations(config) {
  const { dataset, training } = config;
  const images = dataset.subset ?? trainImages[dataset.name] - dataset.holdout;
  return operationsPerMultiplyAdd * multiplyAddsOf(await buildParts(config)) * images * training.epochs;
}

/** As `multiplyAddsIn`, also of transposed convolutions. */
function ganMultiplyAdds(operation) {
  if (operation.operation !== 'Conv2DBackpropInput') return multiplyAddsIn(operation);
  const [, kernel, input] = operation.inputs;
  return sizeOf(input.shape) * sizeOf(kernel.shape.slice(0, 3));
}

/** Operations of the training of all generators of a config. */
function ganOperations({ dataset, gan: options, training }) {
  const { batchSize, iterations } = training;
  const classes = classesOf[dataset.name];
  const gan = createGan(options, classes);
  const labels = dataset.classes ?? Array.from({ length: classes }, (_, label) => label);
  const forward = (objective) => {
    const tally = createTally();
    const inputs = Object.entries(batchInputs(batchSize)).map(([name, spec]) => [name, tally.input(spec)]);
    objective({ gan, classes: labels, batchSize }, Object.fromEntries(inputs), tally.program);
    return tally.operations.reduce((sum, operation) => sum + ganMultiplyAdds(operation), 0);
  };
  const steps = gan.discriminatorSteps(iterations - 1);
  const generators = options.perClass === true ? labels.length : 1;
  const each = steps * forward(discriminatorObjective) + forward(generatorObjective);
  return operationsPerMultiplyAdd * each * iterations * generators;
}

/** Two significant digits. */
const rounded = (value) => Number(value.toPrecision(2));

function timeText(seconds) {
  if (seconds < 60) return 'less than a minute';
  if (seconds < 90 * 60) return `at least ${rounded(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `at least ${rounded(seconds / 3600)} h`;
  return `at least ${rounded(seconds / 86_400)} days`;
}

/** The line of a config, by its path under configs/. */
async function expectedTimeLine(path) {
  const places = { configsDirectory: join(projectRoot, 'configs'), workingDirectory: projectRoot };
  const config = loadAnyConfig(path, places);
  const operations = 'gan' in config ? ganOperations(config) : await trainingOperations(config);
  return `# Expected time: ${timeText(operations / rate)} on an A100-class GPU (estimated from multiply-adds at ${rateText}, not measured; small kernels take longer).`;
}

/** A config's text with the line behind that of the paper's number, in place of an older one. */
function withLine(text, line) {
  const lines = text.split('\n').filter((each) => !each.startsWith('# Expected time: '));
  const paper = lines.findIndex((each) => each.startsWith('# Paper: '));
  return lines.toSpliced(paper + 1, 0, line).join('\n');
}

/** The configs that are experiments; bases are extended by them. */
const timedConfigs = () => listConfigs(join(projectRoot, 'configs')).filter((path) => !path.startsWith('base/'));

/** Writes the lines that are missing or out of date, or only finds them; gives the paths of their configs. */
export async function updateTimes({ write }) {
  const outdated = [];
  for (const path of timedConfigs()) {
    const file = join(projectRoot, 'configs', path);
    const text = readFileSync(file, 'utf8');
    const wanted = withLine(text, await expectedTimeLine(path));
    if (wanted === text) continue;
    outdated.push(path);
    if (write) writeFileSync(file, wanted);
  }
  return outdated;
}

if (isMain(import.meta.url)) {
  const check = process.argv.includes('--check');
  const outdated = await updateTimes({ write: !check });
  for (const path of outdated) console.log(`configs/${path}`);
  if (check && outdated.length > 0) process.exitCode = 1;
}
