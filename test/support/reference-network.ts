// The reference values of networks: weights and images by an integer hash, as test/fixtures/models.json describes it.
import { readFileSync } from 'node:fs';
import { fromTorch, torchShape } from '../../src/nn/layout.js';
import type { TensorDeclaration } from '../../src/nn/tensors.js';
import type { Network } from '../../src/models/network.js';
import { sizeOf } from '../../src/engine/types.js';

export interface ReferenceTrajectory {
  readonly losses: readonly number[];
  readonly evalLogitsAfter: readonly (readonly number[])[];
}

export interface ReferenceNetwork {
  readonly classes: number;
  readonly featureDim: number;
  readonly parameters: number;
  readonly tensors: readonly (readonly [string, readonly number[]])[];
  readonly input: readonly [number, number, number, number];
  readonly labels: readonly number[];
  readonly evalLogits: readonly (readonly number[])[];
  readonly evalFeatures: readonly (readonly number[])[];
  readonly trainLoss: number;
  readonly gradNorms: Readonly<Record<string, number>>;
  readonly crossEntropy?: ReferenceTrajectory;
  readonly isda?: ReferenceTrajectory;
}

export function referenceNetworks(): { salt: number; networks: Readonly<Record<string, ReferenceNetwork>> } {
  const path = new URL('../fixtures/models.json', import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8')) as ReturnType<typeof referenceNetworks>;
}

/** In [0, 1): murmur3's finaliser of (tensor, element). */
function uniform(tensor: number, element: number, salt: number): number {
  let h = (Math.imul(element, 0x9e3779b1) + Math.imul(tensor, 0x85ebca6b) + salt) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 0x1_0000_0000;
}

function fill(tensor: TensorDeclaration, number: number, salt: number): Float32Array {
  const shape = torchShape(tensor);
  const value = (u: number): number => {
    if (shape.length > 1) return u * Math.sqrt(6 / sizeOf(shape.slice(1)));
    if (tensor.name.endsWith('running_var')) return 1 + 0.3 * u;
    if (tensor.name.endsWith('.weight')) return 1 + 0.2 * u;
    return 0.1 * u;
  };
  return Float32Array.from({ length: sizeOf(shape) }, (_, k) => value(2 * uniform(number, k, salt) - 1));
}

/** The reference's weights in this project's layout. */
export function referenceWeights(network: Network, salt: number): Map<string, Float32Array> {
  return new Map(network.tensors.map((tensor, number) => [tensor.name, fromTorch(fill(tensor, number, salt), tensor)]));
}

/** The reference's images: float32 NHWC, from a stream in NCHW order. */
export function referenceImages(
  [count, channels, height, width]: ReferenceNetwork['input'],
  salt: number,
): Float32Array {
  const images = new Float32Array(count * channels * height * width);
  for (let k = 0; k < images.length; k++) {
    const x = k % width;
    const y = Math.floor(k / width) % height;
    const c = Math.floor(k / (width * height)) % channels;
    const n = Math.floor(k / (width * height * channels));
    images[((n * height + y) * width + x) * channels + c] = 1.7 * (2 * uniform(1_000_000, k, salt) - 1);
  }
  return images;
}
