// Average pooling against means written out, values and gradient.
import { expect, it } from 'vitest';
import { gradients } from '../../../src/engine/gradients.js';
import { avgPool, mul, sum } from '../../../src/engine/ops/index.js';
import { testEngine } from '../../support/engine.js';
import { executions, filled, runOnce } from '../../support/run-once.js';

const engine = testEngine();
const [height, width, channels] = [5, 4, 3];
const at = (y: number, x: number, c: number): number => (y * width + x) * channels + c;

it.each(executions)('avgPool means windows and drops the rest; its gradient spreads evenly (%s)', (execution) => {
  const leaves = {
    x: filled([1, height, width, channels], (i) => Math.sin(i)),
    slope: filled([1, 2, 2, channels], (i) => Math.cos(i)),
  };
  const { value, gradient } = runOnce(engine, execution, leaves, ({ x, slope }) => {
    const pooled = avgPool(x, 2);
    return { value: pooled, gradient: gradients(sum(mul(pooled, slope)), [x])[0] };
  });
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        const [row, column] = [Math.floor(y / 2), Math.floor(x / 2)];
        const from = (row * 2 + column) * channels + c;
        const inside = row < 2;
        expect(gradient[at(y, x, c)]).toBeCloseTo(inside ? Math.cos(from) / 4 : 0, 6);
        if (!inside) continue;
        const corners = [0, 1].flatMap((dy) => [0, 1].map((dx) => at(2 * row + dy, 2 * column + dx, c)));
        const mean = corners.reduce((total, index) => total + Math.sin(index), 0) / 4;
        expect(value[from]).toBeCloseTo(mean, 6);
      }
    }
  }
});
