// Times isda's training step against PyTorch's, in turn, each in a process of its own; see README.md in this folder.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, URL } from 'node:url';
import { fail, median, printTable } from './measuring.mjs';
import { benchWords, classesOf, comparedBatches, networks } from './networks.mjs';
import { launcher, readOptions, runProgram } from './programs.mjs';

const usage = `usage: node bench/compare.mjs [--python python3] [--all | --network resnet-32...] [--rounds 3]
         [--steps 30] [--warmup 5] [--batch 128] [--classes 10|100] [--loss cross-entropy --loss isda]
         [--precision float32|bfloat16]... [--device cpu|cuda] [--eager]
         [--compile] [--before DIR] [--out FILE.json] [--json]
--before: another checkout of isda, built, timed in turn with this one
--all: the networks of the README's table in both precisions, each at a batch of its own, with ISDA (ResNet-50 with cross entropy)
networks: ${Object.keys(networks).join(', ')}`;

const text = (fallback) => ({ type: 'string', default: fallback });
const options = readOptions(usage, {
  options: {
    python: text('python3'),
    all: { type: 'boolean', default: false },
    network: { type: 'string', multiple: true },
    rounds: text('3'),
    steps: text('30'),
    warmup: text('5'),
    batch: { type: 'string' },
    classes: text('100'),
    device: text('cpu'),
    loss: { type: 'string', multiple: true },
    precision: { type: 'string', multiple: true },
    eager: { type: 'boolean', default: false },
    compile: { type: 'boolean', default: false },
    before: { type: 'string' },
    out: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
  counts: ['rounds', 'steps', 'warmup', 'batch'],
  choices: {
    network: Object.keys(networks),
    classes: ['10', '100'],
    device: ['cpu', 'cuda'],
    loss: ['cross-entropy', 'isda'],
    precision: ['float32', 'bfloat16'],
  },
});

if (options.all && (options.network ?? options.precision ?? options.batch) !== undefined)
  fail('--all has its own networks, precisions and batches', 2);
const chosen = options.all ? Object.keys(comparedBatches) : (options.network ?? ['resnet-32']);
const precisions = options.all ? ['float32', 'bfloat16'] : (options.precision ?? ['float32']);
const batchOf = (network) => options.batch ?? (options.all ? comparedBatches[network] : '128');

/** The programs to compare for one network, precision and loss. */
function contenders(work) {
  const { network, precision, loss } = work;
  const { classes, device } = options;
  const batch = batchOf(network);
  const counts = ['--steps', options.steps, '--warmup', options.warmup, '--loss', loss];
  const script = fileURLToPath(new URL('pytorch_step.py', import.meta.url));
  const ours = (execution, { name = `isda ${execution}`, program = launcher } = {}) => ({
    ...work,
    name,
    run: async () => {
      const words = benchWords(network, { batch, classes, device, precision });
      const [result] = await runProgram(process.execPath, [program, ...words, ...counts, '--execution', execution]);
      const { medianMilliseconds: milliseconds, peakMemoryMegabytes: megabytes, parameters } = result;
      return { milliseconds, megabytes, parameters, gpuMebibytes: result.gpuMemoryMebibytes };
    },
  });
  const size = ['--classes', classesOf(network, classes), '--size', String(networks[network].side)];
  const shape = ['--network', network, ...size, '--batch', batch, '--precision', precision];
  const theirs = (layout, ...more) => ({
    ...work,
    name: `PyTorch ${layout}${more.length > 0 ? ' compiled' : ''}`,
    run: async () => {
      const words = [...shape, ...counts, '--memory-format', layout, '--device', device, ...more];
      const result = await runProgram(options.python, ['-B', script, ...words]);
      const { median_ms: milliseconds, peak_rss_mb: megabytes, parameters } = result;
      return { milliseconds, megabytes, parameters, gpuMebibytes: result.gpu_memory_mib };
    },
  });
  return [
    ours('captured'),
    ...(options.before
      ? [ours('captured', { name: 'isda before', program: join(options.before, 'bin/isda.js') })]
      : []),
    ...(options.eager ? [ours('eager')] : []),
    theirs('nchw'),
    theirs('channels_last'),
    ...(options.compile ? [theirs('channels_last', '--compile')] : []),
  ];
}

/** The losses to compare for a network: those asked for that it has; of --all its last, which is ISDA for CIFAR's. */
function lossesOf(network) {
  const { losses } = networks[network];
  return options.loss ? losses.filter((loss) => options.loss.includes(loss)) : losses.slice(options.all ? -1 : 0);
}

const works = chosen.flatMap((network) =>
  precisions.flatMap((precision) => lossesOf(network).map((loss) => ({ network, precision, loss }))),
);
if (works.length === 0) fail(`--loss ${options.loss.join(' --loss ')} cannot be compared for these networks`, 2);

/** Runs the contenders of one network, precision and loss in turn; their rows. */
async function compare(work) {
  const entries = contenders(work).map((entry) => ({ ...entry, runs: [] }));
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const entry of entries) {
      entry.runs.push(await entry.run());
      const time = entry.runs[round].milliseconds.toFixed(1);
      const { network, precision, loss, name } = entry;
      if (process.stderr.isTTY)
        process.stderr.write(`round ${round + 1}  ${network}  ${precision}  ${loss}  ${name}: ${time} ms\n`);
    }
  }
  const counts = new Set(entries.flatMap(({ runs }) => runs.map(({ parameters }) => parameters)));
  if (counts.size > 1) throw new Error(`cannot compare ${work.network}: parameters differ: ${[...counts].join(', ')}`);
  return entries.map(({ name, runs }) => {
    const milliseconds = median(runs.map((run) => run.milliseconds));
    return {
      ...work,
      name,
      milliseconds,
      batch: Number(batchOf(work.network)),
      imagesPerSecond: (Number(batchOf(work.network)) * 1000) / milliseconds,
      megabytes: Math.max(...runs.map((run) => run.megabytes)),
      // In use on the whole GPU, as its driver counts it.
      ...(options.device === 'cuda' ? { gpuMebibytes: Math.max(...runs.map((run) => run.gpuMebibytes ?? NaN)) } : {}),
      rounds: runs.map((run) => run.milliseconds),
    };
  });
}

