// A generator's training session: both steps and the samples, over shared variables.
import type { Engine } from '../engine/index.js';
import type { Execution } from '../engine/session.js';
import { initialValues, type TensorDeclaration } from '../nn/tensors.js';
import { optimizerPacks, packLimits } from '../optimizers/packs.js';
import type { Gan } from './gan.js';
import type { SessionState } from '../training/state.js';
import { samplingStep } from './sampler.js';
import { discriminatorStep, generatorStep, parametersOf, type GanParts } from './steps.js';

/** `tensors` are all variables that it keeps between calls. */
export type GanSession = SessionState;

/** Returns the tensors of both networks and the state of their optimizers. */
function ganTensors({ generator, discriminator, optimizers }: Gan): TensorDeclaration[] {
  return [
    ...generator.tensors,
    ...discriminator.tensors,
    ...parametersOf(discriminator).flatMap((parameter) => optimizers.discriminator.state(parameter)),
    ...parametersOf(generator).flatMap((parameter) => optimizers.generator.state(parameter)),
  ];
}

interface GanSessionOptions {
  readonly execution: Execution;
  /** Number of images that the function `sample` creates; 0: the function does not exist. */
  readonly samples: number;
  /** Seed of the initial values. */
  readonly seed: number;
  /** Largest number of values of a parameter that is updated together with others. Default: depends on the device. */
  readonly packLimit?: number;
}

/** Opens a session with initial values from the seed. */
export function openGanSession(
  engine: Engine,
  parts: GanParts,
  { execution, samples, seed, packLimit = packLimits[engine.device.kind] }: GanSessionOptions,
): GanSession {
  const tensors = ganTensors(parts.gan);
  const { generator, discriminator, optimizers } = parts.gan;
  const packs = [
    ...optimizerPacks('discriminator', optimizers.discriminator, parametersOf(discriminator), packLimit),
    ...optimizerPacks('generator', optimizers.generator, parametersOf(generator), packLimit),
  ];
  const functions = [
    discriminatorStep(parts),
    generatorStep(parts),
    ...(samples === 0 ? [] : [samplingStep(parts.gan.generator, samples)]),
  ];
  const session = engine.createSession(execution, tensors, functions, packs);
  session.write(initialValues(tensors, seed));
  return { session, tensors };
}
