// Loads custom metrics.
import { z } from 'zod';
import { cannot } from '../common/errors.js';
import { callable, callOwn, useModule } from '../common/modules.js';
import { isPlainObject } from '../common/plain-object.js';
import { isTensor } from '../engine/tensor.js';
import { describeSpec } from '../engine/types.js';
import type { CustomMetricsOptions } from '../training/metrics/custom.js';
import type { OwnMetric } from '../training/metrics/metric.js';
import { kit, type MetricsModule } from './kit.js';
import { columnName } from './modules.js';

const check = z.object({
  metrics: z
    .array(
      z.object({
        name: columnName,
        title: z.string().optional(),
        sums: callable,
        value: callable,
      }),
    )
    .min(1),
});

/** Errors: the result of `sums` is not an object of float32 tensors. */
function requireSums(sums: unknown): void {
  if (!isPlainObject(sums)) throw new TypeError('the result of sums is not an object of tensors');
  for (const [name, value] of Object.entries(sums)) {
    if (!isTensor(value)) throw new TypeError(`${name} of the result of sums is not a tensor`);
    if (value.dtype !== 'float32')
      throw new TypeError(`${name} of the result of sums is ${describeSpec(value)}, expected float32 (kit.ops.cast)`);
  }
}

/**
 * Loads the metrics of a custom module; errors in their functions name the file. Errors: the file cannot be loaded, or
 * does not return metrics; two have the same name; later, a sum is not a tensor or a value is not finite.
 */
export async function loadMetrics(
  { module, options }: CustomMetricsOptions,
  classes: number,
): Promise<readonly OwnMetric[]> {
  const { metrics } = await useModule<MetricsModule['createMetrics'], { metrics: readonly OwnMetric[] }>(
    module,
    'createMetrics',
    check,
    async (create) => ({ metrics: await create({ options, classes, kit }) }),
  );
  const names = metrics.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw cannot(`use the module ${module}`, `two of its metrics are called ${twice}`, { code: 'module/unusable' });
  }
  return metrics.map((own) => ({
    name: own.name,
    title: own.title,
    sums: (batch) =>
      callOwn(module, `compute the metric ${own.name} of ${module}`, () => {
        const sums = own.sums(batch);
        requireSums(sums);
        return sums;
      }),
    value: (evaluation) =>
      callOwn(module, `compute the metric ${own.name} of ${module}`, () => {
        const value = own.value(evaluation) as unknown;
        if (typeof value === 'number' && Number.isFinite(value)) return value;
        throw new TypeError(`the result of value is ${String(value)}, expected a finite number`);
      }),
  }));
}
