// State of a checkpoint: the session's tensors in PyTorch's layout, and the position in the run.
import { z } from 'zod';
import { cannot } from '../common/errors.js';
import type { Session } from '../engine/session.js';
import { sameShape } from '../engine/types.js';
import { fromTorch, torchShape, toTorch } from '../nn/layout.js';
import type { TensorDeclaration } from '../nn/tensors.js';
import { weightsFacts } from '../records/inputs.js';
import type { NamedTensor } from '../records/safetensors.js';

/** A position between two steps of a run, with the sums of the current epoch. */
const positionSchema = z.strictObject({
  /** Counted from 1. */
  epoch: z.int().min(1),
  /** Completed batches of the epoch. */
  batch: z.int().min(0),
  /** Sum over images of the training loss. */
  lossSum: z.number(),
  wrong: z.int().min(0),
  images: z.int().min(0),
  /** Seconds of the epoch so far, including evaluation. */
  seconds: z.number().min(0),
  /** Seconds of its training steps only. */
  trainingSeconds: z.number().min(0),
});
export type RunPosition = z.output<typeof positionSchema>;

export const epochStart = (epoch: number): RunPosition => {
  return { epoch, batch: 0, lossSum: 0, wrong: 0, images: 0, seconds: 0, trainingSeconds: 0 };
};

/** Returns the speed of the epoch's training steps; finite even if the clock has not advanced. */
export const imagesPerSecond = ({ images, trainingSeconds }: RunPosition): number =>
  images / Math.max(trainingSeconds, 1e-6);

/**
 * The content of a checkpoint in addition to tensors: the position, and values that must be unchanged when the run
 * resumes.
 */
const progressSchema = positionSchema.extend({
  /** Digest of the rows of metrics.csv. Absent in checkpoints of earlier versions. */
  metrics: z.string().optional(),
  /** Checksum of the data set. Absent in some checkpoints of earlier versions. */
  data: z.string().optional(),
  /** Classes of the data set, in the order of the network's outputs. */
  classNames: z.array(z.string()).optional(),
  /** The source of the run's initial weights; absent if it was trained from scratch. */
  weights: weightsFacts.optional(),
  /**
   * Broken images that the last evaluation left out; absent if there were none, and in checkpoints of earlier
   * versions.
   */
  evaluationImagesLeftOut: z.int().optional(),
});

type CheckpointProgress = Readonly<z.output<typeof progressSchema>>;

/** Parses the progress stored in a checkpoint. Errors: it is damaged. */
export function parseProgress(value: unknown, place: string): CheckpointProgress {
  const result = progressSchema.safeParse(value);
  if (!result.success)
    throw cannot('resume', 'the checkpoint does not contain the position in the run', {
      code: 'checkpoint/damaged',
      place,
    });
  return result.data;
}

/** A session, and the variables that are stored in checkpoints. */
export interface SessionState {
  readonly session: Session;
  readonly tensors: readonly TensorDeclaration[];
}

/** Creates the error for a tensor with a non-finite value. */
type StrayValue = (tensor: string, value: number) => Error;

const strayValue: StrayValue = (tensor, value) =>
  cannot('save a checkpoint', `${tensor} contains ${value}`, { code: 'run/diverged' });

/**
 * Returns the session's tensors with PyTorch's names, shapes and layouts. Errors: the error of `refuse` if a value is
 * not finite.
 */
export function readState({ session, tensors }: SessionState, refuse: StrayValue = strayValue): NamedTensor[] {
  const values = session.read(tensors.map((tensor) => tensor.name));
  return tensors.map((tensor) => {
    const data = values.get(tensor.name)!;
    const stray = data.findIndex((value) => !Number.isFinite(value));
    if (stray >= 0) throw refuse(tensor.name, data[stray]);
    return { name: tensor.name, shape: [...torchShape(tensor)], data: toTorch(data, tensor) };
  });
}

/** Returns the values of the declared tensors by name. Errors: missing, unknown or differently shaped tensors. */
export function matchTensors(
  tensors: readonly TensorDeclaration[],
  stored: readonly NamedTensor[],
  place: string,
): ReadonlyMap<string, Float32Array> {
  const byName = new Map(stored.map((tensor) => [tensor.name, tensor]));
  const refuse = (reason: string): Error =>
    cannot('load the tensors', reason, {
      code: 'checkpoint/other-network',
      place,
      hint: 'they belong to another network or loss',
    });
  const known = new Set(tensors.map((tensor) => tensor.name));
  const stray = stored.find((tensor) => !known.has(tensor.name));
  if (stray !== undefined) throw refuse(`${stray.name} is not part of this network`);
  return new Map(
    tensors.map((tensor) => {
      const found = byName.get(tensor.name);
      if (found === undefined) throw refuse(`${tensor.name} is missing`);
      if (!(found.data instanceof Float32Array) || !sameShape(found.shape, torchShape(tensor))) {
        const expected = `float32 [${torchShape(tensor).join(', ')}]`;
        throw refuse(`${tensor.name} is [${found.shape.join(', ')}], expected ${expected}`);
      }
      return [tensor.name, found.data];
    }),
  );
}

/** Writes tensors with PyTorch's layouts to the session. Errors: they do not match the session's tensors. */
export function writeState({ session, tensors }: SessionState, stored: readonly NamedTensor[], place: string): void {
  const values = matchTensors(tensors, stored, place);
  session.write(new Map(tensors.map((tensor) => [tensor.name, fromTorch(values.get(tensor.name)!, tensor)])));
}

/**
 * Writes initial values of some tensors, whose names and shapes must have been checked, and of the tensors that start
 * as copies of them. Other tensors are unchanged.
 */
export function writeTensors({ session, tensors }: SessionState, some: readonly NamedTensor[]): void {
  const given = new Map(some.map(({ name, data }) => [name, data]));
  const values = tensors.flatMap((tensor): [string, Float32Array][] => {
    const data = given.get(tensor.startsAs ?? tensor.name);
    return data instanceof Float32Array ? [[tensor.name, fromTorch(data, tensor)]] : [];
  });
  session.write(new Map(values));
}
