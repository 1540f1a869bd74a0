// Convolution against a sum over windows: strides, paddings, kernels, odd and even sizes, groups.
import { describe, expect, it } from 'vitest';
import { gradients } from '../../../src/engine/gradients.js';
import { conv2d, mul, sum } from '../../../src/engine/ops/index.js';
import { createTally } from '../../../src/engine/tally-program.js';
import { checkOperation, randomLeaf } from '../../support/check-operation.js';
import { testEngine } from '../../support/engine.js';
import { table } from '../../support/grid.js';
import { executions, filled, openRuns, runOnce } from '../../support/run-once.js';

const engine = testEngine();

interface Case {
  readonly height: number;
  readonly width: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly inputs?: number;
  readonly outputs?: number;
  readonly groups?: number;
}

const sizes = [
  [5, 6],
  [6, 5],
  [7, 7],
  [4, 4],
] as const;
const plainCases: readonly Case[] = sizes.flatMap(([height, width]) =>
  [1, 3].flatMap((kernel) =>
    [1, 2].flatMap((stride) => [0, 1].map((padding) => ({ height, width, kernel, stride, padding }))),
  ),
);

/** As generators and critics halve: symmetric padding by TensorFlow's SAME where the sizes are even. */
const halvings = sizes.map(([height, width]) => ({ height, width, kernel: 4, stride: 2, padding: 1 }));
/** Of one pixel, whose gradient is computed from every third pixel. */
const strided = sizes.flatMap(([height, width]) =>
  [0, 1, 2].map((padding) => ({ height, width, kernel: 1, stride: 3, padding })),
);
const cases = [...plainCases, ...halvings, ...strided];

function conv(check: Case) {
  const { height, width, kernel: size, stride, padding, inputs = 2, outputs = 3, groups = 1 } = check;
  const extent = (full: number): number => Math.floor((full + 2 * padding - size) / stride) + 1;
  const inputsOfGroup = inputs / groups;
  const outputsOfGroup = outputs / groups;
  const inside = (position: number, full: number): boolean => position >= 0 && position < full;
  return {
    leaves: {
      x: randomLeaf([2, height, width, inputs], 'x'),
      kernel: randomLeaf([size, size, inputsOfGroup, outputs], 'kernel'),
    },
    reference: ({ x, kernel }: Readonly<Record<string, readonly number[]>>) =>
      table([2, extent(height), extent(width), outputs], ([n, row, column, o]) => {
        const first = Math.floor(o / outputsOfGroup) * inputsOfGroup;
        let sum = 0;
        // Plain loops: central differences ask for this value thousands of times.
        for (let i = 0; i < size; i++) {
          for (let j = 0; j < size; j++) {
            const [y, z] = [row * stride + i - padding, column * stride + j - padding];
            if (!inside(y, height) || !inside(z, width)) continue;
            const pixel = ((n * height + y) * width + z) * inputs + first;
            const tap = (i * size + j) * inputsOfGroup;
            for (let c = 0; c < inputsOfGroup; c++) sum += x[pixel + c] * kernel[(tap + c) * outputs + o];
          }
        }
        return sum;
      }),
  };
}

