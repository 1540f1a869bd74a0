// TensorFlow's kernels on a CPU under an allocator with guard pages: no access past the end of a buffer.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { afterAll, expect, it } from 'vitest';
import { projectRoot } from '../config/support.js';
import { faultSeed, faultStream, oneOf, scale } from './scale.js';

const compiler = await execa('cc', ['--version'], { reject: false });
const folder = await mkdtemp(join(tmpdir(), 'isda-faults-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Case {
  readonly operation: 'conv2d' | 'conv2dTransposed' | 'matMul' | 'maxPool2d';
  readonly shapes: readonly (readonly number[])[];
  readonly options: object;
  readonly bfloat16: boolean;
}

/** Ends of a process in oneDNN 3 if nothing is done about them: docs/engine.md. */
const known: readonly Case[] = [
  { operation: 'conv2d', shapes: [[15, 16, 16, 4], [1, 1, 4, 8]], options: { stride: 2 }, bfloat16: false }, // prettier-ignore
  { operation: 'conv2d', shapes: [[7, 16, 16, 12], [1, 1, 12, 20]], options: { stride: 2 }, bfloat16: true }, // prettier-ignore
  { operation: 'matMul', shapes: [[13, 1, 30, 40], [1, 1, 40, 16]], options: {}, bfloat16: false }, // prettier-ignore
];

function randomCase(seed: number, index: number): Case {
  const random = faultStream(seed, 'case', index);
  const from = <T>(values: readonly T[]): T => oneOf(random, values);
  const bfloat16 = from([false, true]);
  const channels = [1, 2, 3, 4, 7, 8, 12, 15, 16, 17, 20, 32, 48, 64];
  const operation = from(['conv2d', 'conv2d', 'conv2d', 'conv2dTransposed', 'matMul', 'maxPool2d'] as const);
  if (operation === 'matMul') {
    const [rows, inner, columns] = [0, 0, 0].map(() => from([1, 3, 16, 31, 64, 100]));
    const [a, b] = from<number[][]>([[[], []], [[5], [5]], [[5], []], [[4, 1], [3]], [[1], [6]]]); // prettier-ignore
    return {
      operation,
      shapes: [
        [...a, rows, inner],
        [...b, inner, columns],
      ],
      options: {},
      bfloat16,
    };
  }
  const size = from([1, 2, 3, 5]);
  const stride = from([1, 2, 3]);
  const x = [from([1, 3, 7, 8, 15]), from([5, 8, 11, 16]), from([5, 8, 11, 16]), from(channels)];
  if (operation === 'maxPool2d') return { operation, shapes: [x], options: { size, stride }, bfloat16 };
  const pair = operation === 'conv2d' ? [x[3], from(channels)] : [from(channels), x[3]];
  const padding = from([0, Math.floor((size - 1) / 2)]);
  return { operation, shapes: [x, [size, size, ...pair]], options: { stride, padding }, bfloat16 };
}

/** Computes the cases of its standard input with gradients, and prints the index of each before. */
const child = `
  import { text } from 'node:stream/consumers';
  const load = (path) => import(${JSON.stringify(pathToFileURL(join(projectRoot, 'dist')).href)} + path);
  const { loadBinding } = await load('/engine/binding.js');
  const { resolveDevice } = await load('/engine/devices.js');
  const { createEngine } = await load('/engine/index.js');
  const { gradients } = await load('/engine/gradients.js');
  const { defaultSettings } = await load('/engine/settings.js');
  const { cacheHome } = await load('/common/home.js');
  const { findEngine } = await load('/install/location.js');
  const ops = await load('/engine/ops/index.js');
  const { found } = findEngine({ home: cacheHome(process.env), environment: process.env, build: 'cpu' });
  const binding = loadBinding(found, 'cpu', process.env, defaultSettings);
  const engine = createEngine(binding, resolveDevice('cpu', binding, process.env));
  for (const [index, { operation, shapes, options, bfloat16 }] of JSON.parse(await text(process.stdin)).entries()) {
    console.log(index);
    const variables = shapes.map((shape, place) => ({ name: 'x' + place, shape, trainable: true }));
    const build = (_, program) => {
      const leaves = variables.map((variable) => program.read(variable));
      const operands = leaves.map((leaf) => (bfloat16 ? ops.cast(leaf, 'bfloat16') : leaf));
      const value = ops.cast(ops[operation](...operands, options), 'float32');
      const slopes = gradients(ops.sum(ops.square(value)), leaves);
      return Object.fromEntries(slopes.map((slope, place) => ['slope' + place, ops.sum(slope)]));
    };
    const session = engine.createSession('eager', variables, [{ name: 'once', inputs: {}, build }]);
    const values = ({ shape }) => Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i));
    session.write(new Map(variables.map((variable) => [variable.name, values(variable)])));
    session.call('once', {});
    session.close();
  }
  console.log('end');`;

const perProcess = 100;
const seed = faultSeed('overruns');
const groups = scale({ short: 1, long: 20 });

const guards = it.skipIf(process.platform !== 'linux' || compiler.failed);

/** Compiles a C program or library of this folder's sources, and returns its path. */
async function compiled(name: string, ...flags: string[]): Promise<string> {
  const path = join(folder, name);
  await execa('cc', ['-O2', ...flags, '-o', path, fileURLToPath(new URL(`${name}.c`, import.meta.url))]);
  return path;
}

const guardPages = (): Promise<string> => compiled('guard-pages', '-shared', '-fPIC', '-pthread');
const environmentOf = (library: string) => ({ LD_PRELOAD: library, GUARD_BYTES: '1024' });

guards('the allocator stops a program that accesses memory past the end of a block', async () => {
  const [program, env] = [await compiled('overrun'), environmentOf(await guardPages())];
  for (const allocation of ['malloc', 'calloc', 'memalign', 'realloc']) {
    const ends = [2047, 2048].map((place) => execa(program, [allocation, String(place)], { env, reject: false }));
    expect(await Promise.all(ends), allocation).toMatchObject([{ exitCode: 0 }, { signal: 'SIGSEGV' }]);
  }
});

guards('no operation accesses memory past the end of its buffers', async () => {
  const guarded = environmentOf(await guardPages());
  for (let group = 0; group < groups; group++) {
    const cases = Array.from({ length: perProcess }, (_, index) => randomCase(seed, group * perProcess + index));
    const input = [...(group === 0 ? known : []), ...cases];
    // Unlike most batch sizes, two and three threads divide unevenly.
    const threads = String(2 + (group % 2));
    const env = { ...guarded, TF_NUM_INTRAOP_THREADS: threads };
    const call = ['--input-type=module', '--eval', child];
    const { stdout, stderr } = await execa(process.execPath, call, { input: JSON.stringify(input), env, reject: false }); // prettier-ignore
    const reached = stdout.trimEnd().split('\n').at(-1);
    expect(reached, `${threads} threads, ${JSON.stringify(input[Number(reached)])}\n${stderr}`).toBe('end');
  }
});
