// Times isda's training step against PyTorch's, in turn, each in a process of its own; see README.md in this folder.
import { fileURLToPath, URL } from 'node:url';
import { parseArgs } from 'node:util';
import { fail, measure, median, printTable } from './measuring.mjs';

const usage = `usage: node bench/compare.mjs [--python python3] [--rounds 3] [--steps 30] [--warmup 5] [--depth 32]
         [--batch 128] [--classes 10|100] [--loss cross-entropy --loss isda] [--device cpu|cuda] [--eager] [--json]`;

function readOptions() {
  const text = (fallback) => ({ type: 'string', default: fallback });
  try {
    const { values } = parseArgs({
      options: {
        python: text('python3'),
        rounds: text('3'),
        steps: text('30'),
        warmup: text('5'),
        depth: text('32'),
        batch: text('128'),
        classes: text('100'),
        device: text('cpu'),
        loss: { type: 'string', multiple: true, default: ['cross-entropy', 'isda'] },
        eager: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    for (const name of ['rounds', 'steps', 'warmup', 'depth', 'batch', 'classes'])
      if (!/^[1-9]\d*$/.test(values[name])) throw new Error(`--${name} must be a whole number >= 1`);
    if (!['10', '100'].includes(values.classes)) throw new Error('--classes must be 10 or 100');
    return values;
  } catch (error) {
    return fail(`${error.message}\n${usage}`, 2);
  }
}

/** The programs to compare for one loss. */
function contenders(options, loss) {
  const { depth, batch, classes, device } = options;
  const counts = ['--steps', options.steps, '--warmup', options.warmup];
  const settings = [`model.depth=${depth}`, `training.batchSize=${batch}`, `training.device=${device}`];
  const config = ['--config', `table1/resnet32-cifar${classes}-isda`, ...settings.flatMap((each) => ['--set', each])];
  const shape = ['--model', 'resnet', '--depth', depth, '--classes', classes, '--batch', batch];
  const launcher = fileURLToPath(new URL('../bin/isda.js', import.meta.url));
  const script = fileURLToPath(new URL('pytorch_step.py', import.meta.url));
  const ours = (execution) => ({
    name: `isda ${execution}`,
    loss,
    run: async () => {
      const words = ['bench', ...config, ...counts, '--loss', loss, '--execution', execution, '--json'];
      const [result] = await measure(process.execPath, [launcher, ...words]);
      return { milliseconds: result.medianMilliseconds, megabytes: result.peakMemoryMegabytes };
    },
  });
  const theirs = (layout) => ({
    name: `PyTorch ${layout}`,
    loss,
    run: async () => {
      const words = [...shape, ...counts, '--loss', loss, '--memory-format', layout, '--device', device];
      const result = await measure(options.python, ['-B', script, ...words]);
      return { milliseconds: result.median_ms, megabytes: result.peak_rss_mb };
    },
  });
  return [ours('captured'), ...(options.eager ? [ours('eager')] : []), theirs('nchw'), theirs('channels_last')];
}

const options = readOptions();
if (options.help) {
  console.log(usage);
  process.exit(0);
}
const entries = options.loss.flatMap((loss) => contenders(options, loss)).map((entry) => ({ ...entry, runs: [] }));
for (let round = 0; round < Number(options.rounds); round++) {
  for (const entry of entries) {
    entry.runs.push(await entry.run());
    if (process.stderr.isTTY)
      process.stderr.write(
        `round ${round + 1}  ${entry.loss}  ${entry.name}: ${entry.runs[round].milliseconds.toFixed(1)} ms\n`,
      );
  }
}

const rows = entries.map(({ name, loss, runs }) => {
  const milliseconds = median(runs.map((run) => run.milliseconds));
  return {
    loss,
    name,
    milliseconds,
    imagesPerSecond: (Number(options.batch) * 1000) / milliseconds,
    megabytes: Math.max(...runs.map((run) => run.megabytes)),
    rounds: runs.map((run) => run.milliseconds),
  };
});
const ratios = options.loss.map((loss) => {
  const of = (word) => rows.filter((row) => row.loss === loss && row.name.startsWith(word));
  const best = Math.min(...of('PyTorch').map((row) => row.milliseconds));
  return { loss, capturedOverPyTorch: of('isda captured')[0].milliseconds / best };
});
if (options.json) {
  console.log(JSON.stringify({ rows, ratios }));
} else {
  const table = [
    ['loss', 'program', 'ms a step', 'images/s', 'peak MB', 'rounds (ms)'],
    ...rows.map((row) => [
      row.loss,
      row.name,
      row.milliseconds.toFixed(1),
      row.imagesPerSecond.toFixed(0),
      row.megabytes.toFixed(0),
      row.rounds.map((time) => time.toFixed(0)).join(' '),
    ]),
  ];
  printTable(table);
  for (const { loss, capturedOverPyTorch } of ratios)
    console.log(`${loss}: isda captured takes ${capturedOverPyTorch.toFixed(2)} x the time of PyTorch's best layout`);
}