describe.each(executions)('conv2d, %s', (execution) => {
  it.each(cases)('$height x $width, kernel $kernel, stride $stride, padding $padding', (check) => {
    const { stride, padding } = check;
    checkOperation(engine, execution, {
      ...conv(check),
      build: ({ x, kernel }) => conv2d(x, kernel, { stride, padding }),
    });
  });

  it.each([1, 2])('two groups, stride %i', (stride) => {
    const check = { height: 5, width: 4, kernel: 3, stride, padding: 1, inputs: 4, outputs: 6, groups: 2 };
    checkOperation(engine, execution, {
      ...conv(check),
      build: ({ x, kernel }) => conv2d(x, kernel, { stride, padding: 1 }),
    });
  });

  it('convolves wide groups one by one', () => {
    const check = { height: 1, width: 2, kernel: 1, stride: 1, padding: 0, inputs: 68, outputs: 4, groups: 2 };
    checkOperation(engine, execution, { ...conv(check), build: ({ x, kernel }) => conv2d(x, kernel) });
  });

  it.each([4, 12])('keeps the gradient of a strided kernel of one pixel and %i inputs in its buffer', (inputs) => {
    const shapes = { x: [3, 32, 32, inputs], kernel: [1, 1, inputs, 4] };
    const runs = openRuns(engine, execution, shapes, ({ x, kernel }) => {
      const y = conv2d(x, kernel, { stride: 2 });
      return { toKernel: gradients(sum(mul(y, y)), [kernel])[0] };
    });
    const leaves = { x: randomLeaf(shapes.x, 'x').values, kernel: randomLeaf(shapes.kernel, 'kernel').values };
    const first = runs.run(leaves);
    // Writes past the end, which happen where threads divide three images unevenly, end the process.
    for (let call = 0; call < 400; call++) expect(runs.run(leaves)).toEqual(first);
    runs.close();
  });

  it('computes the gradient of a kernel of many channels in parts', () => {
    const [inputs, outputs] = [320, 640];
    const leaves = {
      x: randomLeaf([1, 2, 2, inputs], 'x'),
      kernel: filled([3, 3, inputs, outputs], () => 0),
      upstream: randomLeaf([1, 2, 2, outputs], 'upstream'),
    };
    const { toKernel } = runOnce(engine, execution, leaves, ({ x, kernel, upstream }) => ({
      toKernel: gradients(sum(mul(conv2d(x, kernel, { padding: 1 }), upstream)), [kernel])[0],
    }));
    const [x, upstream] = [leaves.x.values, leaves.upstream.values];
    const expected = table([3, 3, inputs, outputs], ([i, j, c, o]) => {
      let total = 0;
      for (const [row, column] of [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ]) {
        const [y, z] = [row + i - 1, column + j - 1];
        if (y === 0 || y === 1)
          if (z === 0 || z === 1) total += x[(y * 2 + z) * inputs + c] * upstream[(row * 2 + column) * outputs + o];
      }
      return total;
    });
    const furthest = expected.reduce((most, value, index) => Math.max(most, Math.abs(value - toKernel[index])), 0);
    expect(furthest).toBeLessThan(1e-5);
  });

  it('refuses kernels with another number of channels', () => {
    const leaves = { x: randomLeaf([1, 4, 4, 3], 'x'), kernel: randomLeaf([3, 3, 2, 4], 'kernel') };
    expect(() => runOnce(engine, execution, leaves, ({ x, kernel }) => ({ y: conv2d(x, kernel) }))).toThrow(
      'cannot convolve: float32[1, 4, 4, 3] and kernel float32[3, 3, 2, 4] are incompatible',
    );
  });
});

it.each([
  ['cpu', 3, 640, 4],
  ['cpu', 3, 320, 2],
  ['cpu', 3, 160, 1],
  ['cpu', 1, 640, 1],
  ['cuda', 3, 640, 1],
] as const)(
  'on %s the gradient of a kernel %i wide from %i to 640 channels has %i parts',
  (device, size, inputs, parts) => {
    const tally = createTally({ device });
    const kernel = tally.program.read({ name: 'kernel', shape: [size, size, inputs, 640], trainable: true });
    const y = conv2d(tally.input({ dtype: 'float32', shape: [1, 4, 4, inputs] }), kernel, { padding: (size - 1) / 2 });
    gradients(sum(y), [kernel]);
    const made = tally.operations.filter(({ operation }) => operation === 'Conv2DBackpropFilter');
    expect(made.map(({ outputs }) => outputs[0].shape)).toEqual(
      Array.from({ length: parts }, () => [size, size, inputs / parts, 640]),
    );
  },
);
