// A generator's training session: both steps and the samples, over shared variables.
import type { Engine } from '../engine/index.js';
import type { Execution } from '../engine/session.js';
import { initialValues, type TensorDeclaration } from '../nn/tensors.js';
import type { Gan } from './gan.js';
import type { SessionState } from '../training/state.js';
import { samplingStep } from './sampler.js';
import { discriminatorStep, generatorStep, parametersOf, type GanParts } from './steps.js';

/** Its tensors are all that it keeps between calls. */
export type GanSession = SessionState;

/** Both networks and what their optimizers remember. */
function ganTensors({ generator, discriminator, optimizers }: Gan): TensorDeclaration[] {
  return [
    ...generator.tensors,
    ...discriminator.tensors,
    ...parametersOf(discriminator).flatMap((parameter) => optimizers.discriminator.state(parameter)),
    ...parametersOf(generator).flatMap((parameter) => optimizers.generator.state(parameter)),
  ];
}

export interface GanSessionOptions {
  readonly execution: Execution;
  /** Images that the function `sample` makes; 0: there is no such function. */
  readonly samples: number;
  /** Of the first values. */
  readonly seed: number;
}

/** Opens a session with first values from the seed. */
export function openGanSession(
  engine: Engine,
  parts: GanParts,
  { execution, samples, seed }: GanSessionOptions,
): GanSession {
  const tensors = ganTensors(parts.gan);
  const functions = [
    discriminatorStep(parts),
    generatorStep(parts),
    ...(samples === 0 ? [] : [samplingStep(parts.gan.generator, samples)]),
  ];
  const session = engine.createSession(execution, tensors, functions);
  session.write(initialValues(tensors, seed));
  return { session, tensors };
}
