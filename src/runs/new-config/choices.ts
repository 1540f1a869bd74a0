// Chooses the settings of a new config from the images and the machine.
import type { FolderSurvey } from '../../data/datasets/image-folder/survey.js';
import { heldOutOf } from '../../data/split.js';
import { experimentSchema, type ExperimentConfig } from '../../config/schema.js';
import type { ModelInput } from '../../models/options.js';
import { stepMemory } from '../../training/step-memory.js';
import type { StepParts } from '../../training/step.js';
import { buildParts } from '../parts.js';

/** The device of the steps. */
export interface Machine {
  readonly device: 'cpu' | 'cuda';
  /** Memory in bytes: of the GPU, or of the process on a CPU. */
  readonly memory: number;
}

/** The settings of a new config, and the facts that they were chosen by. */
export interface Choices {
  readonly imageSize: number;
  readonly model: ModelInput;
  /** Whether images are shifted, as usual for CIFAR, instead of cropped at random, which would leave too little. */
  readonly shifts: boolean;
  readonly batchSize: number;
  readonly evaluationBatchSize: number;
  readonly epochs: number;
  readonly learningRate: number;
  readonly covariance: 'full' | 'diagonal';
  readonly validationFraction: number | undefined;
  /** Training images, without those held out. */
  readonly trainImages: number;
  /** Training images of the smallest class, without those held out. */
  readonly fewestImages: number;
  /** Training images that a sweep holds out for its choice; 0 if the classes have none to spare. */
  readonly sweepHoldout: number;
  readonly medianSide: number;
  /** Number of deep features of the network. */
  readonly features: number;
  /** Memory of a training step, in bytes. */
  readonly stepBytes: number;
}

/** Images with a shorter side below this, in pixels, count as small. */
const smallSide = 48;

const validationShare = 0.2;

const median = (sorted: readonly number[]): number => sorted[sorted.length >> 1] ?? 0;

/** Chooses a network by image size and device: small ones for small images, and for a CPU. */
function networkFor(side: number, trainImages: number, { device }: Machine): { imageSize: number; model: ModelInput } {
  if (side < smallSide) return { imageSize: 32, model: { name: 'resnet', depth: device === 'cuda' ? 32 : 20 } };
  if (device === 'cpu') return { imageSize: 64, model: { name: 'resnet', depth: 20 } };
  if (side < 128) return { imageSize: 64, model: { name: 'imagenet-resnet', depth: 18 } };
  return { imageSize: 224, model: { name: 'imagenet-resnet', depth: trainImages < 20_000 ? 18 : 50 } };
}

const batchSizes = [128, 64, 32, 16, 8];

/** Share of the memory that a step may take: kernels and the allocator need memory too. */
const memoryShare = 0.5;

/** Minimum number of steps per epoch, unless the batches would be too small for batch normalization. */
const fewestSteps = 8;
const smallestWanted = 16;

/** Total number of trained images, over all epochs: about 15 minutes on a CPU, one to two hours on a GPU. */
const passes = { cpu: 60_000, cuda: 3_000_000 } as const;
const epochLimits = [20, 200] as const;

/** Builds the network and a loss for images of a folder, to compute the memory of a step. */
function partsWith(
  survey: FolderSurvey,
  network: Pick<Choices, 'imageSize' | 'model'>,
  covariance: Choices['covariance'],
) {
  const { imageSize, model } = network;
  const config = experimentSchema.parse({
    experiment: 'new',
    dataset: { name: 'image-folder', dir: survey.root, imageSize },
    model,
    loss: { name: 'isda', covariance },
  });
  const { mean, std } = config.dataset as Extract<ExperimentConfig['dataset'], { name: 'image-folder' }>;
  const { length: classes } = survey.classNames;
  return buildParts(config, { classes, height: imageSize, width: imageSize, channels: 3, mean, std });
}

/** Returns the largest batch whose step fits; the smallest if none does. */
function batchFor(parts: StepParts, trainImages: number, { memory }: Machine) {
  const sizes = batchSizes.map((batchSize) => ({ batchSize, stepBytes: stepMemory(parts, batchSize) }));
  const fits = sizes.find(
    ({ batchSize, stepBytes }) =>
      stepBytes <= memoryShare * memory && (batchSize <= smallestWanted || batchSize * fewestSteps <= trainImages),
  );
  return fits ?? sizes.at(-1)!;
}

/** Chooses the settings for a folder of images and a machine. */
export async function chooseConfig(survey: FolderSurvey, machine: Machine): Promise<Choices> {
  const { counts, evaluation, sides, classNames } = survey;
  const validationFraction = evaluation === undefined ? validationShare : undefined;
  const kept = (count: number): number =>
    validationFraction === undefined ? count : count - heldOutOf(count, validationFraction);
  const trainImages = counts.reduce((sum, count) => sum + kept(count), 0);
  const fewestImages = kept(Math.min(...counts));
  const medianSide = median(sides);
  const { imageSize, model } = networkFor(medianSide, trainImages, machine);
  const diagonal = await partsWith(survey, { imageSize, model }, 'diagonal');
  const { featureSize: features } = diagonal.network;
  const { batchSize, stepBytes } = batchFor(diagonal, trainImages, machine);
  // A full covariance of A features needs at least A images per class for its A directions.
  const enoughImages = fewestImages > features;
  const fullBytes = enoughImages
    ? stepMemory(await partsWith(survey, { imageSize, model }, 'full'), batchSize)
    : Infinity;
  const isFull = fullBytes <= memoryShare * machine.memory;
  const [least, most] = epochLimits;
  const epochs = Math.min(most, Math.max(least, Math.round(passes[machine.device] / trainImages)));
  return {
    imageSize,
    model,
    shifts: medianSide < smallSide,
    batchSize,
    evaluationBatchSize: Math.min(4 * batchSize, imageSize > 64 ? 128 : 500),
    epochs,
    learningRate: Number(((0.1 * batchSize) / 128).toPrecision(3)),
    covariance: isFull ? 'full' : 'diagonal',
    validationFraction,
    trainImages,
    fewestImages,
    // A holdout leaves at least one image per class.
    sweepHoldout: Math.min(Math.round(validationShare * trainImages), trainImages - classNames.length),
    medianSide,
    features,
    stepBytes: isFull ? fullBytes : stepBytes,
  };
}
