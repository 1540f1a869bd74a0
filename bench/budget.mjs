// What the time of a training step goes to, by kind of work, beside PyTorch's; see README.md in this folder.
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, URL } from 'node:url';
import { fail, printTable } from './measuring.mjs';
import { benchWords, classesOf, networks } from './networks.mjs';
import { kinds, kindOfNode, kindOfPrimitive, kindOfTorch } from './budget-kinds.mjs';
import { launcher, readOptions } from './programs.mjs';

const usage = `usage: node bench/budget.mjs [--python python3] [--network resnet-110]... [--precision float32|bfloat16]...
         [--batch N] [--steps 5] [--warmup 2] [--core 0] [--layout nchw|channels_last] [--out FILE.json] [--json]
One thread of one core. Without --network: ResNet-110, WRN-28-10 and DenseNet-BC-100-12 in both precisions.
networks: ${Object.keys(networks).join(', ')}`;
const batches = { 'resnet-110': '128', 'wrn-28-10': '16', 'densenet-bc-100-12': '64' };
const text = (fallback) => ({ type: 'string', default: fallback });
const options = readOptions(usage, {
  options: {
    python: text('python3'),
    network: { type: 'string', multiple: true, default: Object.keys(batches) },
    precision: { type: 'string', multiple: true, default: ['float32', 'bfloat16'] },
    batch: { type: 'string' },
    steps: text('5'),
    warmup: text('2'),
    core: text('0'),
    layout: text('channels_last'),
    out: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
  counts: ['steps', 'warmup', 'batch'],
  wholes: ['core'],
  choices: {
    network: Object.keys(networks),
    precision: ['float32', 'bfloat16'],
    layout: ['nchw', 'channels_last'],
  },
});
const batchOf = (network) => options.batch ?? batches[network] ?? '32';

/** All that a program pinned to one core prints, in order. */
function outputOf(words, environment) {
  const folder = mkdtempSync(join(tmpdir(), 'isda-budget-'));
  const path = join(folder, 'output');
  try {
    const file = openSync(path, 'a');
    const stdio = ['ignore', file, file];
    const env = { ...process.env, ONEDNN_VERBOSE: 'profile_exec', ...environment };
    const { status } = spawnSync('taskset', ['-c', options.core, ...words], { stdio, env });
    closeSync(file);
    const output = readFileSync(path, 'latin1');
    if (status !== 0) throw new Error(`cannot run ${words.join(' ')}: ${output.trim().split('\n').at(-1)}`);
    return output;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Adds a time to what a step took of something. */
const addTo = (step, kind, key, milliseconds) => {
  const known = step.get(key);
  step.set(key, { kind, milliseconds: (known?.milliseconds ?? 0) + milliseconds });
};

/** Kind and milliseconds of one of oneDNN's primitives, from its line. */
function primitiveOf(line) {
  const [, , , , , primitive, , direction] = line.split(',');
  const milliseconds = Number(line.slice(line.lastIndexOf(',') + 1));
  return { kind: kindOfPrimitive(primitive, direction), milliseconds };
}
const isPrimitive = (line) => line.startsWith('onednn_verbose,v1,primitive,exec');

/**
 * The steps of isda: TensorFlow's executor logs each node when it starts it; on one thread a node lasts until the next
 * one. Its primitives stand between the two lines.
 */
function stepsOfIsda(output) {
  const steps = new Map();
  let node;
  const end = (time) => {
    if (node === undefined) return;
    const { id, operation, started, primitives } = node;
    const step = steps.get(node.step) ?? steps.set(node.step, new Map()).get(node.step);
    let left = (time - started) / 1000;
    for (const [index, { kind, milliseconds }] of primitives.entries()) {
      addTo(step, kind, `${id}/${index}`, milliseconds);
      left -= milliseconds;
    }
    addTo(step, kindOfNode(operation, primitives.length > 0), id, left);
    node = undefined;
  };
  for (const line of output.split('\n')) {
    if (isPrimitive(line)) {
      node?.primitives.push(primitiveOf(line));
      continue;
    }
    const time = /^I\d{4} \d\d:\d\d:(\d+)\.(\d{6})/.exec(line);
    if (time === null) continue;
    const microseconds = Number(time[1]) * 1e6 + Number(time[2]);
    const found = /Process node: (\d+) step (\d+) \{\{node \S+\}\} = (\w+)/.exec(line);
    if (node !== undefined && (found === null || found[2] === node.step)) end(microseconds);
    if (found !== null)
      node = { id: found[1], step: found[2], operation: found[3], started: microseconds, primitives: [] };
  }
  const most = Math.max(...[...steps.values()].map((step) => step.size));
  return [...steps.values()].filter((step) => step.size > most / 2).slice(-Number(options.steps));
}

/** The steps of PyTorch: what its profiler counts a call, and oneDNN's primitives in the calls of convolutions. */
function stepsOfTorch(output) {
  const steps = [];
  let [step, seen, inside] = [new Map(), new Map(), 0];
  const note = (kind, name, milliseconds) => {
    seen.set(name, (seen.get(name) ?? 0) + 1);
    addTo(step, kind, `${name}/${seen.get(name)}`, milliseconds);
  };
  for (const line of output.split('\n')) {
    if (isPrimitive(line)) {
      const { kind, milliseconds } = primitiveOf(line);
      note(kind, line.slice(0, line.lastIndexOf(',')), milliseconds);
      inside += milliseconds;
    } else if (/^(step|warmup) \[/.test(line)) {
      for (const [name, microseconds] of JSON.parse(line.slice(line.indexOf('['))))
        if (kindOfTorch(name) === 'around') inside -= microseconds / 1000;
        else note(kindOfTorch(name), name, microseconds / 1000);
      addTo(step, 'around', 'around', -inside);
      if (line.startsWith('step')) steps.push(step);
      [step, seen, inside] = [new Map(), new Map(), 0];
    }
  }
  return steps;
}

/** Milliseconds by kind: of each thing its least time over the steps, since whatever else runs only adds to it. */
function byKind(steps) {
  if (steps.length === 0) throw new Error('no step was recorded');
  const sums = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, 0]));
  for (const [key, { kind }] of steps[0]) {
    const times = steps.flatMap((step) => step.get(key)?.milliseconds ?? []);
    sums[kind] += Math.min(...times);
  }
  return sums;
}

const counts = () => ['--steps', options.steps, '--warmup', options.warmup, '--loss', 'cross-entropy'];

function budgetOfIsda(network, precision) {
  const work = { batch: batchOf(network), classes: '100', device: 'cpu', precision };
  const words = [launcher, ...benchWords(network, work), ...counts(), '--execution', 'captured'];
  const threads = { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1' };
  const log = { TF_CPP_MIN_LOG_LEVEL: '0', TF_CPP_VMODULE: 'executor=1' };
  return byKind(stepsOfIsda(outputOf([process.execPath, ...words], { ...threads, ...log })));
}

function budgetOfTorch(network, precision) {
  const script = fileURLToPath(new URL('pytorch_budget.py', import.meta.url));
  const size = ['--classes', classesOf(network, '100'), '--size', String(networks[network].side)];
  const shape = ['--network', network, ...size, '--batch', batchOf(network), '--precision', precision];
  const words = ['-B', script, ...shape, ...counts(), '--threads', '1', '--memory-format', options.layout];
  return byKind(stepsOfTorch(outputOf([options.python, ...words], { OMP_NUM_THREADS: '1' })));
}

const total = (sums) => Object.values(sums).reduce((sum, value) => sum + value, 0);
const results = [];
try {
  execFileSync('taskset', ['--version']);
  for (const network of options.network)
    for (const precision of options.precision) {
      const load = loadavg()[0];
      const [isda, pytorch] = [budgetOfIsda(network, precision), budgetOfTorch(network, precision)];
      results.push({ network, batch: Number(batchOf(network)), precision, load, isda, pytorch });
      if (options.json) continue;
      console.log(`\n${network}, batch ${batchOf(network)}, ${precision}; one thread, load ${load.toFixed(1)} before`);
      const row = (name, ours, theirs) => [
        name,
        ...[ours, theirs].map((value) => value.toFixed(1)),
        Math.abs(theirs) < 0.05 ? '' : (ours / theirs).toFixed(2),
      ];
      printTable([
        ['milliseconds a step', 'isda', 'PyTorch', 'ratio'],
        ...Object.entries(kinds).map(([kind, name]) => row(name, isda[kind], pytorch[kind])),
        row('all', total(isda), total(pytorch)),
      ]);
    }
} catch (error) {
  fail(error.message, 1);
}
const record = JSON.stringify({ processor: cpus()[0].model, layout: options.layout, results }, null, 2);
if (options.out !== undefined) writeFileSync(options.out, `${record}\n`);
if (options.json) console.log(record);
