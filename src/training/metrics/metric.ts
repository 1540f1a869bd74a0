// Interface of metrics: what is measured once an epoch, and how it is shown.
import type { Program, Tensor } from '../../engine/tensor.js';
import { columnOf, type MetricKind, type MetricsColumn } from '../../records/metrics-columns.js';
import type { EvaluationName } from '../../data/split.js';
import type { RunPosition } from '../state.js';

/** What decides which metrics a run has. */
export interface MeasuredRun {
  readonly classes: number;
  /** The scalars of the loss that are written beside `lambda`. */
  readonly recordedScalars: readonly string[];
  /**
   * Whether the loss has a scalar `lambda`. Its column is there in any case; an epoch's line shows it where this holds.
   */
  readonly hasLambda?: boolean;
  /** Whether averages of the weights are evaluated beside them. */
  readonly averages?: boolean;
  /** Those of a user's file. */
  readonly ownMetrics?: readonly OwnMetric[];
}

/** An epoch whose steps are done. */
export interface EpochFacts {
  /** With the sums over the epoch's steps. `seconds` includes the evaluation. */
  readonly position: RunPosition;
  /** Steps done, over all epochs. */
  readonly iteration: number;
  /** Of the last step. */
  readonly learningRate: number;
  /** Of the loss, by name, in the last step. */
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
  /** Of the network with the averages of its weights, float32 [N, C]. */
  readonly averagedLogits?: Tensor;
}

/** A metric of an evaluation, of a user's file. */
export interface OwnMetric {
  /** `balancedError`: the column is `metric.balanced_error`. Letters and digits only, the first a small letter. */
  readonly name: string;
  /** What people read; default: the name's words. */
  readonly title?: string | undefined;
  /** What an evaluation step computes of a batch: sums over its images, float32 of any shape, by name. */
  sums(batch: EvaluatedBatch): Readonly<Record<string, Tensor>>;
  /** The metric, of the sums over all images. It must be finite. */
  value(evaluation: Evaluation): number;
}

/** How an epoch's line shows a metric. */
interface MetricInLine {
  /** Where in the line. */
  readonly place: number;
  /** What stays where the terminal is narrow: 1 longest. */
  readonly rank: number;
  readonly text: (value: number, evaluated: EvaluationName) => string;
  /** A value with as long a text as is usual: room for it is kept in every line, so that all lines are alike. */
  readonly widest: number;
}

interface Shown {
  /** What people read: `test error`. */
  readonly title: string;
  /** How `isda evaluate` calls it, of whatever images; default: the title. */
  readonly label?: string;
  /** What metrics on one axis of a figure have in common; default: the title, for one of its own. */
  readonly quantity?: string;
  /** The curve in TensorBoard. Default: the column; of a place or a time: none. */
  readonly tag?: string;
  /** In an epoch's line. */
  readonly line?: MetricInLine;
}

export type Metric = Shown &
  MetricsColumn &
  (
    | { readonly kind: Exclude<MetricKind, 'evaluation'>; readonly value: (epoch: EpochFacts) => number }
    | { readonly kind: 'evaluation'; readonly value: (evaluation: Evaluation) => number }
  );

/** The title of a metric in runs that were evaluated on such images: `holdout error` for `test error`. */
export const titleOn = (images: string, { name, title }: Metric): string =>
  /^(?:test|emaTest)/.test(name) ? title.replace('test', images) : title;

/** A metric without what follows from its name. */
type MetricSpec = Metric extends infer Each ? (Each extends Metric ? Omit<Each, 'column'> : never) : never;

export const metric = (spec: MetricSpec): Metric => ({ ...spec, column: columnOf(spec.name) });

/** Metrics that belong together; one file each. */
export interface MetricFamily {
  /** The metrics of a run, in the order of their columns. */
  readonly metrics: (run: MeasuredRun) => readonly Metric[];
  /** All that any run may have, given the columns or names of a stored one. */
  readonly known: (present: readonly string[]) => readonly Metric[];
  /**
   * What an evaluation step computes for them: sums over the images of a batch, float32 of any shape. Names must differ
   * from those of other families.
   */
  readonly sums?: (batch: EvaluatedBatch, run: MeasuredRun) => Readonly<Record<string, Tensor>>;
}

/** A family of metrics with fixed names, in runs where `when` holds (default: in all). */
export function fixedFamily(
  specs: readonly MetricSpec[],
  when?: (run: MeasuredRun) => boolean,
): Pick<MetricFamily, 'metrics' | 'known'> {
  const all = specs.map((spec) => metric(when === undefined ? spec : { ...spec, optional: true }));
  return { metrics: (run) => (when === undefined || when(run) ? all : []), known: () => all };
}

/**
 * A family of metrics with names of its own for each run: `idsOf` in a run, found again in a name by `pattern`'s group.
 */
export function namedFamily(
  idsOf: (run: MeasuredRun) => readonly string[],
  pattern: RegExp,
  create: (id: string) => MetricSpec,
): Pick<MetricFamily, 'metrics' | 'known'> {
  const of = (id: string): Metric => metric({ ...create(id), optional: true });
  // A column as its name: `loss.some_scalar` is `loss.someScalar`.
  const nameOf = (word: string): string => word.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return {
    metrics: (run) => idsOf(run).map(of),
    known: (present) => {
      const ids = present.flatMap((word) => pattern.exec(nameOf(word))?.[1] ?? []);
      return [...new Set(ids)].map(of);
    },
  };
}