/** How long isda's captured step takes, as a multiple of PyTorch's best form and of the step before. */
function ratioOf(rows) {
  const of = (word) => rows.filter((row) => row.name.startsWith(word));
  const best = Math.min(...of('PyTorch').map((row) => row.milliseconds));
  const { network, batch, precision, loss } = rows[0];
  const [captured] = of('isda captured');
  const least = Math.min(...of('PyTorch').map((row) => row.megabytes));
  return {
    ...{ network, batch, precision, loss },
    capturedOverPyTorch: captured.milliseconds / best,
    memoryOverPyTorch: captured.megabytes / least,
    ...(options.before ? { capturedOverBefore: captured.milliseconds / of('isda before')[0].milliseconds } : {}),
  };
}

/** The geometric mean of the ratios of each precision. */
function printMeans(ratios) {
  for (const precision of precisions) {
    const logs = ratios.filter((one) => one.precision === precision).map((one) => Math.log(one.capturedOverPyTorch));
    const mean = Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length);
    console.log(`${precision}: geometric mean of ${logs.length} ratios ${mean.toFixed(2)}`);
  }
}

const groups = [];
try {
  for (const work of works) groups.push(await compare(work));
} catch (error) {
  fail(error.message, 1);
}
const onGpu = (cells) => (options.device === 'cuda' ? cells : []);
const rows = groups.flat();
const ratios = groups.map(ratioOf);
const [rounds, steps, warmup] = [options.rounds, options.steps, options.warmup].map(Number);
const result = { processor: cpus()[0].model, cores: cpus().length, rounds, steps, warmup, rows, ratios };
if (options.out) writeFileSync(options.out, `${JSON.stringify(result, undefined, 1)}\n`);
if (options.json) {
  console.log(JSON.stringify(result));
} else {
  printTable([
    [
      'network',
      'precision',
      'loss',
      'program',
      'ms a step',
      'images/s',
      'peak MB',
      ...onGpu(['GPU MiB']),
      'rounds (ms)',
    ],
    ...rows.map((row) => [
      row.network,
      row.precision,
      row.loss,
      row.name,
      row.milliseconds.toFixed(1),
      row.imagesPerSecond.toFixed(0),
      row.megabytes.toFixed(0),
      ...onGpu([row.gpuMebibytes?.toFixed(0)]),
      row.rounds.map((time) => time.toFixed(0)).join(' '),
    ]),
  ]);
  console.log('');
  for (const { network, batch, precision, loss, ...over } of ratios) {
    const before = options.before ? `, ${over.capturedOverBefore.toFixed(2)} x the time before` : '';
    console.log(
      `${network}, batch ${batch}, ${precision}, ${loss}: isda captured takes ${over.capturedOverPyTorch.toFixed(2)} x the time ` +
        `and ${over.memoryOverPyTorch.toFixed(2)} x the memory of PyTorch's best layout${before}`,
    );
  }
  printMeans(ratios);
}
