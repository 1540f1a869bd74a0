// The functions of a training session: one step, evaluation of one batch. Captured or eager, CPU or GPU, the same code.
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
  /** What convolutions and activations are computed in. */
  readonly precision: TrainingOptions['precision'];
  /** How training batches are mixed; absent where they are not. */
  readonly mixing?: MixingParts;
  /** Whether gradients of several batches make one update. */
  readonly accumulates?: boolean;
  /** What the norm of all gradients is clipped to. */
  readonly maxNorm?: number | undefined;
  /** Whether the averages of the weights are kept and evaluated beside them. */
  readonly averages?: boolean;
  /** What is measured besides. */
  readonly ownMetrics?: readonly OwnMetric[];
}

/** What an evaluation needs of them. */
export type EvaluatedParts = Pick<StepParts, 'network' | 'format' | 'precision' | 'averages' | 'ownMetrics'>;

/** Every parameter that the optimizer trains: the network's, then the loss's own. */
export function trainedParameters({ network, loss }: Pick<StepParts, 'network' | 'loss'>): TensorDeclaration[] {
  return [...network.tensors, ...loss.tensors].filter((tensor) => tensor.role === 'parameter');
}

/** Everything that a training session keeps between calls. */
export function sessionTensors(
  parts: Pick<StepParts, 'network' | 'loss' | 'optimizer' | 'averages'>,
): TensorDeclaration[] {
  const { network, loss, optimizer } = parts;
  const state = trainedParameters(parts).flatMap((parameter) => optimizer.state(parameter));
  return [...network.tensors, ...loss.tensors, ...state, ...averagedStatistics(parts).map(emaOf)];
}

/** The running statistics whose averages are kept; those of parameters are the optimizer's. */
function averagedStatistics({ network, averages }: Pick<StepParts, 'network' | 'averages'>): TensorDeclaration[] {
  return averages === true ? network.tensors.filter(({ role }) => role === 'statistic') : [];
}

/** The tensors that an evaluation reads. */
export function evaluatedTensors(parts: Pick<StepParts, 'network' | 'averages'>): TensorDeclaration[] {
  const { network, averages } = parts;
  return [...network.tensors, ...(averages === true ? averagedTensors(network).map(emaOf) : [])];
}

/** Images as the network gets them: from 0 … 255 (uint8, or float32 that need not be whole) to (x − mean) / std. */
export function normalizeImages(
  images: Tensor,
  { format, precision }: Pick<StepParts, 'format' | 'precision'>,
): Tensor {
  const { mean, std } = format;
  const constant = (values: readonly number[]): Tensor =>
    images.program.constant(Float32Array.from(values), { dtype: 'float32', shape: [values.length] });
  // TensorFlow makes a division by a constant this product in graphs; eager execution is to round the same way.
  const reciprocal = std.map((value) => 1 / value);
  return cast(mul(sub(cast(images, 'float32'), constant(mean)), constant(reciprocal)), precision);
}

const countOf = (hits: Tensor): Tensor => sum(cast(hits, 'float32'));

/** A training batch as the network and the loss get it, with the step's other inputs. */
interface StepBatch {
  /** Float [N, H, W, C], normalized. */
  readonly images: Tensor;
  /** int32 [N] */
  readonly labels: Tensor;
  /** int32 [2] */
  readonly seed: Tensor;
  /** The loss's scalars, by name. */
  readonly scalars: Readonly<Record<string, Tensor>>;
  /** Float [N, classes], of mixed batches alone. */
  readonly targets?: Tensor;
}

/** The training loss of a batch and its logits [N, classes]; updates the state of the network and the loss. */
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

/** A step's batch, normalized and mixed. Mixed labels are the classes of the largest shares. */
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

/** How a training step is built. */
interface TrainingStepOptions {
  /** Steps after which outcomes are read; default 1. */
  readonly readEvery?: number;
  /** Whether it ends with an update; otherwise its gradients are kept for that of a later batch. Default true. */
  readonly updates?: boolean;
}

/** Moves the averages of the running statistics. */
function moveStatistics(parts: StepParts, program: Program, inputs: Readonly<Record<string, Tensor>>): void {
  for (const statistic of averagedStatistics(parts)) moveAverage(program, statistic, inputs[emaShare]);
}

/**
 * One training step. Inputs: `stepSpecs`. Outputs: loss (mean over the batch) and correct (how many plain logits were
 * right), both before the update. With a `readEvery` above 1 it notes them in `outcomeVariables` instead, at the place
 * that the input `slot` names.
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
      const scalars = lossScalarsOf(parts.loss, inputs);
      const { loss, logits } = trainingLoss(parts, { ...batch, seed: inputs.seed, scalars });
      const { maxNorm } = parts;
      const scale = updates ? inputs[gradientScale] : undefined;
      const group = parts.accumulates === true ? { images: batchSize, ...(scale && { scale }) } : undefined;
      applyOptimizer(parts.optimizer, loss, { parameters: trainedParameters(parts), scalars: inputs, group, maxNorm });
      if (updates) moveStatistics(parts, program, inputs);
      return stepOutputs(
        program,
        { loss, correct: countOf(equal(argMax(logits), batch.labels)) },
        inputs.slot,
        readEvery,
      );
    },
  };
}

/** What decides which metrics a run has. */
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

/** The logits of images, float32 [N, C], by running statistics. */
function evaluatedLogits(parts: EvaluatedParts, images: Tensor): Tensor {
  const { program } = images;
  const seed = program.constant(Int32Array.of(0, 0), { dtype: 'int32', shape: [2] });
  const outputs = parts.network.apply(normalizeImages(images, parts), { program, training: false, seed });
  return cast(outputs.logits, 'float32');
}

/** Prediction of one batch of images alone. Output: the logits, float32 [N, C]. */
export function predictionStep(parts: EvaluatedParts, batchSize: number): SessionFunction {
  const { images } = batchSpecs(batchSize, parts.format);
  return {
    name: predictFunction(batchSize),
    inputs: { images },
    build: (inputs) => ({ [logitsOutput]: evaluatedLogits(parts, inputs.images) }),
  };
}

interface EvaluationOutputs {
  /** Whether the logits are an output too, float32 [N, C]; default: no. */
  readonly withLogits?: boolean;
}

/** Evaluation of one batch. Outputs: the sums over its images that the run's metrics ask for. */
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
