// The loop of an optimization: learning rates, recorded values, and the check that they stay finite.
import { setImmediate } from 'node:timers/promises';
import { cannot } from '../common/errors.js';
import type { Inversion, Iteration } from './inversion.js';

interface CourseOptions {
  readonly iterations: number;
  readonly learningRate: number;
  /** Interval, in iterations, at which the rate is divided by 10. */
  readonly decayEvery: number;
  /** eta; 0: only features count. */
  readonly pixelWeight: number;
  /** Interval between recorded iterations; the first and the last are always recorded. */
  readonly recordEvery: number;
}

export interface Recorded extends Iteration {
  /** Number of steps before the measurement. */
  readonly iteration: number;
}

function refuse(what: string, picture: number, iteration: number): Error {
  return cannot(
    'map the features back',
    `the ${what} of picture ${picture + 1} is not finite at iteration ${iteration}`,
    { code: 'run/diverged', hint: 'a lower learning rate may keep it finite' },
  );
}

function checkFinite({ feature, pixel }: Iteration, iteration: number): void {
  const stray = feature.findIndex((value, index) => !Number.isFinite(value + pixel[index]));
  if (stray >= 0) throw refuse('distance', stray, iteration);
}

/** Distances may stay finite although the noise is not, because a ReLU maps NaN to 0. */
function checkNoise(noise: Float32Array, pictures: number, iteration: number): void {
  const stray = noise.findIndex((value) => !Number.isFinite(value));
  if (stray >= 0) throw refuse('noise', Math.floor((stray * pictures) / noise.length), iteration);
}

/**
 * Takes all steps and returns the recorded values. `yieldToEventLoop` is called after each step; it throws to end the
 * loop.
 */
export async function descend(
  search: Pick<Inversion, 'step' | 'measure' | 'noise'>,
  { iterations, learningRate, decayEvery, pixelWeight, recordEvery }: CourseOptions,
  yieldToEventLoop: (done: number) => void,
): Promise<Recorded[]> {
  const recorded: Recorded[] = [];
  const record = (found: Iteration, iteration: number): void => {
    checkFinite(found, iteration);
    recorded.push({ ...found, iteration });
  };
  for (let iteration = 0; iteration < iterations; iteration++) {
    const found = search.step(learningRate * 0.1 ** Math.floor(iteration / decayEvery), pixelWeight);
    if (iteration % recordEvery === 0) record(found, iteration);
    await setImmediate();
    yieldToEventLoop(iteration + 1);
  }
  const last = search.measure();
  record(last, iterations);
  checkNoise(search.noise(), last.feature.length, iterations);
  return recorded;
}
