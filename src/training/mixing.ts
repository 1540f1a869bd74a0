// Mixup (Zhang et al., 2018) and CutMix (Yun et al., 2019) on the images and labels of a training step.
import { betaNumber, permutation, randomStream, type RandomStream } from '../common/random.js';
import type { MixingOptions } from '../data/augment/options.js';
import {
  add,
  addScalar,
  cast,
  gatherRows,
  greaterEqual,
  mul,
  mulScalar,
  oneHot,
  reshape,
  slice,
  sub,
} from '../engine/ops/index.js';
import type { Tensor } from '../engine/tensor.js';
import type { HostArray, TensorSpec } from '../engine/types.js';

/** The mixing of a batch: image i is mixed with image `partners[i]` of the same batch. */
export interface Mixing {
  /** A permutation of the batch. */
  readonly partners: Uint32Array;
  /** Share of image i itself outside the box; inside it is 0. */
  readonly imageShare: number;
  /** Share of the label of image i. */
  readonly targetShare: number;
  /** Top, bottom, left, right in pixels; bottom and right are exclusive. */
  readonly box: readonly [number, number, number, number];
}

interface ImageSize {
  readonly height: number;
  readonly width: number;
}

/** The mixing options of a run, and the size of its images in pixels. */
export type MixingParts = MixingOptions & ImageSize;

/** Returns the mixing of a config's augmentation; undefined if batches are not mixed. */
export function mixingOf({ mixup, cutmix }: MixingOptions, { height, width }: ImageSize): MixingParts | undefined {
  return mixup === false && cutmix === false ? undefined : { mixup, cutmix, height, width };
}

const noBox = [0, 0, 0, 0] as const;

/**
 * A box of area (1 − lambda) H W with uniformly drawn centre, clipped at the border; the label's share follows from
 * the clipped area.
 */
function cutmixOf(lambda: number, { height, width }: ImageSize, random: RandomStream): Omit<Mixing, 'partners'> {
  const side = Math.sqrt(1 - lambda);
  const [halfHeight, halfWidth] = [height, width].map((extent) => Math.floor(Math.floor(extent * side) / 2));
  const [y, x] = [random.integer(height), random.integer(width)];
  const box = [
    Math.max(0, y - halfHeight),
    Math.min(height, y + halfHeight),
    Math.max(0, x - halfWidth),
    Math.min(width, x + halfWidth),
  ] as const;
  const [top, bottom, left, right] = box;
  return { imageShare: 1, targetShare: 1 - ((bottom - top) * (right - left)) / (height * width), box };
}

/**
 * Draws the mixing of a step's batch from the step's seed. If both kinds are enabled, each is used for half of the
 * batches, as in timm; a batch that is not mixed, by `probability`, has shares of 1. Drawn on the host, because beta
 * numbers need rejection sampling, for which a graph has no deterministic operation; captured and eager steps thus get
 * identical values.
 */
export function drawMixing(
  { mixup, cutmix, ...size }: MixingParts,
  seed: readonly [number, number],
  batchSize: number,
): Mixing {
  const random = randomStream(seed[0] >>> 0, seed[1] >>> 0, 'mixing');
  const useCutmix = mixup === false || (cutmix !== false && random.uniform() < 0.5);
  const chosen = useCutmix ? cutmix : mixup;
  const partners = permutation(batchSize, random);
  if (chosen === false || random.uniform() >= chosen.probability) {
    return { partners, imageShare: 1, targetShare: 1, box: noBox };
  }
  const lambda = betaNumber(chosen.alpha, chosen.alpha, random);
  if (useCutmix) return { partners, ...cutmixOf(lambda, size, random) };
  return { partners, imageShare: lambda, targetShare: lambda, box: noBox };
}

/** The specs of the inputs of a step that mixes. */
export const mixingSpecs = (batchSize: number): Record<`mixing.${string}`, TensorSpec> => ({
  'mixing.partners': { dtype: 'int32', shape: [batchSize] },
  'mixing.imageShare': { dtype: 'float32', shape: [] },
  'mixing.targetShare': { dtype: 'float32', shape: [] },
  'mixing.box': { dtype: 'float32', shape: [4] },
});

/** Returns the values of the inputs of `mixingSpecs`. */
export const mixingValues = ({ partners, imageShare, targetShare, box }: Mixing): Record<string, HostArray> => ({
  'mixing.partners': Int32Array.from(partners),
  'mixing.imageShare': Float32Array.of(imageShare),
  'mixing.targetShare': Float32Array.of(targetShare),
  'mixing.box': Float32Array.from(box),
});

/** 1 − x. */
const rest = (x: Tensor): Tensor => addScalar(mulScalar(x, -1), 1);

/** 1 where a coordinate 0 … extent − 1 is at least `from` and below `to`, otherwise 0; float32 [extent]. */
function within(extent: number, from: Tensor, to: Tensor): Tensor {
  const values = Float32Array.from({ length: extent }, (_, index) => index);
  const coordinates = from.program.constant(values, { dtype: 'float32', shape: [extent] });
  const reached = (bound: Tensor): Tensor => cast(greaterEqual(coordinates, bound), 'float32');
  return sub(reached(from), reached(to));
}

/**
 * Mixes a batch of images float32 [N, H, W, C], normalized, and labels int32 [N], by the inputs of `mixingSpecs`.
 * Returns the images and targets float32 [N, C]. With shares of 1 both are unchanged, bit by bit.
 */
export function mixBatch(
  images: Tensor,
  labels: Tensor,
  classes: number,
  inputs: Readonly<Record<string, Tensor>>,
): { images: Tensor; targets: Tensor } {
  const [, height, width] = images.shape;
  const partners = inputs['mixing.partners'];
  const edge = (index: number): Tensor => slice(inputs['mixing.box'], [index], [1]);
  const rows = reshape(within(height, edge(0), edge(1)), [1, height, 1, 1]);
  const columns = reshape(within(width, edge(2), edge(3)), [1, 1, width, 1]);
  const imageShare = mul(rest(mul(rows, columns)), inputs['mixing.imageShare']);
  const blend = (own: Tensor, share: Tensor): Tensor =>
    add(mul(own, share), mul(gatherRows(own, partners), rest(share)));
  return { images: blend(images, imageShare), targets: blend(oneHot(labels, classes), inputs['mixing.targetShare']) };
}
