// The reference values of networks; weights and images are an integer hash, described in test/fixtures/models-*.json.
import { existsSync, readFileSync } from 'node:fs';
import { fromTorch, torchShape } from '../../src/nn/layout.js';
import type { Network } from '../../src/models/network.js';
import { sizeOf } from '../../src/engine/types.js';

interface ReferenceTrajectory {
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
  /** Absent if training is random. */
  readonly trainLoss?: number;
  readonly gradNorms?: Readonly<Record<string, number>>;
  readonly crossEntropy?: ReferenceTrajectory;
  readonly isda?: ReferenceTrajectory;
}

/**
 * The relative change of the reference when its weights are rounded to float32: gradients jump if a ReLU's input is
 * nearly zero, and training steps amplify the jump. Measured by the scripts in scripts/reference/.
 */
interface Conditioning {
  readonly trainLoss?: readonly number[];
  readonly gradNorms?: Readonly<Record<string, number>>;
  readonly 'crossEntropy.losses'?: readonly number[];
  readonly 'crossEntropy.evalLogitsAfter'?: readonly number[];
  readonly 'isda.losses'?: readonly number[];
  readonly 'isda.evalLogitsAfter'?: readonly number[];
}

export interface Reference {
  readonly salt: number;
  readonly network: ReferenceNetwork;
  /** Empty if not measured. */
  readonly conditioning: Conditioning;
}

/** Reads the values of the network called `name` from test/fixtures. */
export function referenceNetwork(name: string): Reference {
  const place = (kind: string): URL => new URL(`../fixtures/${kind}-${name}.json`, import.meta.url);
  const read = (url: URL): unknown => JSON.parse(readFileSync(url, 'utf8'));
  const models = read(place('models')) as { salt: number; networks: Readonly<Record<string, ReferenceNetwork>> };
  const measured = place('conditioning');
  const conditioning = existsSync(measured) ? (read(measured) as Conditioning) : {};
  return { salt: models.salt, network: models.networks[name], conditioning };
}

/** A number in [0, 1): murmur3's finalizer of (tensor, element). */
export function uniform(tensor: number, element: number, salt: number): number {
  let h = (Math.imul(element, 0x9e3779b1) + Math.imul(tensor, 0x85ebca6b) + salt) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 0x1_0000_0000;
}

/** The values of a tensor in PyTorch's layout; `number`: its index in the state dictionary. */
export function fill(name: string, shape: readonly number[], number: number, salt: number): Float32Array {
  const bound = Math.sqrt(6 / sizeOf(shape.slice(1)));
  const value = (u: number): number => {
    if (shape.length > 1) return u * bound;
    if (name.endsWith('running_var')) return 1 + 0.3 * u;
    if (name.endsWith('.weight')) return 1 + 0.2 * u;
    return 0.1 * u;
  };
  const values = new Float32Array(sizeOf(shape));
  for (let k = 0; k < values.length; k++) values[k] = value(2 * uniform(number, k, salt) - 1);
  return values;
}

/** The reference's weights in this project's layout. */
export function referenceWeights(network: Pick<Network, 'tensors'>, salt: number): Map<string, Float32Array> {
  return new Map(
    network.tensors.map((tensor, number) => [
      tensor.name,
      fromTorch(fill(tensor.name, torchShape(tensor), number, salt), tensor),
    ]),
  );
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
