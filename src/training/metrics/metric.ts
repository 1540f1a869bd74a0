// Interface of metrics: computation once per epoch, and display.
import type { Program, Tensor } from '../../engine/tensor.js';
import { columnOf, type MetricKind, type MetricsColumn } from '../../records/metrics-columns.js';
import type { EvaluationName } from '../../data/split.js';
import type { RunPosition } from '../state.js';

/** The properties of a run that determine its metrics. */
export interface MeasuredRun {
  readonly classes: number;
  /** The scalars of the loss that are recorded in addition to `lambda`. */
  readonly recordedScalars: readonly string[];
  /**
   * Whether the loss has a scalar `lambda`. Its column is always written; an epoch's line shows it only if this is
   * true.
   */
  readonly hasLambda?: boolean;
  /** Whether averaged weights are evaluated in addition to the current ones. */
  readonly averages?: boolean;
  /** Metrics of the user's file. */
  readonly ownMetrics?: readonly OwnMetric[];
}

/** The values of an epoch after its steps. */
export interface EpochFacts {
  /** Includes the sums over the epoch's steps. `seconds` includes the evaluation. */
  readonly position: RunPosition;
  /** Completed steps, over all epochs. */
  readonly iteration: number;
  /** Learning rate of the last step. */
  readonly learningRate: number;
  /** Scalars of the loss in the last step, by name. */
  readonly lossScalars: Readonly<Record<string, number>>;
}

/** Sums over all images of an evaluation. */
export interface Evaluation {
  readonly images: number;
  /** The sums of `MetricFamily.sums`, by name. */
  readonly sums: Readonly<Record<string, Float64Array>>;
}

/** One batch of an evaluation. */
export interface EvaluatedBatch {
  readonly program: Program;
  /** float32 [N, C] */
  readonly logits: Tensor;
  /** int32 [N] */
  readonly labels: Tensor;
  /** Logits of the network with averaged weights, float32 [N, C]. */
  readonly averagedLogits?: Tensor;
}

/** A custom evaluation metric from a user's file. */
export interface OwnMetric {
  /**
   * For example `balancedError`; the column is `metric.balanced_error`. Letters and digits only, starting with a
   * lower-case letter.
   */
  readonly name: string;
  /** Displayed name. Default: the words of `name`. */
  readonly title?: string | undefined;
  /** Returns sums over the images of a batch, float32 of any shape, by name, as part of the evaluation step. */
  sums(batch: EvaluatedBatch): Readonly<Record<string, Tensor>>;
  /** Returns the metric from the sums over all images. It must be finite. */
  value(evaluation: Evaluation): number;
}

/** The display of a metric in an epoch's line. */
interface MetricInLine {
  /** Position in the line. */
  readonly place: number;
  /** Priority on narrow terminals: 1 is kept longest. */
  readonly rank: number;
  readonly text: (value: number, evaluated: EvaluationName) => string;
  /** A value with a text of typical maximum length. Every line reserves this space, so that columns are aligned. */
  readonly widest: number;
}

interface Shown {
  /** Displayed name, for example `test error`. */
  readonly title: string;
  /** Displayed name in `isda evaluate`, independent of the evaluated images. Default: the title. */
  readonly label?: string;
  /** Metrics with the same quantity share an axis in figures. Default: the title, for a separate axis. */
  readonly quantity?: string;
  /** Name of the curve in TensorBoard. Default: the column; none for metrics of place or time. */
  readonly tag?: string;
  /** Display in an epoch's line. */
  readonly line?: MetricInLine;
}

export type Metric = Shown &
  MetricsColumn &
  (
    | { readonly kind: Exclude<MetricKind, 'evaluation'>; readonly value: (epoch: EpochFacts) => number }
    | { readonly kind: 'evaluation'; readonly value: (evaluation: Evaluation) => number }
  );

/** Returns the title of a metric for runs evaluated on the given images: `holdout error` instead of `test error`. */
export const titleOn = (images: string, { name, title }: Metric): string =>
  /^(?:test|emaTest)/.test(name) ? title.replace('test', images) : title;

/** A metric without the properties that are derived from its name. */
type MetricSpec = Metric extends infer Each ? (Each extends Metric ? Omit<Each, 'column'> : never) : never;

export const metric = (spec: MetricSpec): Metric => ({ ...spec, column: columnOf(spec.name) });

/** Related metrics, defined in one file. */
export interface MetricFamily {
  /** The metrics of a run, in the order of their columns. */
  readonly metrics: (run: MeasuredRun) => readonly Metric[];
  /** All metrics that any run may have, given the columns or names of a stored run. */
  readonly known: (present: readonly string[]) => readonly Metric[];
  /**
   * Returns the sums over the images of a batch that these metrics need, float32 of any shape, as part of the
   * evaluation step. Names must differ from those of other families.
   */
  readonly sums?: (batch: EvaluatedBatch, run: MeasuredRun) => Readonly<Record<string, Tensor>>;
}

/** Creates a family of metrics with fixed names, for runs where `when` is true (default: all). */
export function fixedFamily(
  specs: readonly MetricSpec[],
  when?: (run: MeasuredRun) => boolean,
): Pick<MetricFamily, 'metrics' | 'known'> {
  const all = specs.map((spec) => metric(when === undefined ? spec : { ...spec, optional: true }));
  return { metrics: (run) => (when === undefined || when(run) ? all : []), known: () => all };
}

/**
 * Creates a family of metrics whose names depend on the run: `idsOf` returns their ids in a run, and the group of
 * `pattern` matches the id in a name.
 */
export function namedFamily(
  idsOf: (run: MeasuredRun) => readonly string[],
  pattern: RegExp,
  create: (id: string) => MetricSpec,
): Pick<MetricFamily, 'metrics' | 'known'> {
  const of = (id: string): Metric => metric({ ...create(id), optional: true });
  // Converts a column to a name: `loss.some_scalar` to `loss.someScalar`.
  const nameOf = (word: string): string => word.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return {
    metrics: (run) => idsOf(run).map(of),
    known: (present) => {
      const ids = present.flatMap((word) => pattern.exec(nameOf(word))?.[1] ?? []);
      return [...new Set(ids)].map(of);
    },
  };
}
