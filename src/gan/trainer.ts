// The training loop of a generator: discriminator steps, then a generator step; can stop between iterations.
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { cannot } from '../common/errors.js';
import { hashKey } from '../common/random.js';
import type { Session } from '../engine/session.js';
import type { HostArray } from '../engine/types.js';
import type { Gan } from './gan.js';
import { optimizerScalarsAt, type Optimizer } from '../optimizers/optimizer.js';
import type { RealBatches } from './real-images.js';
import { discriminatorFunction, generatorFunction } from './steps.js';

/** A position between two iterations, with the sums since the last row of losses.csv. */
const positionSchema = z.strictObject({
  /** Completed iterations (generator steps). */
  iteration: z.int().min(0),
  /** Completed discriminator steps. */
  discriminatorSteps: z.int().min(0),
  sums: z.record(z.string(), z.number()),
  /** Seconds of all iterations so far. */
  seconds: z.number().min(0),
});
export type GanPosition = z.output<typeof positionSchema>;

export const ganStart: GanPosition = { iteration: 0, discriminatorSteps: 0, sums: {}, seconds: 0 };

/**
 * The content of a checkpoint in addition to tensors: the position, and values that must be unchanged when the run
 * resumes. The latter are absent in checkpoints of earlier versions.
 */
const progressSchema = positionSchema.extend({
  /** Checksum of the data set. */
  data: z.string().optional(),
  /** Classes of the data set, in the order of the labels. */
  classNames: z.array(z.string()).optional(),
  /** Digest of the rows of losses.csv. */
  losses: z.string().optional(),
});
type GanProgressState = z.output<typeof progressSchema>;

/** Parses the progress stored in a checkpoint. Errors: it is damaged. */
export function parseGanProgress(value: unknown, place: string): GanProgressState {
  const result = progressSchema.safeParse(value);
  if (!result.success)
    throw cannot('resume', 'the checkpoint does not contain the position in the run', {
      code: 'checkpoint/damaged',
      place,
    });
  return result.data;
}

interface GanTrainerInputs {
  readonly session: Session;
  readonly gan: Gan;
  readonly batches: RealBatches;
  readonly iterations: number;
  readonly seed: number;
  readonly lossesEvery: number;
  readonly position: GanPosition;
  /** Returns milliseconds. */
  readonly clock: () => number;
}

/** A row of losses.csv for the iterations since the previous row. */
export interface LossesRow {
  readonly iteration: number;
  /** Means of the discriminator's loss in its last step of each iteration, the generator's loss, and their parts. */
  readonly means: Readonly<Record<string, number>>;
  /** Diversity of samples of the current generator (see `createDiversity`), if it is measured. */
  readonly diversity?: number;
  /** Seconds of all iterations so far. */
  readonly seconds: number;
}

interface GanTrainerEvents {
  /** Called after each iteration, with its losses. */
  iteration(iteration: number, losses: Readonly<Record<string, number>>): void;
  losses(row: LossesRow): Promise<void>;
  /** Called after each iteration, after its row of losses is written. */
  reached(position: GanPosition): Promise<void>;
  /** Returns the signal that requested a stop, if any. */
  stopRequested(): string | undefined;
}

/** Returns the columns of means in losses.csv. */
export const lossColumns = ({ parts }: Pick<Gan, 'parts'>): string[] => [
  'discriminatorLoss',
  'generatorLoss',
  ...parts,
];

/**
 * Trains to the last iteration. Returns the signal that stopped it, if any, and the position. Errors: a loss is not
 * finite.
 */
export async function trainGan(
  inputs: GanTrainerInputs,
  events: GanTrainerEvents,
): Promise<{ readonly signal: string | undefined; readonly position: GanPosition }> {
  const { iterations, lossesEvery, clock } = inputs;
  let { position } = inputs;
  while (position.iteration < iterations) {
    const began = clock();
    const { losses, discriminatorSteps } = iterate(inputs, position);
    const iteration = position.iteration + 1;
    const seconds = position.seconds + Math.max(0, clock() - began) / 1000;
    const sums = Object.fromEntries(
      Object.entries(losses).map(([name, value]) => [name, (position.sums[name] ?? 0) + value]),
    );
    position = { iteration, discriminatorSteps, sums, seconds };
    events.iteration(iteration, losses);
    if (iteration % lossesEvery === 0) {
      const means = Object.entries(sums).map(([name, sum]) => [name, sum / lossesEvery] as const);
      await events.losses({ iteration, means: Object.fromEntries(means), seconds });
      position = { ...position, sums: {} };
    }
    await events.reached(position);
    await setImmediate();
    const signal = events.stopRequested();
    if (signal !== undefined) return { signal, position };
  }
  return { signal: undefined, position };
}

/** Returns the scalars of an optimizer with constant learning rate, as inputs of a step; `step` counts from 1. */
export const scalarsOf = (optimizer: Optimizer, step: number): Record<string, Float32Array> => {
  const values = optimizerScalarsAt(optimizer, { learningRate: optimizer.learningRate, step });
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Float32Array.of(value)]));
};

type Losses = Readonly<Record<string, number>>;

/** Runs one iteration; returns its losses and the total number of discriminator steps. */
function iterate(
  { session, gan, batches, iterations, seed }: GanTrainerInputs,
  { iteration, discriminatorSteps }: GanPosition,
): { losses: Losses; discriminatorSteps: number } {
  const seedOf = (network: string, step: number): Int32Array => Int32Array.of(hashKey(seed, network) | 0, step | 0);
  const steps = gan.discriminatorSteps(iteration);
  let discriminator: Losses = {};
  for (let step = discriminatorSteps; step < discriminatorSteps + steps; step++) {
    const outputs = session.call(discriminatorFunction, {
      ...batches.at(step),
      seed: seedOf('discriminator', step),
      ...scalarsOf(gan.optimizers.discriminator, step + 1),
    });
    discriminator = finite(named(outputs, 'discriminatorLoss'), iteration + 1, iterations);
  }
  const outputs = session.call(generatorFunction, {
    seed: seedOf('generator', iteration),
    ...scalarsOf(gan.optimizers.generator, iteration + 1),
  });
  const generator = finite(named(outputs, 'generatorLoss'), iteration + 1, iterations);
  return { losses: { ...discriminator, ...generator }, discriminatorSteps: discriminatorSteps + steps };
}

const named = (outputs: Readonly<Record<string, HostArray>>, loss: string): Losses =>
  Object.fromEntries(Object.entries(outputs).map(([name, [value]]) => [name === 'loss' ? loss : name, value]));

function finite(losses: Losses, iteration: number, iterations: number): Losses {
  const stray = Object.entries(losses).find(([, value]) => !Number.isFinite(value));
  if (stray === undefined) return losses;
  throw cannot('continue training', `${stray[0]} is ${stray[1]} at iteration ${iteration} of ${iterations}`, {
    code: 'run/diverged',
    hint: 'earlier checkpoints are kept; a lower gan.learningRate may help',
  });
}
