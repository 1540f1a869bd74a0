// Transposed convolution against a sum over windows: strides, paddings, kernels, single pixels.
import { describe, expect, it } from 'vitest';
import { conv2dTransposed } from '../../../src/engine/ops/index.js';
import { checkOperation, randomLeaf } from '../../support/check-operation.js';
import { testEngine } from '../../support/engine.js';
import { at, range, table, total } from '../../support/grid.js';
import { executions, runOnce } from '../../support/run-once.js';

const engine = testEngine();
const [inputs, outputs] = [3, 2];

interface Case {
  readonly height: number;
  readonly width: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
}

const cases: readonly Case[] = [
  { height: 1, width: 1, kernel: 4, stride: 1, padding: 0 },
  { height: 1, width: 1, kernel: 4, stride: 2, padding: 1 },
  { height: 2, width: 3, kernel: 4, stride: 2, padding: 1 },
  { height: 3, width: 2, kernel: 4, stride: 1, padding: 0 },
  { height: 3, width: 3, kernel: 3, stride: 2, padding: 1 },
  { height: 3, width: 4, kernel: 3, stride: 1, padding: 1 },
  { height: 2, width: 2, kernel: 5, stride: 2, padding: 0 },
];

/** PyTorch's definition: pixel (y, x) of the input adds to (y stride + i − padding, x stride + j − padding). */
function transposed({ height, width, kernel: size, stride, padding }: Case) {
  const extent = (from: number): number => (from - 1) * stride + size - 2 * padding;
  const shapeX = [2, height, width, inputs];
  const shapeKernel = [size, size, outputs, inputs];
  return {
    leaves: { x: randomLeaf(shapeX, 'x'), kernel: randomLeaf(shapeKernel, 'kernel') },
    reference: ({ x, kernel }: Readonly<Record<string, readonly number[]>>) =>
      table([2, extent(height), extent(width), outputs], ([n, row, column, o]) =>
        total(
          range(height).flatMap((y) =>
            range(width).flatMap((z) => {
              const [i, j] = [row + padding - y * stride, column + padding - z * stride];
              if (i < 0 || j < 0 || i >= size || j >= size) return [];
              return range(inputs).map((c) => at(x, shapeX, [n, y, z, c]) * at(kernel, shapeKernel, [i, j, o, c]));
            }),
          ),
        ),
      ),
  };
}

describe.each(executions)('conv2dTransposed, %s', (execution) => {
  it.each(cases)('$height x $width, kernel $kernel, stride $stride, padding $padding', (check) => {
    const { leaves, reference } = transposed(check);
    const build = ({ x, kernel }: Parameters<Parameters<typeof runOnce>[3]>[0]) => conv2dTransposed(x, kernel, check);
    checkOperation(engine, execution, { leaves, build, reference });
  });

  it('refuses kernels that do not fit', () => {
    const leaves = { x: randomLeaf([1, 2, 2, 3], 'x'), kernel: randomLeaf([4, 4, 3, 2], 'kernel') };
    const build = () => runOnce(engine, execution, leaves, ({ x, kernel }) => ({ value: conv2dTransposed(x, kernel) }));
    expect(build).toThrow(
      'cannot convolve: float32[1, 2, 2, 3] and transposed kernel float32[4, 4, 3, 2] are incompatible',
    );
  });
});
