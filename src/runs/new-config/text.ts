// The text of a new config with the reason for each choice, and of its counterpart with cross entropy.
import { counted, formatBytes } from '../../common/format.js';
import { shellWord } from '../../common/shell.js';
import type { FolderSurvey } from '../../data/datasets/image-folder/survey.js';
import type { Choices, Machine } from './choices.js';

/** Returns `32`, or `20 to 32`. */
const sideText = (sorted: readonly number[]): string =>
  sorted[0] === sorted.at(-1) ? String(sorted[0]) : `${sorted[0]} to ${sorted.at(-1)}`;

const shiftsText = `# Small images are shifted by up to 4 pixels, as CIFAR's usually are. Without this section, a random crop of 8 to
# 100 % of the area is resized.
augmentation:
  randomResizedCrop: false
  padCrop:
    padding: 4

`;

/** Returns a file's name for commands in a comment, without line breaks, which would end the comment. */
const named = (name: string): string => shellWord(name).replaceAll(/[\r\n]+/g, ' ');

/** A path as a YAML value. */
const quoted = (text: string): string => JSON.stringify(text);

function imagesText({ counts, classNames, evaluation, sides, root }: FolderSurvey): string {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
  const each = fewest === most ? `${fewest} a class` : `${fewest} to ${most} a class`;
  const size = sides.length === 0 ? '' : `, shorter side ${sideText(sides)} pixels`;
  const beside = evaluation === undefined ? '' : `; ${counted(evaluation.images, 'image')} in ${evaluation.folder}/`;
  return `${classNames.length} classes, ${counted(total, 'image')} (${each})${size}${beside}: ${root.replaceAll(/[\r\n]+/g, ' ')}`;
}

const modelText = ({ model }: Choices): string =>
  Object.entries(model)
    .map(([key, value]) => `  ${key}: ${String(value)}`)
    .join('\n');

/** Returns the comment that explains why the covariance is full or not. */
function covarianceText({ covariance, features, fewestImages }: Choices): string {
  const more = fewestImages > features;
  const images = `  # The smallest class has ${counted(fewestImages, 'training image')}, ${more ? '' : 'not '}more than the network's ${features} features,`;
  const needs = covariance === 'diagonal' && more ? 'needs; but its step would not fit into memory' : 'needs';
  return `${images}\n  # which a full covariance ${needs}.`;
}

/** Returns the text of the config with ISDA. `file`: its name. */
export function newConfigText(
  survey: FolderSurvey,
  choices: Choices,
  { device, memory }: Machine,
  file: string,
): string {
  const name = named(file);
  const { covariance, validationFraction, batchSize, epochs } = choices;
  const split =
    validationFraction === undefined
      ? ''
      : `  validationFraction: ${validationFraction} # there is no val/: this fraction of each class is held out for evaluation\n`;
  const holdout = choices.sweepHoldout === 0 ? '' : ` --holdout ${choices.sweepHoldout}`;
  const broken =
    survey.broken === 0
      ? ''
      : `  maxBroken: 100 # ${survey.broken} of ${survey.sides.length + survey.broken} examined images could not be read\n`;
  return `# ISDA on ${imagesText(survey)}
#   isda train --config ${name}
# Compare with cross entropy, and choose lambda0:
#   isda ablate --config ${name} --variant basic --variant ${covariance === 'full' ? 'isda' : covariance} --seeds 5
#   isda sweep lambda0 --config ${name} --values 0.1,0.25,0.5,1,2.5${holdout}
# Every key: isda config print ${name}, docs/config.md.

dataset:
  name: image-folder
  dir: ${quoted(survey.root)}
  imageSize: ${choices.imageSize} # of shorter sides around ${choices.medianSide} pixels
${choices.shifts ? `  resize: ${choices.imageSize} # as imageSize: no border is cut off before evaluation\n` : ''}  orientation: apply # photos are oriented according to EXIF
${split}${broken}  # ImageNet's; \`isda data statistics --config ${name}\` computes those of these images.
  mean: [0.485, 0.456, 0.406]
  std: [0.229, 0.224, 0.225]

${choices.shifts ? shiftsText : ''}# Small images and CPUs get a small network: \`isda models\` lists them all. With few images, start from weights of the same
# network: weights: FILE.safetensors, head: fresh. torchvision has those of imagenet-resnet (docs/fine-tuning.md).
model:
${modelText(choices)}

loss:
  name: isda
  lambda0: 0.5 # strength; \`isda sweep lambda0\` chooses it
${covarianceText(choices)}
  covariance: ${covariance}

optimizer:
  name: sgd
  learningRate: ${choices.learningRate} # 0.1 for a batch of 128, in proportion
  weightDecay: 0.0005

schedule:
  name: cosine
  warmupEpochs: 1

training:
  epochs: ${epochs} # ${counted(Math.ceil(choices.trainImages / batchSize), 'step')} each; \`isda plan train --config ${name}\` measures the time
  # A step takes about ${formatBytes(choices.stepBytes)} of the ${formatBytes(memory)} of this ${device === 'cuda' ? 'GPU' : 'machine'}.
  batchSize: ${batchSize}
  evaluationBatchSize: ${choices.evaluationBatchSize}
`;
}

/** Returns the text of the same config with cross entropy. */
export const twinText = (
  name: string,
  twin: string,
): string => `# The same as ${named(name)} with cross entropy, to compare with.
#   isda train --config ${named(twin)}
extends: ${quoted(name)}

loss:
  name: cross-entropy
`;
