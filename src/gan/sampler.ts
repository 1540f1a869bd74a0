// Images of a trained generator; each depends only on (seed, label, index).
import { cannot } from '../common/errors.js';
import { randomStream } from '../common/random.js';
import { imageBytes } from '../data/image-format.js';
import type { Engine } from '../engine/index.js';
import { addScalar, mulScalar } from '../engine/ops/index.js';
import type { Execution, SessionFunction } from '../engine/session.js';
import type { TensorSpec } from '../engine/types.js';
import { generatedFormat, type Generator, type GeneratorInputs } from './generator.js';
import type { StoredGenerator } from './stored.js';

/** The values of a batch of generator inputs, in row-major order. */
interface Latents {
  /** [N, noise] */
  readonly noise: Float32Array;
  /** [N] */
  readonly labels: Int32Array;
  /** [N, codes] */
  readonly codes: Float32Array;
}

/** Draws the inputs of the samples from number `first` of a seed, one per label. */
export function drawLatents(
  { noise, codes }: Pick<Generator, 'noise' | 'codes'>,
  labels: Int32Array,
  seed: number,
  first: number,
): Latents {
  const latents = {
    noise: new Float32Array(labels.length * noise),
    labels,
    codes: new Float32Array(labels.length * codes),
  };
  labels.forEach((label, row) => {
    const random = randomStream(seed, 'sample', label, first + row);
    for (let i = 0; i < noise; i++) latents.noise[row * noise + i] = random.normal();
    for (let i = 0; i < codes; i++) latents.codes[row * codes + i] = 2 * random.uniform() - 1;
  });
  return latents;
}

type LatentInputs = Readonly<Record<'noise', TensorSpec>> & Partial<Record<'labels' | 'codes', TensorSpec>>;

/** Returns the specs of a generator's session inputs for a batch. */
function latentInputs({ noise, classes, codes }: Generator, batchSize: number): LatentInputs {
  return {
    noise: { dtype: 'float32', shape: [batchSize, noise] },
    ...(classes === 0 ? {} : { labels: { dtype: 'int32', shape: [batchSize] } }),
    ...(codes === 0 ? {} : { codes: { dtype: 'float32', shape: [batchSize, codes] } }),
  };
}

/** The name of the session function that creates images. */
export const sampleFunction = 'sample';

/** Creates images in evaluation mode. Output: `images`, float32 [N, 32, 32, 3] from 0 to 255. */
export function samplingStep(generator: Generator, batchSize: number): SessionFunction {
  return {
    name: sampleFunction,
    inputs: latentInputs(generator, batchSize),
    build(inputs, program) {
      const seed = program.constant(Int32Array.of(0, 0), { dtype: 'int32', shape: [2] });
      const values = inputs as Readonly<Record<string, GeneratorInputs['noise']>> & GeneratorInputs;
      const images = generator.image(values, { program, training: false, seed });
      return { images: mulScalar(addScalar(images, 1), 127.5) };
    },
  };
}

interface Sampler {
  /**
   * Returns images for labels, uint8 [N, 32, 32, 3]: samples `first`, `first` + 1, … of the seed. Errors: a value is
   * not finite.
   */
  sample(labels: Int32Array, seed: number, first: number): Uint8Array;
  close(): void;
}

/** Opens a session that creates images of a trained generator, `batchSize` per call. */
export function openSampler(
  engine: Engine,
  { generator, values }: StoredGenerator,
  batchSize: number,
  execution: Execution = 'captured',
): Sampler {
  const step = samplingStep(generator, batchSize);
  const session = engine.createSession(execution, generator.tensors, [step]);
  session.write(values);
  return {
    sample(labels, seed, first) {
      const count = labels.length;
      const pixels: Uint8Array[] = [];
      for (let start = 0; start < count; start += batchSize) {
        // The last batch is padded with its first label; the additional images are dropped.
        const part = Int32Array.from({ length: batchSize }, (_, row) => labels[start + row] ?? labels[start]);
        const latents = drawLatents(generator, part, seed, first + start);
        const inputs = Object.fromEntries(Object.keys(step.inputs).map((key) => [key, latents[key as keyof Latents]]));
        const { images } = session.call(step.name, inputs);
        const stray = (images as Float32Array).find((value) => !Number.isFinite(value));
        if (stray !== undefined)
          throw cannot('generate images', `the output of the generator contains ${stray}`, {
            code: 'generator/unusable',
            hint: 'its training has diverged, or its file was damaged',
          });
        pixels.push(toBytes(images as Float32Array, Math.min(batchSize, count - start)));
      }
      return Buffer.concat(pixels);
    },
    close: () => session.close(),
  };
}

/** Converts the first `count` images of a batch to bytes. */
export function toBytes(images: Float32Array, count: number): Uint8Array {
  const bytes = new Uint8Array(count * imageBytes(generatedFormat));
  // A loop, since `from` with a function takes ten times as long.
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.min(255, Math.max(0, Math.round(images[i])));
  return bytes;
}
