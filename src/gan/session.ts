// A generator's training session: both steps and the samples, over shared variables.
import type { Engine } from '../engine/index.js';
import type { Execution } from '../engine/session.js';
import { initialValues, type TensorDeclaration } from '../nn/tensors.js';
import { optimizerPacks, packLimits } from '../optimizers/packs.js';
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

interface GanSessionOptions {
  readonly execution: Execution;
  /** Images that the function `sample` makes; 0: there is no such function. */
  readonly samples: number;
  /** Of the first values. */
  readonly seed: number;
  /** The number of values up to which a parameter is updated together with others; default: by the device. */
  readonly packLimit?: number;
}

/** Opens a session with first values from the seed. */
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
