// Chooses the settings of a new config from the images and the machine.
import type { FolderSurvey } from '../../data/datasets/image-folder/survey.js';
import { heldOutOf } from '../../data/split.js';
import { experimentSchema, type ExperimentConfig } from '../../config/schema.js';
import type { ModelInput } from '../../models/options.js';
import { stepMemory } from '../../training/step-memory.js';
import type { StepParts } from '../../training/step.js';
import { buildParts } from '../parts.js';

/** What the steps run on. */
export interface Machine {
  readonly device: 'cpu' | 'cuda';
  /** Of the GPU, or of the process on a CPU, in bytes. */
  readonly memory: number;
}

/** What a new config says, and what it was chosen by. */
export interface Choices {
  readonly imageSize: number;
  readonly model: ModelInput;
  /**
   * Whether images are shifted, as CIFAR's usually are, and not cut into random parts, of which little would be left.
   */
  readonly shifts: boolean;
  readonly batchSize: number;
  readonly evaluationBatchSize: number;
  readonly epochs: number;
  readonly learningRate: number;
  readonly covariance: 'full' | 'diagonal';
  readonly validationFraction: number | undefined;
  /** Training images, without those held out. */
  readonly trainImages: number;
  /** Of the class with the fewest, without those held out. */
  readonly fewestImages: number;
  /** Training images that a sweep holds out for its choice; 0 where the classes have none to spare. */
  readonly sweepHoldout: number;
  readonly medianSide: number;
  /** Deep features of the network. */
  readonly features: number;
  /** Of a training step, in bytes. */
  readonly stepBytes: number;
}

/** Shorter sides, in pixels, below which images count as small. */
const smallSide = 48;

const validationShare = 0.2;

const median = (sorted: readonly number[]): number => sorted[sorted.length >> 1] ?? 0;

/** Networks by the size of what they get: small ones for small images, and for a CPU. */
function networkFor(side: number, trainImages: number, { device }: Machine): { imageSize: number; model: ModelInput } {
  if (side < smallSide) return { imageSize: 32, model: { name: 'resnet', depth: device === 'cuda' ? 32 : 20 } };
  if (device === 'cpu') return { imageSize: 64, model: { name: 'resnet', depth: 20 } };
  if (side < 128) return { imageSize: 64, model: { name: 'imagenet-resnet', depth: 18 } };
  return { imageSize: 224, model: { name: 'imagenet-resnet', depth: trainImages < 20_000 ? 18 : 50 } };
}

const batchSizes = [128, 64, 32, 16, 8];

/** Share of the memory that a step may take: kernels and the allocator need some of their own. */
const memoryShare = 0.5;

/** Steps of an epoch that there are at least, unless that takes batches too small for batch normalization. */
const fewestSteps = 8;
const smallestWanted = 16;

/** Images that are trained on in all: about a quarter of an hour on a CPU, an hour or two on a GPU. */
const passes = { cpu: 60_000, cuda: 3_000_000 } as const;
const epochLimits = [20, 200] as const;

/** The network and a loss on images of a folder, to compute the memory of a step. */
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

/** The largest batch whose step fits; the smallest where none does. */
function batchFor(parts: StepParts, trainImages: number, { memory }: Machine) {
  const sizes = batchSizes.map((batchSize) => ({ batchSize, stepBytes: stepMemory(parts, batchSize) }));
  const fits = sizes.find(
    ({ batchSize, stepBytes }) =>
      stepBytes <= memoryShare * memory && (batchSize <= smallestWanted || batchSize * fewestSteps <= trainImages),
  );
  return fits ?? sizes.at(-1)!;
}

/** Chooses for a folder of images and a machine. */
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
  // A full covariance of A features has A of its directions from as many images at least.
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
    // A holdout leaves each class an image.
    sweepHoldout: Math.min(Math.round(validationShare * trainImages), trainImages - classNames.length),
    medianSide,
    features,
    stepBytes: isFull ? fullBytes : stepBytes,
  };
}
