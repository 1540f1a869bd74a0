// How near the term of a sketched covariance comes to that of the full one a run has kept; see README.md in this
// folder.
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { randomStream } from '../dist/common/random.js';
import { meanOf } from '../dist/common/statistics/samples.js';
import { orthonormalColumns } from '../dist/nn/orthonormal.js';
import { decodeCheckpoint } from '../dist/records/checkpoint-file.js';
import { listCheckpoints } from '../dist/records/checkpoints.js';
import { drawDots } from '../dist/report/chart/dots.js';
import { fail, printTable } from './measuring.mjs';
import { readOptions } from './programs.mjs';

const usage = `usage: node bench/sketch.mjs --run FOLDER … [--ranks 8,16,32,64] [--draws 5] [--svg FILE] [--json]
  Each FOLDER is of a run with loss.covariance: full. Prints, for each class, the sum over the other classes of the
  term's absolute error, in percent of the sum of the terms, for the diagonal form and sketches: the mean over the draws
  of Omega. --svg writes the figure: a dot for each class.`;

const options = readOptions(usage, {
  options: {
    run: { type: 'string', multiple: true },
    ranks: { type: 'string', default: '8,16,32,64' },
    draws: { type: 'string', default: '5' },
    svg: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
  counts: ['draws'],
  required: ['run'],
});
const draws = Array.from({ length: Number(options.draws) }, (_, draw) => draw + 1);

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

/** The newest checkpoint of a run: its covariances [C, A, A] and the last layer's weight [C, A], as rows of numbers. */
async function features(run) {
  const folder = join(run, 'checkpoints');
  const newest = (await listCheckpoints(folder)).at(-1);
  if (newest === undefined) fail(`${run} has no checkpoints`, 1);
  const path = join(folder, newest.name);
  const { tensors } = decodeCheckpoint(await readFile(path), path);
  const kept = tensors.find(({ name }) => name === 'loss.covariance');
  if (kept?.shape.length !== 3) fail(`${run} has no full covariances`, 1);
  const weight = tensors.findLast(({ name, shape }) => /\.weight$/.test(name) && shape.length === 2);
  const [classes, size] = weight.shape;
  return {
    classes,
    size,
    weights: Array.from({ length: classes }, (_, c) => Array.from(weight.data.slice(c * size, (c + 1) * size))),
    covariance: (c) =>
      Matrix.from1DArray(size, size, Array.from(kept.data.slice(c * size * size, (c + 1) * size * size))),
  };
}

/** The errors of every class and their means, in percent. */
async function measure(run) {
  const { classes, size, weights, covariance } = await features(run);
  const ranks = options.ranks
    .split(',')
    .map(Number)
    .filter((rank) => rank <= size);
  const rows = weights.map((own, y) => {
    const sigma = covariance(y);
    const differences = weights.filter((_, c) => c !== y).map((other) => other.map((value, i) => value - own[i]));
    const truth = terms(sigma, differences);
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
  return { run: basename(run), classes, features: size, ranks, rows: [...rows, all] };
}

/** One panel a run, one row a form, one dot a class. */
const figure = (measured) =>
  drawDots({
    xLabel: "error of the term, % of the full form's",
    notes: ['Dots: classes. Below them: their mean.'],
    panels: measured.map(({ run, classes, features, ranks, rows }) => {
      const row = (label, values) => ({ label, values: values.slice(0, -1), mean: values.at(-1) });
      return {
        title: `${run}: ${classes} classes x ${features} features`,
        rows: [
          row(
            'diagonal',
            rows.map(({ diagonal }) => diagonal),
          ),
          ...ranks.map((rank, k) =>
            row(
              `sketch, rank ${rank}`,
              rows.map(({ sketch }) => sketch[k]),
            ),
          ),
        ],
      };
    }),
  });

const measured = [];
for (const run of options.run) measured.push(await measure(run));
if (options.svg !== undefined) await writeFile(options.svg, figure(measured));
if (options.json) console.log(JSON.stringify(measured, undefined, 2));
else
  for (const { run, ranks, rows } of measured) {
    const percent = (value) => value.toFixed(1);
    console.log(`\n${run}`);
    printTable([
      ['class', 'diagonal %', ...ranks.map((rank) => `rank ${rank} %`)],
      ...rows.map((row) => [String(row.class), percent(row.diagonal), ...row.sketch.map(percent)]),
    ]);
  }
