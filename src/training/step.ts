// The functions of a training session, the same for captured and eager execution on CPU and GPU.
import { argMax, cast, equal, mul, sub, sum } from '../engine/ops/index.js';
import type { SessionFunction } from '../engine/session.js';
import type { Program, Tensor } from '../engine/tensor.js';
import type { Loss } from '../losses/loss.js';
import type { Network } from '../models/network.js';
import type { TensorDeclaration } from '../nn/tensors.js';
import { gradientScale } from '../optimizers/accumulation.js';
import { applyOptimizer } from '../optimizers/apply.js';
import { emaOf, emaShare, moveAverage } from '../optimizers/ema.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import { averagedNetwork, averagedTensors } from './averaged-network.js';
import { evaluationSums } from './metrics/registry.js';
import type { MeasuredRun, OwnMetric } from './metrics/metric.js';
import { mixBatch, type MixingParts } from './mixing.js';
import type { TrainingOptions } from './options.js';
import {
  accumulateFunction,
  batchSpecs,
  evaluateFunction,
  logitsOutput,
  lossScalarsOf,
  optimizerScalarsOf,
  predictFunction,
  stepSpecs,
  trainFunction,
  type InputFormat,
} from './step-inputs.js';
import { slotInput, stepOutputs } from './step-runner.js';

export interface StepParts {
  readonly network: Network;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  readonly format: InputFormat;
  /** The type of convolutions and activations. */
  readonly precision: TrainingOptions['precision'];
  /** The mixing of training batches; absent if they are not mixed. */
  readonly mixing?: MixingParts;
  /** Whether gradients of several batches make one update. */
  readonly accumulates?: boolean;
  /** Maximum norm of all gradients together. */
  readonly maxNorm?: number | undefined;
  /** Whether averaged weights are kept and also evaluated. */
  readonly averages?: boolean;
  /** Additional metrics from the user's file. */
  readonly ownMetrics?: readonly OwnMetric[];
}

/** The parts that an evaluation needs. */
export type EvaluatedParts = Pick<StepParts, 'network' | 'format' | 'precision' | 'averages' | 'ownMetrics'>;

/** Returns every parameter that the optimizer trains: the network's, then the loss's own. */
export function trainedParameters({ network, loss }: Pick<StepParts, 'network' | 'loss'>): TensorDeclaration[] {
  return [...network.tensors, ...loss.tensors].filter((tensor) => tensor.role === 'parameter');
}

/** Returns all tensors that a training session keeps between calls. */
export function sessionTensors(
  parts: Pick<StepParts, 'network' | 'loss' | 'optimizer' | 'averages'>,
): TensorDeclaration[] {
  const { network, loss, optimizer } = parts;
  const state = trainedParameters(parts).flatMap((parameter) => optimizer.state(parameter));
  return [...network.tensors, ...loss.tensors, ...state, ...averagedStatistics(parts).map(emaOf)];
}

/**
 * Returns the running statistics with averages, which are updated here; the averages of parameters are updated by the
 * optimizer.
 */
function averagedStatistics({ network, averages }: Pick<StepParts, 'network' | 'averages'>): TensorDeclaration[] {
  return averages === true ? network.tensors.filter(({ role }) => role === 'statistic') : [];
}

/** Returns the tensors that an evaluation reads. */
export function evaluatedTensors(parts: Pick<StepParts, 'network' | 'averages'>): TensorDeclaration[] {
  const { network, averages } = parts;
  return [...network.tensors, ...(averages === true ? averagedTensors(network).map(emaOf) : [])];
}

/** Normalizes images for the network: from 0 … 255 (uint8, or float32 with fractions) to (x − mean) / std. */
export function normalizeImages(
  images: Tensor,
  { format, precision }: Pick<StepParts, 'format' | 'precision'>,
): Tensor {
  const { mean, std } = format;
  const constant = (values: readonly number[]): Tensor =>
    images.program.constant(Float32Array.from(values), { dtype: 'float32', shape: [values.length] });
  // In graphs TensorFlow replaces a division by a constant with this product; eager execution must round identically.
  const reciprocal = std.map((value) => 1 / value);
  return cast(mul(sub(cast(images, 'float32'), constant(mean)), constant(reciprocal)), precision);
}

const countOf = (hits: Tensor): Tensor => sum(cast(hits, 'float32'));

/** A training batch as input of the network and the loss, with the step's other inputs. */
interface StepBatch {
  /** Float [N, H, W, C], normalized. */
  readonly images: Tensor;
  /** int32 [N] */
  readonly labels: Tensor;
  /** int32 [2] */
  readonly seed: Tensor;
  /** The loss's scalars, by name. */
  readonly scalars: Readonly<Record<string, Tensor>>;
  /** Float [N, classes]; only for mixed batches. */
  readonly targets?: Tensor;
}

/** Returns the training loss of a batch and its logits [N, classes]; updates the state of the network and the loss. */
export function trainingLoss(
  { network, loss }: Pick<StepParts, 'network' | 'loss'>,
  inputs: StepBatch,
): { loss: Tensor; logits: Tensor } {
  const { images, labels, seed, scalars, targets } = inputs;
  const { program } = images;
  const outputs = network.apply(images, { program, training: true, seed });
  const features = cast(outputs.features, 'float32');
  const logits = cast(outputs.logits, 'float32');
  const weight = program.read(network.classifier.weight);
  const known = { program, features, logits, labels, weight, seed, scalars };
  return { loss: loss.compute(targets === undefined ? known : { ...known, targets }), logits };
}

