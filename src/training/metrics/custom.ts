// The user's own metrics: the config key that names their module, and the module's interface.
import { z } from 'zod';
import { moduleOptions } from '../../common/modules.js';
import { metric, namedFamily, type Evaluation, type MetricFamily, type OwnMetric } from './metric.js';

/** `metrics: {module: ./my-metrics.js, options: {…}}` */
export const customMetricsOptions = z.strictObject({
  ...moduleOptions('createMetrics'),
});
export type CustomMetricsOptions = z.output<typeof customMetricsOptions>;

/** What `createMetrics` of a user's file is called with. `Kit` is what it builds with: operations. */
interface MetricsRequest<Kit> {
  readonly options: CustomMetricsOptions['options'];
  readonly classes: number;
  readonly kit: Kit;
}

export type MetricsFactory<Kit> = (
  request: MetricsRequest<Kit>,
) => readonly OwnMetric[] | Promise<readonly OwnMetric[]>;

const nameOf = (own: string): string => `metric.${own}`;

/** `balanced error` for `balancedError`. */
const wordsOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** Sums of other families and of other metrics may have the same names. */
const prefixOf = ({ name }: OwnMetric): string => `${nameOf(name)}.`;

function ownSums(own: OwnMetric, { images, sums }: Evaluation): Evaluation {
  const prefix = prefixOf(own);
  const entries = Object.entries(sums).filter(([name]) => name.startsWith(prefix));
  return { images, sums: Object.fromEntries(entries.map(([name, values]) => [name.slice(prefix.length), values])) };
}

/**
 * Metrics of a user's own: `metric.balancedError`. Where a stored run has them, their file is not needed to read it.
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
