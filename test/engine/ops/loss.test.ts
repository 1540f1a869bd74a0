// Softmax cross entropy, log softmax and one-hot encodings.
import { describe, expect, it } from 'vitest';
import {
  argMax,
  cast,
  gatherRows,
  logSoftmax,
  oneHot,
  softTargetCrossEntropy,
  softmax,
  softmaxCrossEntropy,
} from '../../../src/engine/ops/index.js';
import type { Program, Tensor } from '../../../src/engine/tensor.js';
import { checkOperation, randomLeaf } from '../../support/check-operation.js';
import { testEngine } from '../../support/engine.js';
import { total } from '../../support/grid.js';
import { executions, filled, runOnce } from '../../support/run-once.js';

const [count, classes] = [4, 5];
const labels = Int32Array.of(0, 4, 2, 2);

const forms = executions.flatMap((execution) =>
  [false, true].map((deterministic) => ({ execution, deterministic, engine: testEngine({ deterministic }) })),
);

describe.each(forms)('loss operations, $execution, deterministic: $deterministic', ({ execution, engine }) => {
  it('softmax cross entropy', () => {
    checkOperation(engine, execution, {
      leaves: { logits: randomLeaf([count, classes], 'logits') },
      build: ({ logits }, program) =>
        softmaxCrossEntropy(logits, program.constant(labels, { dtype: 'int32', shape: [count] })),
      reference: ({ logits }) =>
        Array.from(labels, (label, row) => {
          const own = logits.slice(row * classes, (row + 1) * classes);
          return Math.log(total(own.map(Math.exp))) - own[label];
        }),
    });
  });

  const logSoftmaxOf = (row: readonly number[]): number[] =>
    row.map((value) => value - Math.log(total(row.map(Math.exp))));
  const rowsOf = (values: readonly number[]): number[][] =>
    Array.from({ length: count }, (_, row) => values.slice(row * classes, (row + 1) * classes));

  it('log softmax', () => {
    checkOperation(engine, execution, {
      leaves: { logits: randomLeaf([count, classes], 'logits') },
      build: ({ logits }) => logSoftmax(logits),
      reference: ({ logits }) => rowsOf(logits).flatMap(logSoftmaxOf),
    });
  });

  it.each([[[classes]], [[count, classes]], [[2, 2, classes]]])(
    'softmax and log softmax of the last axis of %j',
    (shape) => {
      const rows = shape.reduce((product, extent) => product * extent, 1) / classes;
      checkOperation(engine, execution, {
        leaves: { logits: randomLeaf(shape, 'logits') },
        build: ({ logits }) => logSoftmax(logits),
        reference: ({ logits }) => rowsOf(logits).slice(0, rows).flatMap(logSoftmaxOf),
      });
      checkOperation(engine, execution, {
        leaves: { logits: randomLeaf(shape, 'logits') },
        build: ({ logits }) => softmax(logits),
        reference: ({ logits }) => rowsOf(logits).slice(0, rows).flatMap(logSoftmaxOf).map(Math.exp),
      });
    },
  );

  it('refuses labels and targets that do not fit', () => {
    const of = (build: (logits: Tensor, program: Program) => Tensor) => () =>
      runOnce(engine, execution, { logits: randomLeaf([count, classes], 'logits') }, ({ logits }, program) => ({
        y: build(logits, program),
      }));
    const whole = (program: Program, size: number) =>
      program.constant(new Int32Array(size), { dtype: 'int32', shape: [size] });
    const name = 'cannot compute softmaxCrossEntropy: ';
    expect(of((logits) => softmaxCrossEntropy(logits, cast(argMax(logits), 'float32')))).toThrow(
      `${name}the labels are float32[4], expected int32[4] for logits float32[4, 5]`,
    );
    expect(of((logits, program) => softmaxCrossEntropy(logits, whole(program, 3)))).toThrow(
      `${name}the labels are int32[3], expected int32[4] for logits float32[4, 5]`,
    );
    expect(of((logits, program) => softmaxCrossEntropy(whole(program, 4), logits))).toThrow(
      `${name}the logits are int32[4], expected float32 [N, C]`,
    );
    expect(of((logits, program) => softTargetCrossEntropy(logits, whole(program, 4)))).toThrow(
      'the targets are int32[4], expected float32[4, 5] for logits float32[4, 5]',
    );
    expect(of((logits) => oneHot(logits, 3))).toThrow('cannot compute oneHot: the indices are float32[4, 5], expected int32'); // prettier-ignore
    expect(of((logits) => gatherRows(logits, logits))).toThrow('cannot compute gatherRows: the indices are float32[4, 5]'); // prettier-ignore
  });

  it('cross entropy with soft targets', () => {
    // Rows sum to 1: a mixture of two classes, and one of all.
    const rows = [
      [0.3, 0, 0, 0, 0.7],
      [0, 1, 0, 0, 0],
      [0.2, 0.2, 0.2, 0.2, 0.2],
      [0.5, 0, 0.125, 0.375, 0],
    ];
    const whole = Float32Array.from(rows.flat());
    checkOperation(engine, execution, {
      leaves: { logits: randomLeaf([count, classes], 'logits') },
      build: ({ logits }, program) =>
        softTargetCrossEntropy(logits, program.constant(whole, { dtype: 'float32', shape: [count, classes] })),
      reference: ({ logits }) =>
        rowsOf(logits).map((row, i) => -total(logSoftmaxOf(row).map((value, j) => value * whole[i * classes + j]))),
    });
  });

  it('stays finite for large logits', () => {
    const leaves = { logits: filled([1, 3], (index) => [1000, -1000, 0][index]) };
    const found = runOnce(engine, execution, leaves, ({ logits }, program) => ({
      right: softmaxCrossEntropy(logits, program.constant(Int32Array.of(0), { dtype: 'int32', shape: [1] })),
      wrong: softmaxCrossEntropy(logits, program.constant(Int32Array.of(1), { dtype: 'int32', shape: [1] })),
    }));
    expect([found['right'][0], found['wrong'][0]]).toEqual([0, 2000]);
  });

  it('encodes labels of any rank', () => {
    const found = runOnce(engine, execution, {}, (_, program) => ({
      flat: oneHot(program.constant(Int32Array.of(1, 0, 2), { dtype: 'int32', shape: [3] }), 3),
      nested: oneHot(program.constant(Int32Array.of(0, 1), { dtype: 'int32', shape: [1, 2] }), 2),
    }));
    expect([...found['flat']]).toEqual([0, 1, 0, 1, 0, 0, 0, 0, 1]);
    expect([...found['nested']]).toEqual([1, 0, 0, 1]);
  });
});