/** Normalizes and mixes a step's batch. Labels of mixed images are the classes with the largest shares. */
function preparedBatch(
  parts: StepParts,
  inputs: Readonly<Record<string, Tensor>>,
): Pick<StepBatch, 'images' | 'labels' | 'targets'> {
  const { labels } = inputs;
  if (parts.mixing === undefined) return { images: normalizeImages(inputs.images, parts), labels };
  const whole = normalizeImages(inputs.images, { format: parts.format, precision: 'float32' });
  const { images, targets } = mixBatch(whole, labels, parts.network.classes, inputs);
  return { images: cast(images, parts.precision), labels: argMax(targets), targets };
}

/** Options of a training step. */
interface TrainingStepOptions {
  /** Number of steps after which outcomes are read. Default: 1. */
  readonly readEvery?: number;
  /**
   * Whether the step ends with an update; otherwise its gradients are kept for the update of a later batch. Default:
   * true.
   */
  readonly updates?: boolean;
}

/** Updates the averages of the running statistics. `scalars`: those of the optimizer. */
function moveStatistics(parts: StepParts, program: Program, scalars: Readonly<Record<string, Tensor>>): void {
  for (const statistic of averagedStatistics(parts)) moveAverage(program, statistic, scalars[emaShare]);
}

/**
 * One training step. Inputs: `stepSpecs`. Outputs: loss (mean over the batch) and correct (the number of images
 * classified correctly by the plain logits), both before the update. With a `readEvery` above 1 they are stored in
 * `outcomeVariables` instead, at the index in the input `slot`.
 */
export function trainingStep(
  parts: StepParts,
  batchSize: number,
  { readEvery = 1, updates = true }: TrainingStepOptions = {},
): SessionFunction {
  return {
    name: updates ? trainFunction(batchSize) : accumulateFunction(batchSize),
    inputs: { ...stepSpecs(batchSize, parts.format, parts), ...(readEvery === 1 ? {} : slotInput) },
    build(inputs, program) {
      const batch = preparedBatch(parts, inputs);
      const lossScalars = lossScalarsOf(parts.loss, inputs);
      const { loss, logits } = trainingLoss(parts, { ...batch, seed: inputs.seed, scalars: lossScalars });
      const { maxNorm } = parts;
      const scalars = optimizerScalarsOf(parts.optimizer, inputs);
      const scale = updates ? inputs[gradientScale] : undefined;
      const group = parts.accumulates === true ? { images: batchSize, ...(scale && { scale }) } : undefined;
      applyOptimizer(parts.optimizer, loss, { parameters: trainedParameters(parts), scalars, group, maxNorm });
      if (updates) moveStatistics(parts, program, scalars);
      return stepOutputs(
        program,
        { loss, correct: countOf(equal(argMax(logits), batch.labels)) },
        inputs.slot,
        readEvery,
      );
    },
  };
}

/** Returns the properties of a run that determine its metrics. */
export const measuredRun = ({
  network,
  loss,
  averages,
  ownMetrics,
}: Pick<StepParts, 'network' | 'averages' | 'ownMetrics'> & Partial<Pick<StepParts, 'loss'>>): MeasuredRun => ({
  classes: network.classes,
  recordedScalars: loss?.recordedScalars ?? [],
  hasLambda: loss !== undefined && 'lambda' in loss.scalars,
  averages: averages === true,
  ...(ownMetrics && { ownMetrics }),
});

/** Returns the logits of images, float32 [N, C], with running statistics. */
function evaluatedLogits(parts: EvaluatedParts, images: Tensor): Tensor {
  const { program } = images;
  const seed = program.constant(Int32Array.of(0, 0), { dtype: 'int32', shape: [2] });
  const outputs = parts.network.apply(normalizeImages(images, parts), { program, training: false, seed });
  return cast(outputs.logits, 'float32');
}

/** Prediction for one batch of images without labels. Output: the logits, float32 [N, C]. */
export function predictionStep(parts: EvaluatedParts, batchSize: number): SessionFunction {
  const { images } = batchSpecs(batchSize, parts.format);
  return {
    name: predictFunction(batchSize),
    inputs: { images },
    build: (inputs) => ({ [logitsOutput]: evaluatedLogits(parts, inputs.images) }),
  };
}

interface EvaluationOutputs {
  /** Whether the logits are also an output, float32 [N, C]. Default: false. */
  readonly withLogits?: boolean;
}

/** Evaluation of one batch. Outputs: the sums over its images that the run's metrics need. */
export function evaluationStep(
  parts: EvaluatedParts,
  batchSize: number,
  { withLogits = false }: EvaluationOutputs = {},
): SessionFunction {
  return {
    name: evaluateFunction(batchSize),
    inputs: batchSpecs(batchSize, parts.format),
    build({ images, labels }, program) {
      const logits = evaluatedLogits(parts, images);
      const averaged =
        parts.averages === true
          ? { averagedLogits: evaluatedLogits({ ...parts, network: averagedNetwork(parts.network) }, images) }
          : {};
      const sums = evaluationSums(measuredRun(parts), { program, logits, labels, ...averaged });
      return withLogits ? { ...sums, [logitsOutput]: logits } : sums;
    },
  };
}
