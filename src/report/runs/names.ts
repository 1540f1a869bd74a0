// What people call a run's network, data, loss and augmentation.
import type { ExperimentConfig } from '../../config/schema.js';

/** `ResNet-110`, `WRN-28-10`. */
export function networkName({ model }: ExperimentConfig): string {
  switch (model.name) {
    case 'resnet':
    case 'imagenet-resnet':
      return `ResNet-${model.depth}`;
    case 'se-resnet':
      return `SE-ResNet-${model.depth}`;
    case 'wrn':
      return `WRN-${model.depth}-${model.width}`;
    case 'resnext':
      return `ResNeXt-${model.depth} ${model.cardinality}x${model.width}d`;
    case 'imagenet-resnext':
      return `ResNeXt-${model.depth} ${model.cardinality}x${model.width}d`;
    case 'densenet-bc':
      return `DenseNet-BC-${model.depth}-${model.growth}`;
    case 'shake-shake':
      return `Shake-Shake 26 2x${model.width}d`;
    case 'pyramidnet':
      return `PyramidNet-${model.depth}-${model.alpha}`;
    default:
      return model.name;
  }
}

/** `CIFAR-10 (5000 training images)`. */
export function datasetName({ dataset }: ExperimentConfig): string {
  const names: Readonly<Record<string, string>> = { cifar10: 'CIFAR-10', cifar100: 'CIFAR-100', imagenet: 'ImageNet' };
  const part = [
    ...(dataset.subset === undefined ? [] : [`${dataset.subset} training images`]),
    ...(dataset.holdout > 0 ? [`${dataset.holdout} held out`] : []),
  ];
  return `${names[dataset.name] ?? dataset.name}${part.length === 0 ? '' : ` (${part.join(', ')})`}`;
}

/** `basic` for cross entropy, `ISDA` with what is unusual about it, else the loss. */
export function lossName({ loss, dataset }: ExperimentConfig): string {
  if (loss.name === 'isda') {
    // With a thousand classes the paper's ISDA is the diagonal one.
    const usual = dataset.name === 'imagenet' ? 'diagonal' : 'full';
    const unusual = [
      ...(loss.covariance === usual ? [] : [loss.covariance]),
      ...(loss.schedule === 'constant' ? ['constant lambda'] : []),
    ];
    return unusual.length === 0 ? 'ISDA' : `ISDA, ${unusual.join(', ')}`;
  }
  const names: Readonly<Record<string, string>> = {
    'cross-entropy': 'basic',
    lq: 'L_q',
    'large-margin': 'large margin',
    'disturb-label': 'disturb label',
  };
  return names[loss.name] ?? loss.name;
}

/** ` + Cutout`, ` + AutoAugment` (which the paper uses with Cutout), or nothing. */
export function augmentationName({ augmentation }: ExperimentConfig): string {
  if (augmentation.autoaugment) return ' + AutoAugment';
  return augmentation.cutout === false ? '' : ' + Cutout';
}

/** ` + dropout` where the network has it beyond what belongs to it: WRN-28-10 has it in every row of the paper. */
export function dropoutName({ model }: ExperimentConfig): string {
  return model.name !== 'wrn' && 'dropout' in model && model.dropout > 0 ? ' + dropout' : '';
}
