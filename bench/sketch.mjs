// How near the term of a sketched covariance comes to that of the full one a run has kept; see README.md in this folder.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { randomStream } from '../dist/common/random.js';
import { meanOf } from '../dist/common/statistics/samples.js';
import { orthonormalColumns } from '../dist/nn/orthonormal.js';
import { decodeCheckpoint } from '../dist/records/checkpoint-file.js';
import { listCheckpoints } from '../dist/records/checkpoints.js';
import { fail, printTable } from './measuring.mjs';
import { readOptions } from './programs.mjs';

const usage = `usage: node bench/sketch.mjs --run FOLDER [--ranks 8,16,32,64] [--draws 5] [--json]
  FOLDER is of a finished run with loss.covariance: full. Prints, for each class, the sum over the other classes of the
  term's absolute error, in percent of the sum of the terms, for the diagonal form and sketches: the mean over the draws of Omega.`;

const options = readOptions(usage, {
  options: {
    run: { type: 'string' },
    ranks: { type: 'string', default: '8,16,32,64' },
    draws: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
  counts: ['draws'],
  required: ['run'],
});

/** The terms of all classes for label `y`: diag(D^T Sigma D) with D the differences of the weights. */
const terms = (sigma, differences) =>
  differences.map((d) => {
    const column = Matrix.columnVector(d);
    return column.transpose().mmul(sigma).mmul(column).get(0, 0);
  });

const error = (found, truth) =>
  (100 * found.reduce((sum, value, j) => sum + Math.abs(value - truth[j]), 0)) / truth.reduce((sum, t) => sum + t, 0);

/** The Nystrom approximation of Sigma from Sigma Omega, and the diagonal that it lacks. */
function sketched(sigma, rank, draw) {
  const size = sigma.rows;
  const values = new Float32Array(size * rank);
  orthonormalColumns(rank)(values, randomStream(draw, 'sketch', rank));
  const omega = Matrix.from1DArray(size, rank, Array.from(values));
  const product = sigma.mmul(omega);
  const half = omega.transpose().mmul(product);
  const core = Matrix.add(half, half.transpose()).mul(0.5);
  const ridge = 1e-9 * Math.max(...core.diagonal());
  for (let i = 0; i < rank; i++) core.set(i, i, core.get(i, i) + ridge);
  const low = product.mmul(new CholeskyDecomposition(core).solve(product.transpose()));
  for (let i = 0; i < size; i++) low.set(i, i, low.get(i, i) + Math.max(0, sigma.get(i, i) - low.get(i, i)));
  return low;
}

const folder = join(options.run, 'checkpoints');
const newest = (await listCheckpoints(folder)).at(-1);
if (newest === undefined) fail(`${options.run} has no checkpoints`, 1);
const path = join(folder, newest.name);
const { tensors } = decodeCheckpoint(await readFile(path), path);
const tensor = (name) => tensors.find((candidate) => candidate.name === name);
const kept = tensor('loss.covariance');
if (kept?.shape.length !== 3) fail(`${options.run} has no full covariances`, 1);
const weightName = tensors.findLast(({ name, shape }) => /\.weight$/.test(name) && shape.length === 2).name;
const weight = tensor(weightName);
const [classes, size] = weight.shape;
const ranks = options.ranks
  .split(',')
  .map(Number)
  .filter((rank) => rank <= size);

const rows = Array.from({ length: classes }, (_, y) => {
  const sigma = Matrix.from1DArray(size, size, Array.from(kept.data.slice(y * size * size, (y + 1) * size * size)));
  const w = (c) => Array.from(weight.data.slice(c * size, (c + 1) * size));
  const differences = Array.from({ length: classes }, (_, c) => c)
    .filter((c) => c !== y)
    .map((c) => w(c).map((value, i) => value - w(y)[i]));
  const truth = terms(sigma, differences);
  const draws = Array.from({ length: Number(options.draws) }, (_, draw) => draw + 1);
  return {
    class: y,
    diagonal: error(terms(Matrix.diag(sigma.diagonal()), differences), truth),
    sketch: ranks.map((rank) =>
      meanOf(draws.map((draw) => error(terms(sketched(sigma, rank, draw), differences), truth))),
    ),
  };
});
const all = {
  class: 'mean',
  diagonal: meanOf(rows.map((row) => row.diagonal)),
  sketch: ranks.map((_, k) => meanOf(rows.map((row) => row.sketch[k]))),
};
if (options.json) console.log(JSON.stringify({ checkpoint: path, ranks, rows: [...rows, all] }, undefined, 2));
else {
  const percent = (value) => value.toFixed(1);
  printTable([
    ['class', 'diagonal %', ...ranks.map((rank) => `rank ${rank} %`)],
    ...[...rows, all].map((row) => [String(row.class), percent(row.diagonal), ...row.sketch.map(percent)]),
  ]);
}
