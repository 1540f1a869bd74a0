// Custom metrics: the config key with the module's path, and the interface of the module.
import { z } from 'zod';
import { moduleOptions } from '../../common/modules.js';
import { metric, namedFamily, type Evaluation, type MetricFamily, type OwnMetric } from './metric.js';

/** `metrics: {module: ./my-metrics.js, options: {…}}` */
export const customMetricsOptions = z.strictObject({
  ...moduleOptions('createMetrics'),
});
export type CustomMetricsOptions = z.output<typeof customMetricsOptions>;

/** The argument of `createMetrics` in a user's file. `Kit` is the type of its building blocks: operations. */
interface MetricsRequest<Kit> {
  readonly options: CustomMetricsOptions['options'];
  readonly classes: number;
  readonly kit: Kit;
}

export type MetricsFactory<Kit> = (
  request: MetricsRequest<Kit>,
) => readonly OwnMetric[] | Promise<readonly OwnMetric[]>;

const nameOf = (own: string): string => `metric.${own}`;

/** Converts `balancedError` to `balanced error`. */
const wordsOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** Makes the names of a metric's sums unique, since other families and metrics may use the same names. */
const prefixOf = ({ name }: OwnMetric): string => `${nameOf(name)}.`;

function ownSums(own: OwnMetric, { images, sums }: Evaluation): Evaluation {
  const prefix = prefixOf(own);
  const entries = Object.entries(sums).filter(([name]) => name.startsWith(prefix));
  return { images, sums: Object.fromEntries(entries.map(([name, values]) => [name.slice(prefix.length), values])) };
}

/**
 * Custom metrics, such as `metric.balancedError`. A stored run with such metrics can be read without the user's file.
 */
export const ownMetrics: MetricFamily = {
  known: namedFamily(
    () => [],
    /^metric\.([a-z][A-Za-z0-9]*)$/,
    (name) => ({ name: nameOf(name), title: wordsOf(name), kind: 'evaluation', value: () => NaN }),
  ).known,
  metrics: (run) =>
    (run.ownMetrics ?? []).map((own) =>
      metric({
        ...{ name: nameOf(own.name), title: own.title ?? wordsOf(own.name), optional: true },
        ...{ kind: 'evaluation', value: (evaluation) => own.value(ownSums(own, evaluation)) },
      }),
    ),
  sums: (batch, run) =>
    Object.fromEntries(
      (run.ownMetrics ?? []).flatMap((own) =>
        Object.entries(own.sums(batch)).map(([name, tensor]) => [`${prefixOf(own)}${name}`, tensor]),
      ),
    ),
};
