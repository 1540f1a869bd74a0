// A few captured steps of each of the largest networks, each in a process of its own; see README.md in this folder.
import { printTable } from './measuring.mjs';
import { benchWords, networks } from './networks.mjs';
import { launcher, readOptions, runProgram } from './programs.mjs';

/** The paper's batch sizes. */
const batches = {
  'wrn-28-10': '128',
  'resnext-29-8x64d': '128',
  'densenet-bc-190-40': '64',
  'shake-shake-26-2x112d': '64',
  'resnet-152': '256',
};

const usage = `usage: node bench/largest.mjs [--network NAME]... [--batch N] [--steps 3] [--warmup 1] [--classes 10|100]
         [--loss cross-entropy|isda] [--precision float32|bfloat16] [--device cpu|cuda] [--json]
Without --network: ${Object.keys(batches).join(', ')}.
Without --batch: the paper's. ImageNet's networks take cross entropy here.`;

const text = (fallback) => ({ type: 'string', default: fallback });
const options = readOptions(usage, {
  options: {
    network: { type: 'string', multiple: true, default: Object.keys(batches) },
    batch: { type: 'string' },
    steps: text('3'),
    warmup: text('1'),
    classes: text('100'),
    loss: text('isda'),
    precision: text('float32'),
    device: text('cpu'),
    json: { type: 'boolean', default: false },
  },
  counts: ['batch', 'steps', 'warmup'],
  choices: {
    network: Object.keys(networks),
    classes: ['10', '100'],
    loss: ['cross-entropy', 'isda'],
    precision: ['float32', 'bfloat16'],
    device: ['cpu', 'cuda'],
  },
});

const results = [];
for (const network of options.network) {
  const loss = networks[network].losses.includes(options.loss) ? options.loss : 'cross-entropy';
  const batch = options.batch ?? batches[network] ?? '128';
  const words = benchWords(network, { ...options, batch });
  const counts = ['--steps', options.steps, '--warmup', options.warmup, '--loss', loss, '--execution', 'captured'];
  try {
    const [result] = await runProgram(process.execPath, [launcher, ...words, ...counts]);
    results.push(result);
  } catch (error) {
    // The next network may fit where this one does not.
    process.exitCode = 1;
    process.stderr.write(`error: ${network}, batch ${batch}: ${error.message}\n`);
  }
}
if (options.json) {
  console.log(JSON.stringify(results));
} else if (results.length > 0) {
  printTable([
    ['network', 'batch', 'loss', 'precision', 'ms a step', 'images/s', 'peak MB', 'computed MB'],
    ...results.map((result) => [
      result.network,
      String(result.batchSize),
      result.loss,
      result.precision,
      result.medianMilliseconds.toFixed(0),
      result.imagesPerSecond.toFixed(1),
      result.peakMemoryMegabytes.toFixed(0),
      result.computedMegabytes.toFixed(0),
    ]),
  ]);
}
