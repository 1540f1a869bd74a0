// Computes deep features of images with a trained network in evaluation mode.
import { cannot } from '../common/errors.js';
import type { Engine } from '../engine/index.js';
import { cast } from '../engine/ops/index.js';
import type { Execution } from '../engine/session.js';
import type { Network } from '../models/network.js';
import { normalizeImages } from '../training/step.js';
import type { InputFormat } from '../training/step-inputs.js';
import { fixedPass } from './fixed.js';

/** A trained network and the images it was trained on. */
export interface LoadedNetwork {
  readonly network: Network;
  readonly format: InputFormat;
  /** Values of all tensors of the network by name, as `session.write` expects them. */
  readonly values: ReadonlyMap<string, Float32Array>;
}

export interface Encoder {
  /** Number of features, A. */
  readonly featureSize: number;
  /** Returns the features [N, A] of images, uint8 [N, H, W, 3], for any N. Errors: a feature is not finite. */
  features(images: Uint8Array): Float32Array;
  close(): void;
}

/** Opens a session that encodes `batchSize` images per call, normalized as in training, in float32. */
export function openEncoder(
  engine: Engine,
  { network, format, values }: LoadedNetwork,
  batchSize: number,
  execution: Execution = 'captured',
): Encoder {
  const shape = [batchSize, format.height, format.width, format.mean.length];
  const session = engine.createSession(execution, network.tensors, [
    {
      name: 'encode',
      inputs: { images: { dtype: 'uint8', shape } },
      build: ({ images }, program) => {
        const inputs = normalizeImages(images, { format, precision: 'float32' });
        return { features: cast(network.apply(inputs, fixedPass(program)).features, 'float32') };
      },
    },
  ]);
  session.write(values);
  const size = format.height * format.width * format.mean.length;
  const { featureSize } = network;
  return {
    featureSize,
    features(images) {
      const count = images.length / size;
      const features = new Float32Array(count * featureSize);
      for (let first = 0; first < count; first += batchSize) {
        // The last batch is padded with zeros, whose features are dropped.
        const batch = new Uint8Array(batchSize * size);
        batch.set(images.subarray(first * size, (first + batchSize) * size));
        const found = session.call('encode', { images: batch }).features as Float32Array;
        const own = Math.min(batchSize, count - first) * featureSize;
        const stray = found.findIndex((value, at) => at < own && !Number.isFinite(value));
        if (stray >= 0)
          throw cannot('compute features', `the output of ${network.name} contains ${found[stray]}`, {
            code: 'run/diverged',
            hint: 'the training of the run has diverged, or its first weights were damaged',
          });
        features.set(found.subarray(0, own), first * featureSize);
      }
      return features;
    },
    close: () => session.close(),
  };
}
