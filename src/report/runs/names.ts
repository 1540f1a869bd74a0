// Display names of a run's network, data, loss and augmentation, and of runs that are left out of means.
import { basename } from 'node:path';
import { percentText } from '../../common/format.js';
import type { ExperimentConfig } from '../../config/schema.js';
import { measuredImages } from '../../grids/measured-images.js';
import type { IsdaOptions } from '../../losses/options.js';
import { originText, weightsText, type Origin } from '../../runs/origin.js';
import { augmentationOf, methodOf, networkOf } from '../../runs/description.js';
import { titleOf } from '../titles.js';

/** `ResNet-110`, `WRN-28-10`. */
export function networkName(config: ExperimentConfig): string {
  const title = titleOf.network(networkOf(config));
  // The name of a user's own network is that of its file, which might equal the name of a built-in one.
  return config.model.name === 'custom' ? `${title} (custom network)` : title;
}

/**
 * `CIFAR-10 (5000 training images, 1000 test images)`; if `origin` shows that it is not the official CIFAR-10, that
 * and its images too.
 */
export function datasetName(config: ExperimentConfig, { data }: Origin = {}): string {
  const { dataset } = config;
  const images = originText(dataset.name, { data });
  const part = [
    ...(images === undefined ? [] : [images]),
    ...(dataset.subset === undefined ? [] : [`${dataset.subset} training images`]),
    ...(dataset.validationFraction === undefined ? [] : [`${percentText(dataset.validationFraction)} held out`]),
    ...(dataset.holdout > 0 ? [`${dataset.holdout} held out`] : []),
    // With held-out images, test images are not used.
    ...(dataset.testSubset === undefined || dataset.holdout > 0 ? [] : [measuredImages(config)]),
  ];
  return `${titleOf.dataset(dataset.name)}${part.length === 0 ? '' : ` (${part.join(', ')})`}`;
}

/** `, from x.safetensors (sha256 1f2e3d4c)` for a run that started from imported weights. */
export const weightsName = ({ weights }: Origin = {}): string =>
  weights === undefined ? '' : `, from ${weightsText(weights)}`;

/** The covariance of the paper's ISDA: on ImageNet, with a thousand classes, the diagonal one. */
export const usualCovariance = (dataset: string): IsdaOptions['covariance'] =>
  dataset === 'imagenet' ? 'diagonal' : 'full';

/** `basic` for cross entropy, `ISDA` with its unusual settings, the generator such as `WGAN`, else the loss. */
export function lossName(config: ExperimentConfig): string {
  const { loss, dataset } = config;
  const title = titleOf.method(methodOf(config));
  if (loss.name !== 'isda') return title;
  const unusual = [
    ...(loss.covariance === usualCovariance(dataset.name) ? [] : [covarianceTitle(loss)]),
    ...(loss.schedule === 'constant' ? ['constant lambda'] : []),
  ];
  return [title, ...unusual].join(', ');
}

const covarianceTitle = ({ covariance, rank }: IsdaOptions): string =>
  covariance === 'sketch' ? `sketch of rank ${rank}` : covariance;

/** ` + Cutout`, ` + AutoAugment` (which the paper uses with Cutout), or nothing. */
export function augmentationName(config: ExperimentConfig): string {
  const augmentation = augmentationOf(config);
  return augmentation === undefined ? '' : ` + ${titleOf.augmentation(augmentation)}`;
}

/** ` + dropout` if the network has it, except for WRN-28-10, which has it in every row of the paper. */
export function dropoutName({ model }: ExperimentConfig): string {
  return model.name !== 'wrn' && 'dropout' in model && model.dropout > 0 ? ' + dropout' : '';
}

/**
 * `store/name (a second run of seed 2, with other metrics)`: a run that no mean includes; `differs`: what differs.
 */
export const secondRunName = (
  { store, name }: { readonly store: string; readonly name: string },
  seed: number,
  differs: 'other metrics' | 'another error',
): string => `${basename(store)}/${name} (a second run of seed ${seed}, with ${differs})`;
