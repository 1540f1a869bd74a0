// Predicts the classes of image files.
import pMap from 'p-map';
import { packNames } from '../../data/datasets/image-folder/packed-names.js';
import { imageBytes } from '../../data/image-format.js';
import { createPlainReader } from '../../data/plain-images.js';
import { BrokenImage, maxConcurrentReads } from '../../data/reader.js';
import type { ImageSource } from '../../data/source.js';
import type { Engine, EngineRequest } from '../../engine/index.js';
import { batchSizes } from '../../training/session.js';
import { logitsOutput, predictFunction } from '../../training/step-inputs.js';
import { predictionStep } from '../../training/step.js';
import { softmaxRow } from '../examination/softmax.js';
import { writeNetwork } from '../evaluate.js';
import { predictionBatch, requireBatchMemory } from '../batch-memory.js';
import type { TrainedNetwork } from './network.js';

export interface PredictedClass {
  readonly label: number;
  readonly className: string;
  /** 0 … 1 */
  readonly probability: number;
}

/** The result for one file: its most probable classes and all logits [C], or why it cannot be read. */
export type FilePrediction =
  | { readonly index: number; readonly classes: readonly PredictedClass[]; readonly logits: readonly number[] }
  | { readonly index: number; readonly broken: string };

interface PredictionOptions {
  /** Number of classes to return per image. */
  readonly top: number;
  /** Number of images per call of the network. */
  readonly batchSize: number;
}

interface PredictionContext {
  readonly openEngine: (request: EngineRequest) => Promise<Engine>;
}

/** Returns the files as a source of images, prepared as for evaluation. */
function sourceOf({ images, classNames, parts }: TrainedNetwork, paths: readonly string[]): ImageSource {
  const { height, width } = images;
  const [mean, std] = [images.mean, images.std].map((values) => [values[0], values[1], values[2]] as const);
  return {
    ...{ name: 'image-folder', part: 'test', classNames, classes: parts.network.classes },
    ...{ height, width, channels: 3, mean, std },
    count: paths.length,
    labels: new Int32Array(paths.length),
    storage: {
      kind: 'files',
      root: '/',
      names: packNames(paths.map((path) => path.replace(/^\/+/, ''))),
      resize: images.resize ?? Math.min(height, width),
      decoding: 'exact',
      ...(images.turns === true && { turns: true }),
    },
  };
}

/** Returns the `top` most probable classes of image `at` of a batch, in order, of equal ones the first; its logits. */
function predictionOf(logits: ArrayLike<number>, at: number, classNames: readonly string[], top: number) {
  const { row, logSum } = softmaxRow(logits, at, classNames.length);
  const order = Array.from(row.keys()).sort((a, b) => row[b] - row[a] || a - b);
  const classes = order
    .slice(0, top)
    .map((label) => ({ label, className: classNames[label], probability: Math.exp(row[label] - logSum) }));
  return { classes, logits: row };
}

/**
 * Predicts the files at absolute `paths` (at least one), in order and in batches; the next batch is decoded during a
 * step. A file that cannot be read is reported as such. Errors: a batch does not fit into memory; the logits are not
 * finite.
 */
export async function* predictFiles(
  network: TrainedNetwork,
  paths: readonly string[],
  { top, batchSize }: PredictionOptions,
  { openEngine }: PredictionContext,
): AsyncGenerator<readonly FilePrediction[], void, undefined> {
  const { parts, training, classNames } = network;
  const engine = await openEngine(training);
  requireBatchMemory(predictionBatch, { parts, batchSize: Math.min(batchSize, paths.length) }, engine.device.kind);
  const functions = batchSizes(paths.length, batchSize).map((size) => predictionStep(parts, size));
  const { tensors } = parts.network;
  const session = engine.createSession(training.execution, tensors, functions);
  const source = sourceOf(network, paths);
  const reader = await createPlainReader(source);
  const size = imageBytes(source);

  const read = async (first: number) => {
    const count = Math.min(batchSize, paths.length - first);
    const images = new Uint8Array(count * size);
    const places = Array.from({ length: count }, (_, at) => at);
    const broken = await pMap(
      places,
      async (at) => {
        try {
          await reader.evaluate(first + at, images, at * size);
          return undefined;
        } catch (error) {
          if (!(error instanceof BrokenImage)) throw error;
          return error.reason;
        }
      },
      { concurrency: maxConcurrentReads },
    );
    return { images, broken };
  };
  try {
    writeNetwork({ session, tensors }, network);
    let next = read(0);
    for (let first = 0; first < paths.length; first += batchSize) {
      const { images, broken } = await next;
      if (first + batchSize < paths.length) {
        next = read(first + batchSize);
        // Its error is handled when it is awaited.
        next.catch(() => undefined);
      }
      const { [logitsOutput]: logits } = session.call(predictFunction(broken.length), { images });
      yield broken.map((reason, at) =>
        reason === undefined
          ? { index: first + at, ...predictionOf(logits, at, classNames, top) }
          : { index: first + at, broken: reason },
      );
    }
  } finally {
    session.close();
  }
}
